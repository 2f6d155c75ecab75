"""Most machines run Windows: there every command must start, and what cannot be seen is a typed failure, never a guess."""

import json
import subprocess
import sys

import pytest

from tuanthu_agent.collectors import running
from tuanthu_agent.collectors.interface import Collector, CollectorResult, Settings
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import run_all
from tuanthu_agent.host import Host
from tuanthu_policy.observation import ObservationStatus

# A Linux Python that has lost what a Windows one never had. pathlib asks os.name for the sort of its paths.
WITHOUT_POSIX = """
import json, os, pathlib, pkgutil, platform, signal, socket, sys
import apscheduler.schedulers.base, asyncio, ctypes, multiprocessing.popen_spawn_posix, subprocess, tempfile
import psutil, platformdirs, requests, rich.console, structlog, truststore  # these have their own ways on Windows
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[name] = None
for module, names in {
    os: ("fork", "geteuid", "getuid", "posix_spawn", "nice", "killpg", "O_NONBLOCK"),
    signal: ("sigtimedwait", "pthread_sigmask", "alarm", "SIGHUP", "SIGCHLD"),
    socket: ("AF_UNIX", "SO_PEERCRED"),
}.items():
    for name in names:
        delattr(module, name)
pathlib.WindowsPath = pathlib.PosixPath
os.name = "nt"
platform.system = lambda: "Windows"
"""
IMPORTS = """
import tuanthu_agent
# Of the resident each operating system has a part of its own, which imports what that one alone has.
modules = [one.name for one in pkgutil.walk_packages(tuanthu_agent.__path__, "tuanthu_agent.")]
for name in modules:
    if name not in ("tuanthu_agent.residing.posix", "tuanthu_agent.residing.windows"):
        __import__(name)
print(len(modules))
"""
COLLECTS = """
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import attempt
from tuanthu_agent.host import Host
from pathlib import Path
host = Host(Path(sys.argv[1]))
from tuanthu_agent.live_system import LiveSystem
host.system = LiveSystem()
results = {kind: attempt(one, host, Settings(lan_probes="passive")) for kind, one in REGISTRY.items()}
print(json.dumps({kind: [one.status.value, one.reason, one.facts] for kind, one in results.items()}))
"""
SPOOLS = """
from pathlib import Path
from tuanthu_agent.spool.interface import Signed
from tuanthu_agent.spool.sqlite import SqliteSpool
spool = SqliteSpool(Path(sys.argv[1]))
spool.append(lambda number: Signed(b"x", "h..s"))
spool.close()
Path(sys.argv[1], "spool.sqlite").write_bytes(b"damaged" * 999)
spool = SqliteSpool(Path(sys.argv[1]))
print(spool.append(lambda number: Signed(b"x", "h..s")))
"""


def without_posix(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX + program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1]


def test_every_module_can_be_imported():
    assert int(without_posix(IMPORTS)) > 40


def test_every_collector_gives_a_typed_result_and_no_verdict_on_antivirus(tmp_path):
    results = json.loads(without_posix(COLLECTS, tmp_path))
    status, reason, facts = results["antivirus"]
    assert (status, facts) == ("failed", {})
    assert reason.startswith("services-unreadable: not-available: services; registry-unreadable: not-available: ")
    assert results["host"][0] == "partial"
    assert results["host"][2]["os_family"] == "windows"
    assert results["lan"][0] in ("partial", "failed")
    # Without WMI there are only names, and those are translated: nothing is concluded from them.
    assert not any("kind" in item for item in results["lan"][2].get("interfaces", []))
    assert "second_path_count" not in results["lan"][2]
    assert "inventory_missing_count" not in results["host"][2]
    assert not any("broken" in reason for _, reason, _ in results.values())


def test_the_spool_keeps_and_repairs(tmp_path):
    assert without_posix(SPOOLS, tmp_path) == "2"


def exhausted(*arguments, **options):
    raise BlockingIOError(11, "Resource temporarily unavailable")


def good(host, settings):
    return CollectorResult(method="test", status=ObservationStatus.OK, facts={"hostname": "máy-1"})


@pytest.fixture
def spawning(monkeypatch):
    monkeypatch.setattr(running, "_CONTEXT", running.multiprocessing.get_context("spawn"))


def test_without_fork_the_collectors_run_in_fresh_processes(spawning, machine):
    results = run_all(REGISTRY, Host(), Settings(lan_probes="passive"))
    assert {kind: result.status.value for kind, result in results.items()}.keys() == REGISTRY.keys()
    assert all(result.status in (ObservationStatus.OK, ObservationStatus.PARTIAL) for result in results.values()), (
        results
    )


def test_a_collector_for_which_there_is_no_process_left_costs_only_itself(monkeypatch, machine):
    monkeypatch.setattr(running, "_start", exhausted)
    registry = {"good": Collector("good", "good", good)}
    told = []
    result = run_all(registry, machine(), Settings(), lambda kind, _: told.append(kind))["good"]
    assert result.status is ObservationStatus.ERROR
    assert result.reason.startswith("not-started")
    assert told == ["good"]
