"""When the probe collects and delivers by itself."""

import dataclasses

import pytest

from tuanthu_agent.errors import SpoolError, TransportError
from tuanthu_agent.legacy import running
from tuanthu_agent.legacy.delivering import Delivery
from tuanthu_agent.spool.interface import Signed

START = 1_795_500_000.0
AWAY = TransportError("đứt mạng", "no network", permanent=False, code="network")


class Scene:
    """A probe whose clock, collectors and network are ours."""

    def __init__(self, config, monkeypatch):
        self.config = dataclasses.replace(config, jitter_seconds=0)
        self.now = START
        self.collected, self.delivered, self.told = [], [], []
        self.failure = None
        self.online = True
        monkeypatch.setattr(running.time, "time", lambda: self.now)
        monkeypatch.setattr(running, "collect", self.collect)
        monkeypatch.setattr(running, "deliver", self.deliver)

    def collect(self, config, spool):
        self.collected.append(self.now)
        if self.failure:
            raise self.failure
        return spool.append(lambda number: Signed(b"report", "h..s"))

    def deliver(self, config, spool):
        self.delivered.append(self.now)
        if not self.online:
            spool.put({"retry:at": f"{self.now + 100:.3f}"})
            return Delivery(0, 0, AWAY)
        for report in spool.pending(-1):
            spool.acknowledge(report.sequence)
        spool.put({"retry:at": ""})
        return Delivery(1, 0, None)

    def run(self, after=0.0):
        self.now += after
        return running.run_due(self.config, lambda vi, en: self.told.append(vi))


@pytest.fixture
def scene(config, monkeypatch):
    return Scene(config, monkeypatch)


def test_it_collects_and_delivers_once_an_hour(scene):
    assert scene.run() == START + 3600
    scene.run(after=3599)
    assert scene.collected == scene.delivered == [START]
    scene.run(after=1)
    assert scene.collected == scene.delivered == [START, START + 3600]


def test_it_waits_before_it_tries_the_network_again_and_goes_on_collecting(scene):
    scene.online = False
    assert scene.run() == START + 100
    scene.run(after=99)
    assert scene.delivered == [START]
    scene.run(after=1)
    assert scene.delivered == [START, START + 100]
    scene.online = True
    scene.run(after=3500)
    assert scene.collected == [START, START + 3600]
    assert scene.delivered[-1] == START + 3600
    assert "đứt mạng" in scene.told


def test_a_collection_that_fails_is_not_tried_without_a_pause(scene):
    scene.failure = SpoolError("đầy", "full")
    with pytest.raises(SpoolError):
        scene.run()
    scene.failure = None
    scene.run(after=60)
    assert scene.collected == [START]
    scene.run(after=3540)
    assert scene.collected == [START, START + 3600]


def test_a_clock_that_was_set_back_stops_nothing(scene):
    scene.online = False
    scene.run()
    scene.run(after=-30 * 24 * 3600)
    assert len(scene.collected) == len(scene.delivered) == 2
