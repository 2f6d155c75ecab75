"""A probe in a folder of its own, and a scripted collector for it."""

import pytest
from tests.agent.fake_collector import FakeCollector

from tuanthu_agent.legacy.settings import load_config


@pytest.fixture
def config(tmp_path):
    settings = {"DATA_DIR": str(tmp_path / "máy cũ"), "LAN_PROBES": "passive", "READ_SECONDS": "5"}
    return load_config({f"TUANTHU_AGENT_{name}": value for name, value in settings.items()})


@pytest.fixture
def collector(tmp_path):
    fake = FakeCollector(tmp_path)
    yield fake
    fake.close()
