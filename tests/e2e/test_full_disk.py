"""The collector's disk fills up: nothing is acknowledged, nothing is lost, and it goes on once there is room."""

import os
import subprocess

import pytest

pytestmark = pytest.mark.root

SIZE = "24m"


@pytest.fixture
def small_disk(tmp_path):
    """The folder in which the collector will keep its data, on a small file system of its own."""
    folder = tmp_path / "collector"
    folder.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def station(small_disk, station):
    return station


def fill(folder) -> None:
    with (folder / "ballast").open("wb", buffering=0) as file:
        while True:
            try:
                file.write(os.urandom(4096))
            except OSError:
                return


def test_reports_wait_at_the_agent_until_the_collector_has_room_again(station, small_disk):
    station.run("tuanthu-agent", "run", "--once")
    assert station.pending() == 0
    fill(small_disk)

    # Heartbeats need little; a few get through into what the database file has free, then none.
    for _ in range(12):
        station.run("tuanthu-agent", "run", "--once", accepted=(0, 1, 2, 3))
        if station.pending():
            break
    assert station.pending() > 0
    stored = station.query("SELECT COUNT(*) FROM inventory_report")[0][0]
    assert stored + station.pending() == station.last_spooled()

    (small_disk / "ballast").unlink()
    station.drain()

    sequences = [row[0] for row in station.query("SELECT sequence FROM inventory_report ORDER BY sequence")]
    assert sequences == list(range(1, station.last_spooled() + 1))
