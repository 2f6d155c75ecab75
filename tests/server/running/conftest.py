"""Real collectors on this run's database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.assets.postgres import own_database
from tests.assets.serving import ServedCollector

HERE = Path(__file__).parent
ON_SQLITE = ("test_catalogue_command", "test_body_limit", "test_tls")
"""Files that ask no database of this run."""


def on_postgresql() -> bool:
    return os.environ.get("TUANTHU_TEST_DATABASE") == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is on SQLite anyway is tested once, with that."""
    if not on_postgresql():
        return
    same = [
        one
        for one in items
        if one.path.parent == HERE
        and (one.path.stem in ON_SQLITE or {"fresh", "served"} & set(one.fixturenames) == {"fresh"})
    ]
    items[:] = [one for one in items if one not in same]
    config.hook.pytest_deselected(items=same)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCollector]:
    """One that is up, for all of these tests: with two workers on PostgreSQL, with the one that SQLite takes else."""
    url = own_database("served")
    collector = ServedCollector(tmp_path_factory.mktemp("served"), url, workers="2" if url else "1")
    collector.prepare()
    try:
        collector.start()
        yield collector
    finally:
        collector.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> ServedCollector:
    """Nothing of it exists yet; on SQLite, whatever this run's database."""
    return ServedCollector(tmp_path)
