"""Each kind in a process of its own: one that hangs, dies or talks rubbish costs nobody else."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors.interface import Collector, CollectorError, CollectorResult, Settings
from tuanthu_agent.host import Host
from tuanthu_agent.legacy.collecting import attempt, read_result, run_all
from tuanthu_policy.status import ObservationStatus

PROGRAMS = {
    "good": 'print(\'{"method": "m", "status": "ok", "reason": "", "facts": {"a": 1}}\')',
    "hangs": "import time; time.sleep(600)",
    "dies": "import os; os._exit(7)",
    "rubbish": "print('[]')",
    "late": 'print(\'{"method": "m", "status": "perhaps", "reason": "", "facts": {}}\')',
}


def test_every_kind_gives_a_result_whatever_the_others_do():
    deadlines = dict.fromkeys(PROGRAMS, 30.0) | {"hangs": 0.5}
    results = run_all(deadlines, lambda kind: [sys.executable, "-c", PROGRAMS[kind]])
    assert list(results) == list(PROGRAMS)
    assert {kind: (one.status, one.reason) for kind, one in results.items()} == {
        "good": ("ok", ""),
        "hangs": ("error", "deadline"),
        "dies": ("error", "crashed: exit code 7"),
        "rubbish": ("error", "crashed: no result"),
        "late": ("error", "crashed: no result"),
    }
    assert results["good"].facts == {"a": 1}


def test_a_program_that_cannot_be_started_is_an_error():
    results = run_all({"host": 5.0}, lambda _: ["/không/có"])
    assert results["host"].reason.startswith("not-started")


def collector(collect):
    return Collector("host", "x", collect)


def fails(host, settings):
    raise CollectorError(ObservationStatus.UNSUPPORTED, "none", "not-available: x")


def breaks(host, settings):
    raise RuntimeError("hỏng")


def gives(facts):
    return lambda host, settings: CollectorResult("m", ObservationStatus.OK, facts=facts)


@pytest.mark.parametrize(
    ("collect", "status", "reason"),
    [
        (gives({"tên": "máy"}), "ok", ""),
        (fails, "unsupported", "not-available: x"),
        (breaks, "error", "broken: RuntimeError: hỏng"),
        (gives({"x": float("nan")}), "error", "broken: Out of range"),
        (gives({"x": b"bytes"}), "error", "broken: Object of type bytes"),
        (gives({"x": "a" * 300_000}), "error", "too-large: "),
    ],
)
def test_an_attempt_never_raises(collect, status, reason):
    seen = read_result(attempt(collector(collect), Host(), Settings()))
    assert seen.status == status
    assert seen.reason.startswith(reason)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_rubbish_is_never_a_result(output):
    assert read_result(output).status == "error"


ORPHAN = """
import time
from tuanthu_agent.collectors.interface import Collector
from tuanthu_agent.legacy import child
child.GRACE_SECONDS = 0.2
child.REGISTRY = {"host": Collector("host", "x", lambda host, settings: time.sleep(600), deadline=0.3)}
child.main("host")
"""


def test_a_child_without_a_parent_ends_itself():
    done = subprocess.run([sys.executable, "-c", ORPHAN], timeout=60, check=False, stdout=subprocess.DEVNULL)
    assert done.returncode == 4
