"""How long judging takes, beside the same comparison written by hand: `python tests/bench/bench_evaluate.py`."""

import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from tuanthu_policy.compiled import CompiledRule, compile_rule
from tuanthu_policy.evaluate import evaluate, explain
from tuanthu_policy.loader import load_policy
from tuanthu_policy.observation import Observation, ObservationStatus, Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule, Severity
from tuanthu_policy.text import Text

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ITEMS = 30
TEXT = Text("đo", "bench")
BOTH = {"all": [{"fact": "running", "is": True}, {"fact": "realtime", "is": True}]}
THREE = {"all": [*BOTH["all"], {"fact": "signature_date", "age_at_most": "15d"}]}


def sighting(kind: str, facts: dict[str, Any]) -> Sighting:
    observation = Observation(
        id="0193", kind=kind, method="m", collected_at=AT, status=ObservationStatus.OK, facts=facts, digest=""
    )
    return Sighting(observation, AT - timedelta(hours=1))


def products(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"p{number}",
            "name": "ClamAV",
            "version": "1.4.3",
            "running": True,
            "realtime": True,
            "auto_update": True,
            "update_running": True,
            "signature_date": f"2026-11-{10 + number % 14:02d}T08:24:00Z",
        }
        for number in range(count)
    ]


def machine(count: int) -> dict[str, Sighting]:
    """A realistic machine, with that many products."""
    interfaces = [{"name": "eth0", "kind": "ethernet", "up": True, "speed_mbps": 1000}]
    return {
        "host": sighting("host", {"os_family": "linux", "virtual": False, "time_synchronised": True}),
        "antivirus": sighting("antivirus", {"product_count": count, "products": products(count)}),
        "lan": sighting(
            "lan",
            {
                "interfaces": interfaces,
                "wired_up": True,
                "link_speed_mbps": 1000,
                "gateway_reachable": True,
                "dns_resolves": True,
            },
        ),
    }


def microseconds(work: Callable[[], object]) -> float:
    """The best of seven runs, in µs a call."""
    timer = timeit.Timer(work)
    number = max(1, int(0.05 / max(timer.timeit(20) / 20, 1e-7)))
    return min(timer.repeat(7, number)) / number * 1e6


def by_hand_simple(seen: dict[str, Sighting]) -> str:
    """One comparison with the checks that no judgement can do without."""
    found = seen.get("antivirus")
    if found is None or AT - found.seen_at > timedelta(days=7) or found.observation.status is not ObservationStatus.OK:
        return "unknown"
    count = found.observation.facts.get("product_count")
    if type(count) is not int:
        return "unknown"
    return "pass" if count >= 1 else "fail"


def by_hand_list(seen: dict[str, Sighting]) -> str:
    """The list of products by a plain loop, every value checked for its type."""
    found = seen.get("antivirus")
    if found is None or AT - found.seen_at > timedelta(days=7) or found.observation.status is not ObservationStatus.OK:
        return "unknown"
    outcome = "pass"
    for item in found.observation.facts["products"]:
        for field in ("running", "realtime"):
            value = item.get(field)
            if value is False:
                return "fail"
            if value is not True:
                outcome = "unknown"
    return outcome


def rule(policy: Policy, condition: dict[str, Any]) -> CompiledRule:
    made = Rule(
        id="bench.rule",
        title=TEXT,
        rationale=TEXT,
        remediation=TEXT,
        severity=Severity.LOW,
        max_age="7d",
        condition=condition,
    )
    return compile_rule(made, policy.kinds)


def main() -> None:
    """Measure and print."""
    policy = load_policy()
    many, usual = machine(ITEMS), machine(1)
    simple = rule(policy, {"fact": "antivirus.product_count", "at_least": 1})
    every = rule(policy, {"fact": "antivirus.products", "all_items": BOTH})
    some = rule(
        policy, {"fact": "antivirus.products", "any_item": {"all": [BOTH["all"][0], {"fact": "realtime", "is": False}]}}
    )
    aged = rule(policy, {"fact": "antivirus.products", "all_items": THREE})
    for made, outcome in ((simple, Outcome.PASS), (every, Outcome.PASS), (some, Outcome.FAIL), (aged, Outcome.PASS)):
        assert evaluate(made, many, AT).outcome is outcome
    hand_simple, hand_list = microseconds(lambda: by_hand_simple(many)), microseconds(lambda: by_hand_list(many))
    rows: list[tuple[str, float, float | None, float | None]] = [
        ("simple rule", microseconds(lambda: evaluate(simple, many, AT)), 2.0, hand_simple),
        (f"all_items over {ITEMS}, two leaves", microseconds(lambda: evaluate(every, many, AT)), 10.0, hand_list),
        (f"any_item over {ITEMS}, none holds", microseconds(lambda: evaluate(some, many, AT)), 10.0, hand_list),
        (
            f"all_items over {ITEMS}, three leaves, one an age",
            microseconds(lambda: evaluate(aged, many, AT)),
            10.0,
            None,
        ),
        (f"the whole policy, {len(policy.rules)} rules", microseconds(lambda: policy.judge(usual, AT)), None, None),
        ("one explanation", microseconds(lambda: explain(every, many, AT)), None, None),
    ]
    table = Table("judging", "µs", "goal µs", "by hand µs", "ratio", title="evaluate")
    for name, took, goal, hand in rows:
        beside = (f"{hand:.2f}", f"{took / hand:.1f}") if hand else ("", "")
        table.add_row(name, f"{took:.2f}", f"{goal:.0f}" if goal else "", *beside)
    Console().print(table)


if __name__ == "__main__":
    main()
