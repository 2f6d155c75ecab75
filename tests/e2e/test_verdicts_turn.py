"""A real clamd is stopped, its database ages, the policy changes: verdicts turn, and the past stays as it was judged then."""

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.assets.clamd import CLAMD, Clamd, run_agent

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.root


@pytest.fixture
def clamd(tmp_path):
    assert Path(CLAMD).exists(), "make test installs clamav-daemon"
    made = Clamd(tmp_path / "clamav")
    made.start()
    yield made
    made.stop()


def audit(station, clamd) -> dict[str, str]:
    """One run of the agent; what the collector then says of each rule."""
    run_agent(station, clamd)
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
