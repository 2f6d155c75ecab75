"""The lab itself: nothing leads out, nothing stays behind, nothing goes unseen, and it is up at once."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.lab.lab import NEEDS_ROOT, ROOT, Lab
from tests.lab.recorder import read_frame, strayed
from tests.lab.station import DISTRICT, EXCLUDED, OUTSIDE, TRAPS, Host, commune, district_40, mutations, placed

pytestmark = NEEDS_ROOT
TOUCH = """
import json, socket, sys
found = []
for address in sys.argv[1:]:
    link = socket.socket()
    link.settimeout(0.3)
    try:
        link.connect((address, 80))
        found.append(True)
    except OSError:
        found.append(False)
print(json.dumps(found))
"""


def test_a_station_of_forty_devices_answers_and_nothing_leads_out_of_it():
    hosts = district_40()
    with Lab(hosts) as lab:
        near = lab.python(TOUCH, "10.77.0.22", "10.77.0.23")
        far = lab.python(TOUCH, "203.0.113.1", "192.0.2.7")
        report = lab.report()
    assert near == [True, True]
    assert far == [False, False]
    rows = strayed(report["wire"], ["10.77.0.0/24"])
    assert {row.split()[1] for row in rows} == {"203.0.113.1", "192.0.2.7"}
    assert report["faults"] == []


def test_what_the_scope_excludes_is_there_to_be_touched_and_the_touch_is_seen():
    with Lab([*TRAPS, *placed([("silent", "default")])]) as lab:
        assert lab.python(TOUCH, EXCLUDED, OUTSIDE) == [True, True]
        report = lab.report()
    assert {row.split()[1] for row in strayed(report["wire"], ["10.77.0.0/24"], [EXCLUDED])} == {EXCLUDED, OUTSIDE}
    assert report["devices"][EXCLUDED]["connections"] == 1


def test_the_scanner_sees_macs_of_the_vendors():
    hosts = placed([("hikvision", "default")])
    with Lab(hosts) as lab:
        lab.python(TOUCH, hosts[0].address)
        neighbours = lab.run("ip", "neighbour")
        links = lab.run("ls", "/sys/class/net").split()
    assert hosts[0].mac.startswith("44:19:b6")
    assert hosts[0].mac in neighbours
    assert links == ["eth0", "lo"]


def test_a_lab_ends_with_whoever_made_it_even_if_that_is_killed():
    """Its namespaces have no names: the kernel removes them with the process whose descriptors hold them."""
    code = (
        "import time; from tests.lab.lab import Lab; from tests.lab.station import commune\n"
        "with Lab(commune()) as lab: print(lab.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    child = int(parent.stdout.readline())
    held = [path for path in Path(f"/proc/{child}/fd").iterdir() if "net:[" in str(path.readlink())]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 20
    while Path(f"/proc/{child}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert len(held) > len(commune())
    assert not Path(f"/proc/{child}").exists()


def test_the_recorder_reads_frames():
    ethernet = b"\2" * 12
    arp = ethernet + b"\x08\x06" + b"\0" * 24 + socket.inet_aton("10.77.0.9")
    assert read_frame(arp) == ("arp", "10.77.0.9", 0)
    ipv4 = b"\x45" + b"\0" * 8 + b"\x06" + b"\0" * 6 + socket.inet_aton("10.77.0.9") + b"\1\2\0\x50" + b"\0" * 20
    assert read_frame(ethernet + b"\x08\x00" + ipv4) == ("tcp", "10.77.0.9", 80)
    assert read_frame(b"") is None
    assert read_frame(ethernet + b"\x86\xdd" + b"\0" * 40) is None


def test_stations_are_as_described():
    assert len(DISTRICT) == 40
    assert len({host.address for host in district_40()}) == 42
    batches = mutations()
    rows = [(host.kind, host.mutation) for batch in batches for host in batch]
    assert len(rows) == len(set(rows)) > 700
    assert max(map(len, batches)) <= 40
    assert Host("axis", "10.77.0.12").mac == "ac:cc:8e:4d:00:0c"


@pytest.mark.parametrize("number", range(3))
def test_a_batch_of_mutations_comes_up(number):
    with Lab(mutations()[number * 8]) as lab:
        assert lab.report()["faults"] == []
