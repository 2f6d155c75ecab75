"""Windows Pythons under wine, one prefix for the session."""

import shutil

import pytest
from tests.wine.bench import PYTHONS, Bench


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/wine/" in item.path.as_posix():
            item.add_marker(pytest.mark.wine)


@pytest.fixture(scope="session")
def bench():
    assert shutil.which("wine"), "wine is missing: packaging/system.sh test"
    opened = Bench()
    try:
        yield opened.open()
    finally:
        opened.close()


@pytest.fixture(scope="session", params=PYTHONS)
def python(request, bench):
    """Asks a Windows Python: `python(program, *arguments)` gives what the program leaves in `answer`."""

    def ask(program, *arguments, **options):
        return bench.ask(request.param, program, *arguments, **options)

    ask.version = request.param
    return ask
