"""One collector that hangs, crashes or floods costs nobody else."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tuanthu_agent.collectors.interface import (
    LONGEST_TEXT,
    Collector,
    CollectorError,
    CollectorResult,
    Findings,
    Settings,
)
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import MOST_AT_ONCE, MOST_RESULT_BYTES, run_all
from tuanthu_policy.observation import ObservationStatus


def good(host, settings):
    return CollectorResult(method="test", status=ObservationStatus.OK, facts={"hostname": "máy-1"})


def hanging(host, settings):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    time.sleep(60)


def crashing(host, settings):
    os.kill(os.getpid(), signal.SIGKILL)


def raising(host, settings):
    return 1 / 0


def refusing(host, settings):
    raise CollectorError(ObservationStatus.UNSUPPORTED, "none", "unsupported: plan9")


def flooding(host, settings):
    return CollectorResult(
        method="test", status=ObservationStatus.OK, facts={"hostname": "x" * (MOST_RESULT_BYTES + 1)}
    )


BAD = {
    "hanging": (hanging, ObservationStatus.ERROR, "deadline"),
    "crashing": (crashing, ObservationStatus.ERROR, f"crashed: exit code {-signal.SIGKILL}"),
    "raising": (raising, ObservationStatus.ERROR, "broken: ZeroDivisionError: division by zero"),
    "refusing": (refusing, ObservationStatus.UNSUPPORTED, "unsupported: plan9"),
    "flooding": (flooding, ObservationStatus.ERROR, "too-large"),
}


def test_each_goes_its_own_way_and_the_good_one_is_kept(machine):
    registry = {name: Collector(name, name, function, deadline=1.0) for name, (function, _, _) in BAD.items()}
    registry["good"] = Collector("good", "good", good)
    told = []
    began = time.monotonic()
    results = run_all(registry, machine(), Settings(), lambda kind, result: told.append(kind))
    assert time.monotonic() - began < 5
    assert list(results) == list(registry)
    assert sorted(told) == sorted(registry)
    assert results["good"].facts == {"hostname": "máy-1"}
    for name, (_, status, reason) in BAD.items():
        assert results[name].status is status, name
        assert results[name].reason.startswith(reason), name
        assert results[name].facts == {}, name


def test_a_collector_that_hangs_leaves_no_process_behind(machine):
    before = {child.pid for child in psutil.Process().children()}
    run_all({"hanging": Collector("hanging", "hanging", hanging, deadline=0.2)}, machine(), Settings())
    assert {child.pid for child in psutil.Process().children()} <= before


def commanding(host, settings):
    child = subprocess.Popen(["/bin/sleep", "60"])
    Path(settings.hostname).write_text(str(child.pid))
    child.wait()


def test_a_command_that_a_collector_hangs_on_ends_with_it(machine, tmp_path):
    note = tmp_path / "pid"
    registry = {"commanding": Collector("commanding", "commanding", commanding, deadline=1.0)}
    result = run_all(registry, machine(), Settings(hostname=str(note)))["commanding"]
    assert result.reason == "deadline"
    deadline = time.monotonic() + 5
    while (alive := Path(f"/proc/{note.read_text()}").exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive


def counting(host, settings):
    folder = Path(settings.hostname)
    own = folder / str(os.getpid())
    own.touch()
    time.sleep(0.2)
    seen = len(list(folder.iterdir()))
    own.unlink()
    return CollectorResult(method="test", status=ObservationStatus.OK, facts={"seen": seen})


def test_only_a_few_collectors_work_at_once(machine, tmp_path):
    registry = {str(number): Collector(str(number), "counting", counting) for number in range(9)}
    folder = tmp_path / "at-work"
    folder.mkdir()
    results = run_all(registry, machine(), Settings(hostname=str(folder)))
    assert 1 < max(result.facts["seen"] for result in results.values()) <= MOST_AT_ONCE


def test_those_that_hang_keep_nobody_from_their_turn(machine):
    registry = {f"h{number}": Collector(f"h{number}", "hanging", hanging, deadline=0.3) for number in range(9)}
    registry["good"] = Collector("good", "good", good)
    results = run_all(registry, machine(), Settings())
    assert results["good"].status is ObservationStatus.OK
    assert {result.reason for kind, result in results.items() if kind != "good"} == {"deadline"}


@pytest.mark.parametrize("kind", REGISTRY)
def test_every_collector_has_a_title_a_purpose_and_a_bounded_time(kind):
    collector = REGISTRY[kind]
    assert collector.kind == kind
    assert collector.title_vi
    assert collector.collect.__doc__
    assert 0 < collector.deadline <= 60


NOT_OF_THE_MACHINE = {
    # How many services the settings ask for, and the grade for which there is no evidence.
    "reachability": {"service_count", "required_count", "required_tls_count"},
    "wan": {"access_grade"},
}


@pytest.mark.parametrize("kind", REGISTRY)
def test_on_an_empty_machine_a_collector_invents_nothing(kind, machine):
    nothing = dict.fromkeys(
        [
            "family_",
            "hostname_",
            "architecture_",
            "cpu_count_",
            "memory_bytes_",
            "boot_time_",
            "disks_",
            "processes_",
            "nics_",
            "clock_synchronised_",
        ]
    )
    result = run_all({kind: REGISTRY[kind]}, machine({}, **nothing), Settings(lan_probes="passive"))[kind]
    said = {name: value for name, value in result.facts.items() if name not in NOT_OF_THE_MACHINE.get(kind, ())}
    assert said == {}
    assert result.reason
    assert result.status is (ObservationStatus.PARTIAL if result.facts else ObservationStatus.FAILED)


def test_findings_without_facts_are_a_failure_even_without_a_reason():
    assert Findings().result().status is ObservationStatus.FAILED
    assert Findings().result().reason == "nothing-readable"


def test_a_text_that_is_longer_than_any_name_is_cut():
    found = Findings()
    found.put("os_name", "é" * 100_000)
    found.put("disks", [{"mount": "x" * 5000}])
    facts = found.result().facts
    assert len(facts["os_name"]) == LONGEST_TEXT
    assert facts["os_name"].endswith("…")
    assert len(facts["disks"][0]["mount"]) == LONGEST_TEXT
