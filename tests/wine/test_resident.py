"""The resident as a real Windows Python: what it does with children, and how it stops, leaving nothing behind."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.wine.bench import end, windows_path

from tuanthu_agent import service

VERSION = "3.11"
HANG = "import time; time.sleep(90)"
FAMILY = (
    f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {HANG!r}, sys.argv[-1]]); time.sleep(90)"
)
CONSOLE = """
import ctypes, time
from tuanthu_agent.residing import windows
from tuanthu_agent.residing.interface import Stopped
kernel = ctypes.WinDLL("kernel32")
kernel.CreateThread.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_ulong, ctypes.c_void_p]
def stops(kind):
    machine = windows.WindowsMachine()
    machine.listen()
    # A console calls the handler so: in a thread of its own, with the kind of event as its argument.
    assert kernel.CreateThread(None, 0, machine._handler, kind, 0, None)
    try:
        machine.pause(1.0)
    except Stopped:
        return True
    return False
answer = [stops(kind) for kind in (0, 1, 2, 5, 6)]
"""

SCANNING = """
import time
from tuanthu_agent.scanner import halt
halt.heed_signals()
try:
    open({begun!r}, "w").close()
    while True:
        time.sleep(0.1)
finally:
    open({done!r}, "w").close()
"""
UNSTARTABLE = r"""
from tuanthu_agent import service
from tuanthu_agent.residing.windows import WindowsMachine
sys.executable = "C:\\không có.exe"
said = []
service.say = said.append
answer = [service.run_child(WindowsMachine(), 5.0, ("-c", "")), said]
"""


class Resident:
    """One that runs under wine, started as a service host starts it: with a pipe as its standard input."""

    def __init__(self, bench, folder, child, seconds, more):
        self.folder = folder
        self.place = windows_path(folder)
        # What a child is told last shows in the process table to whom it belongs.
        code = f"import sys; from tuanthu_agent import service; service.CHILD = ('-c', {child!r}, {self.place!r}); {more}; sys.exit(service.main(sys.argv[1:]))"
        self.process = bench.start(
            bench.exe(VERSION), "-B", "-c", code, self.place, str(seconds), stdin=subprocess.PIPE
        )
        self.said = [self.line()]

    def line(self):
        return self.process.stdout.readline().decode("utf-8").strip()

    def processes(self):
        """Linux's numbers of all that belongs to this folder, the resident first."""
        return processes(self.place)

    def stop(self):
        """Close its input, as a host does or as it happens to a host that dies; seconds until it has ended."""
        began = time.monotonic()
        self.process.stdin.close()
        self.said += self.process.stdout.read().decode("utf-8").splitlines()
        assert self.process.wait(15) == 0
        return time.monotonic() - began


def processes(mark):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in words and not words[0].endswith((b"wine", b"wine64", b"start.exe")):
            found.append(int(path.parent.name))
    return sorted(found)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def rss_mib(number):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{number}/status").read_text())[1]) / 1024


@pytest.fixture
def start(bench, tmp_path):
    started = []

    def begin(child=HANG, seconds=60, more="pass"):
        folder = tmp_path / "dữ liệu"
        folder.mkdir(exist_ok=True)
        started.append(Resident(bench, folder, child, seconds, more))
        return started[-1]

    yield begin
    for one in started:
        end(one.process)


def test_a_hanging_child_ends_at_its_deadline_with_what_it_started_and_a_second_resident_is_refused(start, bench):
    resident = start(FAMILY, seconds=2)
    assert resident.said == ["tuanthu-agent: bắt đầu (started)"]
    wait_for(lambda: len(resident.processes()) == 3)
    own = resident.processes()[0]
    refused = bench.python(VERSION, "-m", "tuanthu_agent.service", resident.place, "2", accepted=service.EXIT_BUSY)
    assert "another one may be running" in refused
    assert "buộc dừng" in resident.line()
    wait_for(lambda: resident.processes() == [own])
    print(f"the resident under wine: {rss_mib(own):.1f} MiB (a bare Windows Python there: 19 to 23)")
    assert resident.stop() < 5
    assert resident.said[-1] == "tuanthu-agent: dừng (stopped)"
    assert processes(resident.place) == []


def test_a_killed_child_is_followed_by_another_and_a_killed_resident_takes_its_child_along(start):
    resident = start(more="service.FAILURE_SECONDS = 0.2")
    wait_for(lambda: len(resident.processes()) == 2)
    own, first = resident.processes()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(resident.processes()) == 2 and first not in resident.processes())
    os.kill(own, signal.SIGKILL)
    wait_for(lambda: resident.processes() == [])
    again = start()
    assert "bắt đầu" in again.said[0], "a killed resident leaves no lock"
    wait_for(lambda: len(again.processes()) == 2)
    assert again.stop() < 5
    assert processes(again.place) == []


def test_a_scan_that_it_ends_is_asked_first_and_ends_in_good_order(start, tmp_path):
    begun, done = tmp_path / "begun", tmp_path / "done"
    scan = SCANNING.format(begun=windows_path(begun), done=windows_path(done))
    folder = tmp_path / "dữ liệu"
    folder.mkdir()
    (folder / "scan-now").write_text(f"{time.time():.3f} {time.time() + 3600:.3f}\n")
    resident = start(child="", more=f"service.SCAN = ('-c', {scan!r}, {windows_path(folder)!r})")
    wait_for(begun.exists)
    assert resident.stop() < 10
    assert done.exists()
    assert processes(resident.place) == []


def test_a_stop_before_it_has_begun_is_not_lost(bench, tmp_path):
    process = bench.start(
        bench.exe(VERSION), "-m", "tuanthu_agent.service", windows_path(tmp_path), "60", stdin=subprocess.PIPE
    )
    try:
        process.stdin.close()
        assert process.wait(30) == 0
    finally:
        end(process)
    assert processes(windows_path(tmp_path)) == []


def test_a_console_stops_it_and_somebody_who_logs_off_does_not(bench):
    assert bench.ask(VERSION, CONSOLE) == [True, True, True, False, True]


def test_a_python_that_is_not_there_is_said_and_tried_again_later(bench):
    done, (said,) = bench.ask(VERSION, UNSTARTABLE)
    assert done is False
    assert "không khởi chạy được (cannot start): CreateProcess: " in said
