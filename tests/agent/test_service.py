"""The resident: light, patient, and quick to stop."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuanthu_agent import service

HEAVY = (
    "apscheduler",
    "requests",
    "cryptography",
    "psutil",
    "msgspec",
    "structlog",
    "cyclopts",
    "rich",
    "sqlite3",
    "ssl",
    "json",
)
BOUND_MIB = 18


def start(folder, command, seconds="30", **settings):
    """A resident whose children run `command` instead of the jobs."""
    code = f"import sys; from tuanthu_agent import service; {command}; sys.exit(service.main(sys.argv[1:]))"
    environment = os.environ | {"TUANTHU_AGENT_DATA_DIR": str(folder), "TUANTHU_AGENT_LAN_PROBES": "passive"} | settings
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), seconds], env=environment, stderr=subprocess.PIPE, text=True
    )


def child(code):
    """Make children run this code."""
    return f"service.CHILD = ('-c', {code!r})"


def stop(process):
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    return errors


def wait_for(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


@pytest.fixture
def far(tmp_path):
    """A data folder in which nothing is due for an hour."""
    (tmp_path / "next-due").write_text(f"{time.time() + 3600}\n")
    return tmp_path


def test_it_imports_next_to_nothing():
    code = "import sys; from tuanthu_agent import service; service.this_machine(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded.intersection(HEAVY)
    ours = {name for name in done.stdout.split() if name.startswith("tuanthu")}
    assert ours == {
        "tuanthu_agent",
        "tuanthu_agent.service",
        *(f"tuanthu_agent.residing{part}" for part in ("", ".interface", ".posix")),
    }


def test_it_stays_below_its_memory_bound_and_stops_at_once_when_asked(far):
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "tuanthu_agent.service", str(far), "30"], stderr=subprocess.PIPE, text=True
    )
    assert "bắt đầu" in process.stderr.readline()
    status = Path(f"/proc/{process.pid}/status").read_text()
    rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    began = time.monotonic()
    assert "dừng" in stop(process)
    assert process.returncode == 0
    assert time.monotonic() - began < 2
    assert rss < BOUND_MIB * 1024


def test_only_one_runs_in_a_folder(far):
    first = start(far, "pass")
    assert "bắt đầu" in first.stderr.readline()
    second = start(far, "pass")
    _, errors = second.communicate(timeout=10)
    assert second.returncode == service.EXIT_BUSY
    assert "another one may be running" in errors
    stop(first)


def test_a_missed_run_is_started_at_once_and_the_next_one_waits(tmp_path):
    (tmp_path / "next-due").write_text(f"{time.time() - 5000}\n")
    mark = tmp_path / "runs"
    code = f"import time; open({str(mark)!r}, 'a').write('x'); open({str(tmp_path / 'next-due')!r}, 'w').write(str(time.time() + 3600))"
    process = start(tmp_path, f"service.SHORTEST_WAIT_SECONDS = 0.1; {child(code)}")
    wait_for(lambda: mark.exists() and mark.read_text())
    time.sleep(0.8)
    assert mark.read_text() == "x"
    stop(process)


def test_a_child_that_hangs_is_killed_with_all_that_it_started(tmp_path):
    mark = tmp_path / "pids"
    code = (
        "import os, signal, subprocess, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"p = subprocess.Popen(['sleep', '60']); open({str(mark)!r}, 'w').write(f'{{os.getpid()}} {{p.pid}}'); time.sleep(60)"
    )
    process = start(tmp_path, child(code), seconds="1")
    wait_for(lambda: mark.exists() and len(mark.read_text().split()) == 2)
    pids = [int(word) for word in mark.read_text().split()]
    wait_for(lambda: not any(alive(pid) for pid in pids))
    assert process.poll() is None, "the resident lives on"
    assert "buộc dừng" in stop(process)


def test_asked_to_stop_it_ends_a_child_at_work(tmp_path):
    mark = tmp_path / "pid"
    code = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    process = start(tmp_path, child(code))
    wait_for(lambda: mark.exists() and mark.read_text())
    stop(process)
    assert process.returncode == 0
    assert not alive(int(mark.read_text()))


def test_the_real_thing_collects_and_delivers(enrolled, collector):
    process = start(enrolled.data_dir, "pass")
    wait_for(lambda: collector.arrivals == [1], 30)
    wait_for((enrolled.data_dir / "next-due").exists)
    assert 3500 < float((enrolled.data_dir / "next-due").read_text()) - time.time() < 4000
    stop(process)
    again = start(enrolled.data_dir, "pass")
    assert "bắt đầu" in again.stderr.readline()
    time.sleep(1)
    stop(again)
    assert collector.arrivals == [1], "a restart remembers the last run"


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
