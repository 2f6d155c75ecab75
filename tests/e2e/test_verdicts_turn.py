"""A real clamd is stopped, its database ages, the policy changes: verdicts turn, and the past stays as it was judged then."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

CLAMD = "/usr/sbin/clamd"
ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400
OVERLAY = 'mount --bind "$1" /etc/clamav && exec "$2" run --once'
pytestmark = pytest.mark.root


class Clamd:
    """Debian's clamd with a hand-made database. Its configuration is laid over /etc/clamav for the agent alone."""

    def __init__(self, folder: Path) -> None:
        self.configuration = folder / "etc"
        self.socket = folder / "clamd.ctl"
        self.database = folder / "database"
        self.configuration.mkdir(parents=True)
        self.database.mkdir()
        (self.database / "local.ndb").write_text("Test.Signature:0:*:74756c61\n", encoding="ascii")
        (self.configuration / "clamd.conf").write_text(
            f"LocalSocket {self.socket}\nDatabaseDirectory {self.database}\nForeground yes\nUser root\n",
            encoding="ascii",
        )
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [CLAMD, "-c", self.configuration / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket(socket.AF_UNIX) as probe:
                if self.socket.exists() and probe.connect_ex(str(self.socket)) == 0:
                    return
            assert self.process.poll() is None
            time.sleep(0.1)
        raise AssertionError("clamd does not answer")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)

    def age(self, days: int) -> None:
        then = time.time() - days * DAY
        os.utime(self.database / "local.ndb", (then, then))


@pytest.fixture
def clamd(tmp_path):
    assert Path(CLAMD).exists(), "make test installs clamav-daemon"
    made = Clamd(tmp_path / "clamav")
    made.start()
    yield made
    made.stop()


def audit(station, clamd) -> dict[str, str]:
    """One run of the agent; what the collector then says of each rule."""
    subprocess.run(
        ["unshare", "--mount", "sh", "-c", OVERLAY, "sh", clamd.configuration, station.bin / "tuanthu-agent"],
        env=station.environment,
        capture_output=True,
        timeout=120,
        check=True,
    )
    return outcomes(station)


def outcomes(station, *when: str) -> dict[str, str]:
    """Rule → the outcome of the only machine, from the report's own figures."""
    path = station.folder / "summary.json"
    station.run("tuanthu-server", "report", "--department", "--out", str(path), *when)
    words = {"passed": "pass", "failed": "fail"}
    found = {}
    for rule in json.loads(path.read_text(encoding="utf-8"))["rules"]:
        [outcome] = [
            name for name, count in rule["counts"].items()
            if count == 1 and name not in {"total", "applicable", "undetermined"}
        ]  # fmt: skip
        found[rule["id"]] = words.get(outcome, outcome)
    return found


def moment() -> str:
    """Now, with a pause on both sides, so that a moment separates what came before from what comes after."""
    time.sleep(0.05)
    now = datetime.now(UTC).isoformat()
    time.sleep(0.05)
    return now


def test_clamav_switched_off_or_aged_changes_the_verdict_on_the_next_run(station, clamd):
    assert audit(station, clamd)["antivirus.running"] == "pass"
    assert outcomes(station)["antivirus.signatures_fresh"] == "pass"

    clamd.age(days=30)
    aged = audit(station, clamd)
    assert (aged["antivirus.running"], aged["antivirus.signatures_fresh"]) == ("pass", "fail")

    clamd.stop()
    assert audit(station, clamd)["antivirus.running"] == "fail"


def test_a_past_moment_is_judged_by_the_evidence_and_the_policy_of_then(station, clamd, tmp_path):
    assert audit(station, clamd)["antivirus.running"] == "pass"
    running_and_fresh = moment()
    clamd.age(days=30)
    audit(station, clamd)
    running_and_aged = moment()
    station.run("tuanthu-server", "policies", "publish", str(lenient_policy(tmp_path)))
    clamd.stop()
    now = audit(station, clamd)

    assert now["antivirus.running"] == "fail"
    assert outcomes(station, "--as-of", running_and_fresh)["antivirus.signatures_fresh"] == "pass"
    then = outcomes(station, "--as-of", running_and_aged)
    assert (then["antivirus.running"], then["antivirus.signatures_fresh"]) == ("pass", "fail")


def test_the_same_facts_pass_once_a_more_lenient_policy_is_in_force(station, clamd, tmp_path):
    clamd.age(days=30)
    assert audit(station, clamd)["antivirus.signatures_fresh"] == "fail"
    strict = moment()
    station.run("tuanthu-server", "policies", "publish", str(lenient_policy(tmp_path)))

    assert outcomes(station)["antivirus.signatures_fresh"] == "pass"
    assert outcomes(station, "--as-of", strict)["antivirus.signatures_fresh"] == "fail"
    station.run("tuanthu-server", "evaluate", "--verify")


def lenient_policy(folder: Path) -> Path:
    """The shipped policy with one limit moved from 7 to 365 days."""
    copy = folder / "policies"
    for name in ("rules", "controls", "facts"):
        shutil.copytree(ROOT / "policies" / name, copy / name)
    rule = copy / "rules/antivirus/signatures_fresh/rule.yml"
    text = rule.read_text(encoding="utf-8")
    assert "age_at_most: 7d" in text
    rule.write_text(text.replace("age_at_most: 7d", "age_at_most: 365d"), encoding="utf-8")
    for case in (rule.parent / "tests").glob("*.fail.yml"):
        case.write_text(case.read_text(encoding="utf-8").replace("2018-", "2001-"), encoding="utf-8")
    return copy
