"""Running the collectors, each in a process of its own with its own deadline; few at once, for the machine is old."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Callable, Final, Mapping

from tuanthu_agent.collectors.interface import LONGEST_REASON, Collector, CollectorError, Settings
from tuanthu_agent.host import Host
from tuanthu_agent.legacy.canonical import content_digest, plain
from tuanthu_agent.legacy.moments import now_text
from tuanthu_agent.uuid7 import uuid7
from tuanthu_policy.status import ObservationStatus

KINDS: Final = ("host", "antivirus", "firewall", "updates", "lan")
"""What the probe observes, of those kinds that the registry has."""
AT_ONCE: Final = 2
MOST_RESULT_BYTES: Final = 192 * 1024
_NO_WINDOW_LOW_PRIORITY: Final = 0x08000000 | 0x4000
_STATUSES: Final = frozenset(one.value for one in ObservationStatus)
Command = Callable[[str], "list[str]"]


@dataclass(frozen=True)
class Result:
    """What one attempt gave; fields as in `Observation`."""

    method: str
    status: str
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def own_command(kind: str) -> list[str]:
    """This program, told to look at one kind and print what it saw."""
    return [sys.executable, "-m", "tuanthu_agent.legacy", "_collect", kind]


def broken(reason: str) -> Result:
    """The result of an attempt that went wrong in itself."""
    return Result("none", "error", reason[:LONGEST_REASON])


def attempt(collector: Collector, host: Host, settings: Settings) -> bytes:
    """One attempt in this process, as the JSON that the parent reads; never raises."""
    try:
        result = collector.collect(host, settings)
        seen = Result(result.method, result.status.value, result.reason, result.facts)
    except CollectorError as error:
        seen = Result(error.method, error.status.value, error.reason[:LONGEST_REASON])
    except Exception as error:  # noqa: BLE001  a broken collector must not cost the others; the reason is reported
        seen = broken(f"broken: {type(error).__name__}: {error}")
    try:
        text = _encoded(seen)
    except (TypeError, ValueError) as error:
        text = _encoded(broken(f"broken: {error}"))
    return text if len(text) <= MOST_RESULT_BYTES else _encoded(broken(f"too-large: {len(text)} bytes"))


def _encoded(seen: Result) -> bytes:
    content = {"method": seen.method, "status": seen.status, "reason": seen.reason, "facts": plain(seen.facts)}
    return json.dumps(content).encode("ascii")


def run_all(deadlines: Mapping[str, float], command: Command = own_command) -> dict[str, Result]:
    """One result per kind (kind → seconds); one that hangs is ended at its own deadline."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = {kind: pool.submit(_run, command(kind), seconds) for kind, seconds in deadlines.items()}
        return {kind: task.result() for kind, task in tasks.items()}


def _run(command: list[str], seconds: float) -> Result:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_NO_WINDOW_LOW_PRIORITY if sys.platform == "win32" else 0,
        )
    except OSError as error:
        return broken(f"not-started: {error.strerror}")
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        return broken("deadline")
    if process.returncode != 0:
        return broken(f"crashed: exit code {process.returncode}")
    return read_result(output)


def read_result(output: bytes) -> Result:
    """What a child printed; `error` for what is no result."""
    try:
        content = json.loads(output)
        seen = Result(content["method"], content["status"], content["reason"], content["facts"])
    except (ValueError, KeyError, TypeError):
        return broken("crashed: no result")
    texts = (seen.method, seen.status, seen.reason)
    if not all(isinstance(text, str) for text in texts) or not isinstance(seen.facts, dict):
        return broken("crashed: no result")
    return seen if seen.status in _STATUSES else broken("crashed: no result")


def as_observation(kind: str, seen: Result) -> dict[str, Any]:
    """Give a result its identity, time and digest; facts that JSON cannot carry make it an error."""
    try:
        facts = plain(seen.facts)
        digest = content_digest(kind, seen.method, seen.status, seen.reason, facts)
    except (TypeError, ValueError) as error:
        return as_observation(kind, broken(f"broken: {type(error).__name__}"))
    observation = {
        "id": uuid7(),
        "kind": kind,
        "method": seen.method,
        "collected_at": now_text(),
        "status": seen.status,
        "facts": facts,
        "digest": digest,
    }
    if seen.reason:
        observation["reason"] = seen.reason
    return observation
