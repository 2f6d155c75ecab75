"""Kind `antivirus` against a real clamd on a socket of its own, with a hand-made database."""

import os
import shutil
import socket as sockets
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tuanthu_agent.collectors import antivirus, malware
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.host import Host
from tuanthu_agent.live_system import LiveSystem
from tuanthu_agent.process_table import Processes

pytestmark = pytest.mark.skipif(not Path("/usr/sbin/clamd").exists(), reason="clamav-daemon is not installed")
START_SECONDS = 60


class OnlyThatClamd(LiveSystem):
    """The process table with this test's clamd alone: others on the machine are none of its business."""

    def __init__(self, process):
        self.process = process

    def processes(self):
        return Processes(frozenset({"clamd"} if self.process.poll() is None else ()), complete=True)


@pytest.fixture
def clamd():
    folder = Path(tempfile.mkdtemp(prefix="tt-clamd-"))
    (folder / "db").mkdir()
    (folder / "root/etc/clamav").mkdir(parents=True)
    (folder / "root/usr/sbin").mkdir(parents=True)
    (folder / "root/usr/sbin/clamd").touch()
    # A signature of nothing: bytes that no real file holds.
    (folder / "db/noi-bo.ndb").write_text("Tuanthu.Test:0:*:7475616e7468752d746573742d7369676e6174757265\n")
    socket = folder / "root/clamd.ctl"
    (folder / "clamd.conf").write_text(
        f"LocalSocket {socket}\nDatabaseDirectory {folder}/db\nForeground yes\nUser root\n"
        f"OfficialDatabaseOnly no\nLogFile {folder}/log\nLogTime yes\nExtendedDetectionInfo yes\n"
    )
    # The collector sees the same through its root.
    (folder / "root/etc/clamav/clamd.conf").write_text(
        f"LocalSocket /clamd.ctl\nDatabaseDirectory /db\nLogFile {folder}/log\n"
    )
    (folder / "root/db").symlink_to(folder / "db")
    # The log names files as they lie on this machine.
    same = folder / "root" / str(folder).lstrip("/")
    same.parent.mkdir(parents=True)
    same.symlink_to(folder)
    process = subprocess.Popen(
        ["/usr/sbin/clamd", "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + START_SECONDS
    while not socket.exists():
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < deadline, "clamd does not listen"
        time.sleep(0.05)
    yield process, Host(folder / "root", system=OnlyThatClamd(process)), folder / "db/noi-bo.ndb"
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    shutil.rmtree(folder)


@pytest.mark.root
def test_alive_aged_and_stopped_the_facts_follow(clamd):
    if os.geteuid() != 0:
        pytest.skip("needs root: the daemon's configuration names its user")
    process, host, database = clamd

    (alive,) = antivirus.collect(host, Settings()).facts["products"]
    assert alive["running"] is True
    assert alive["version"][0].isdecimal()
    assert alive["signature_source"] == "database"
    assert {"running=clamd", "version=clamd", "signature_date=files"} <= set(alive["sources"])

    month_ago = int(time.time()) - 30 * 86400
    os.utime(database, (month_ago, month_ago))
    (aged,) = antivirus.collect(host, Settings()).facts["products"]
    assert aged["signature_date"] < alive["signature_date"]
    assert aged["running"] is True

    process.terminate()
    process.wait(15)
    (stopped,) = antivirus.collect(host, Settings()).facts["products"]
    assert stopped["running"] is False
    assert stopped["realtime"] is False


def scan(host, path):
    with sockets.socket(sockets.AF_UNIX) as connection:
        connection.connect(str(host.path("/clamd.ctl")))
        connection.sendall(b"zSCAN " + os.fsencode(path) + b"\0")
        return connection.recv(4096)


@pytest.mark.root
def test_what_a_real_clamd_finds_is_told_until_the_file_is_gone(clamd):
    if os.geteuid() != 0:
        pytest.skip("needs root: the daemon's configuration names its user")
    process, host, database = clamd
    folder = database.parent.parent
    assert malware.collect(host, Settings()).facts["detection_count"] == 0

    sample = folder / "hồ sơ: bệnh nhân FOUND.txt"
    sample.write_bytes(b"vo hai tuanthu-test-signature vo hai")
    (folder / "sach.txt").write_bytes(b"vo hai")
    assert scan(host, sample).endswith(b" FOUND\0")
    assert scan(host, folder / "sach.txt").endswith(b" OK\0")

    found = malware.collect(host, Settings())
    assert found.status.value == "ok"
    assert (found.facts["detection_count"], found.facts["unresolved_count"]) == (1, 1)
    (item,) = found.facts["detections"]
    assert (item["product"], item["state"], item["path"]) == ("clamav", "active", str(sample))
    assert item["threat"] == "Tuanthu.Test.UNOFFICIAL"
    assert item["hash"].startswith("md5:")

    sample.unlink()
    gone = malware.collect(host, Settings()).facts
    assert (gone["detection_count"], gone["unresolved_count"]) == (1, 0)
    assert (gone["detections"][0]["state"], gone["detections"][0]["action"]) == ("resolved", "gone")

    process.terminate()
    process.wait(15)
    stopped = malware.collect(host, Settings())
    assert "history-ended: clamav" in stopped.reason
    assert not {"detection_count", "unresolved_count"} & set(stopped.facts)
