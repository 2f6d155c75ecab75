"""The resident and the scanning child beside its others: begun on word, ended with the window, or with the resident."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tuanthu_agent import service
from tuanthu_agent.residing.interface import Machine, Stopped

START = 1_795_000_000.0
HOUR = 3600.0


class FakeMachine(Machine):
    """Time passes only while something is waited for. Jobs take two seconds; a scan takes `scan_seconds`."""

    def __init__(self, folder, until, scan_seconds=1800.0, broken=None):
        self.folder, self.until, self.scan_seconds, self.broken = folder, until, scan_seconds, broken
        self.clock = 0.0
        self.jobs, self.scans, self.ended = [], [], []
        self.on_jobs = lambda: None

    def wall(self):
        return START + self.clock

    def steady(self):
        return self.clock

    def pass_by(self, seconds):
        if self.clock + seconds >= self.until:
            self.clock = self.until
            raise Stopped
        self.clock += seconds

    def pause(self, seconds):
        assert seconds > 0
        self.pass_by(seconds)

    def start(self, command, *, heeds=False):
        assert heeds == (command[:3] == service.SCAN), "a scan that is ended logs out"
        if command[:3] == service.SCAN:
            if self.broken is not None:
                raise self.broken
            self.scans.append((self.clock, command[3:]))
            return 2
        self.jobs.append(self.clock)
        (self.folder / "next-due").write_text(f"{self.wall() + HOUR}\n")
        self.on_jobs()
        return 1

    def wait(self, child, seconds):
        assert child == 1
        self.pass_by(2.0)
        return 0

    def poll(self, child):
        assert child == 2
        if self.clock < self.scans[-1][0] + self.scan_seconds:
            return None
        (self.folder / "next-due").write_text(f"{self.wall()}\n")  # it has something to deliver
        return 0

    def end(self, child):
        self.ended.append(("end", child, self.clock))

    def kill(self, child):
        self.ended.append(("kill", child, self.clock))


def leave_word(folder, opens=START, closes=START + 4 * HOUR):
    (folder / "scan-now").write_text(f"{opens:.3f} {closes:.3f}\n")


def serve(machine):
    with pytest.raises(Stopped):
        service.serve(machine, str(machine.folder), 600.0)
    return machine


def test_without_word_no_scan_is_begun(tmp_path):
    assert serve(FakeMachine(tmp_path, 5 * HOUR)).scans == []


def test_on_word_it_is_begun_once_and_the_jobs_go_on_beside_it(tmp_path):
    leave_word(tmp_path)
    machine = serve(FakeMachine(tmp_path, 3.2 * HOUR, scan_seconds=2.5 * HOUR))
    assert [words for _, words in machine.scans] == [(f"{START:.3f}", f"{START + 4 * HOUR:.3f}")]
    assert [at for at in machine.jobs if at < 2.4 * HOUR] == pytest.approx([0, HOUR, 2 * HOUR], abs=15)
    assert not (tmp_path / "scan-now").exists()


def test_when_it_has_ended_what_it_left_is_delivered_within_a_minute(tmp_path):
    leave_word(tmp_path)
    machine = serve(FakeMachine(tmp_path, 0.9 * HOUR, scan_seconds=1000.0))
    assert machine.jobs == pytest.approx([0, 1002], abs=75)
    assert machine.ended == []


def test_one_that_outlives_its_window_is_killed(tmp_path):
    leave_word(tmp_path, closes=START + 600)
    machine = serve(FakeMachine(tmp_path, HOUR, scan_seconds=10 * HOUR))
    ((how, child, at),) = machine.ended
    assert (how, child) == ("kill", 2)
    assert 600 + service.SCAN_GRACE_SECONDS <= at < 600 + service.SCAN_GRACE_SECONDS + 75


def test_never_two_at_once(tmp_path):
    machine = FakeMachine(tmp_path, 3 * HOUR, scan_seconds=20 * HOUR)
    machine.on_jobs = lambda: leave_word(tmp_path)
    assert len(serve(machine).scans) == 1


def test_a_word_whose_window_has_closed_begins_nothing(tmp_path):
    leave_word(tmp_path, START - 9 * HOUR, START - 1)
    assert serve(FakeMachine(tmp_path, HOUR)).scans == []
    assert not (tmp_path / "scan-now").exists()


@pytest.mark.parametrize("word", ["", "x y", "1", "1 2 3", "nan nan", "\xff"])
def test_a_word_that_makes_no_sense_begins_nothing(tmp_path, word):
    (tmp_path / "scan-now").write_bytes(word.encode("latin-1"))
    assert serve(FakeMachine(tmp_path, HOUR)).scans == []


def test_asked_to_stop_it_ends_the_scan(tmp_path):
    leave_word(tmp_path)
    machine = serve(FakeMachine(tmp_path, 0.5 * HOUR, scan_seconds=5 * HOUR))
    assert machine.ended == [("end", 2, 0.5 * HOUR)]


def test_where_no_process_can_be_started_the_resident_lives_on(tmp_path):
    leave_word(tmp_path)
    machine = serve(FakeMachine(tmp_path, 1.5 * HOUR, broken=OSError(12, "Cannot allocate memory")))
    assert len(machine.jobs) == 2


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_real_resident_runs_jobs_beside_a_real_scan_and_ends_both(tmp_path):
    leave_word(tmp_path, time.time(), time.time() + HOUR)
    marks = {name: tmp_path / name for name in ("jobs", "scan")}
    due = tmp_path / "next-due"
    jobs = f"import time; open({str(marks['jobs'])!r}, 'a').write('x'); open({str(due)!r}, 'w').write(str(time.time()))"
    scan = f"import os, time; open({str(marks['scan'])!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = (
        "import sys; from tuanthu_agent import service; service.SHORTEST_WAIT_SECONDS = 0.1; service.NAP_SECONDS = 0.2; "
        f"service.CHILD = ('-c', {jobs!r}); service.SCAN = ('-c', {scan!r}); sys.exit(service.main(sys.argv[1:]))"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), "30"], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not (marks["scan"].exists() and marks["scan"].read_text() and len(marks["jobs"].read_text()) > 3):
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(marks["scan"].read_text()), 0)
