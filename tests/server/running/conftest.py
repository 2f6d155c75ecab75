"""Real collectors on this run's database."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.assets.serving import ServedCollector


def on_postgresql() -> bool:
    return os.environ.get("TUANTHU_TEST_DATABASE") == "postgresql"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCollector]:
    """One that is up, for all tests of a file: with two workers on PostgreSQL, with the one that SQLite takes else."""
    with ExitStack() as stack:
        url = ""
        if on_postgresql():
            from tests.assets.postgres import private_postgres

            url = stack.enter_context(private_postgres()).url
        collector = ServedCollector(tmp_path_factory.mktemp("served"), url, workers="2" if url else "1")
        collector.prepare()
        collector.start()
        try:
            yield collector
        finally:
            collector.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> ServedCollector:
    """Nothing of it exists yet; on SQLite, whatever this run's database."""
    return ServedCollector(tmp_path)
