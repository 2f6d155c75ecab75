"""Small makers of rules and evidence for the tests of the contract."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tuanthu_policy.compiled import CompiledRule, compile_rule
from tuanthu_policy.fact import Fact, FactKind, FactType
from tuanthu_policy.loader import load_policy
from tuanthu_policy.observation import Observation, ObservationStatus, Sighting
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule, Severity
from tuanthu_policy.text import Text

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TEXT = Text("Chữ có dấu", "Text")


def fact(kind: str, values: tuple[str, ...] = (), **fields: Fact) -> Fact:
    return Fact(type=FactType(kind), title=TEXT, description=TEXT, values=list(values), fields=fields)


KINDS = {
    "box": FactKind(
        kind="box",
        title=TEXT,
        facts={
            "name": fact("text"),
            "colour": fact("text", ("red", "blue")),
            "count": fact("integer"),
            "ratio": fact("number"),
            "open": fact("boolean"),
            "made": fact("datetime"),
            "release": fact("version"),
            "ip": fact("address"),
            "tags": fact("texts"),
            "ips": fact("addresses"),
            "parts": fact(
                "items", open=fact("boolean"), good=fact("boolean"), made=fact("datetime"), name=fact("text")
            ),
        },
    ),
    "lid": FactKind(kind="lid", title=TEXT, facts={"shut": fact("boolean"), "made": fact("datetime")}),
}
"""A catalogue with a fact of each type."""


def rule(condition: Any, applies_when: Any = None, max_age: str = "7d") -> Rule:
    extra = {} if applies_when is None else {"applies_when": applies_when}
    return Rule(
        id="box.rule",
        title=TEXT,
        rationale=TEXT,
        remediation=TEXT,
        severity=Severity.HIGH,
        max_age=max_age,
        condition=condition,
        **extra,
    )


def compiled(condition: Any, applies_when: Any = None, max_age: str = "7d") -> CompiledRule:
    return compile_rule(rule(condition, applies_when, max_age), KINDS)


def sighting(
    kind: str,
    facts: Any,
    status: ObservationStatus = ObservationStatus.OK,
    reason: str | None = None,
    age: timedelta = timedelta(hours=1),
) -> Sighting:
    extra = {} if reason is None else {"reason": reason}
    observation = Observation(
        id=f"id-{kind}", kind=kind, method="test", collected_at=AT, status=status, facts=facts, digest="", **extra
    )
    return Sighting(observation, AT - age)


def box(**facts: Any) -> dict[str, Sighting]:
    return {"box": sighting("box", facts)}


@cache
def shipped() -> Policy:
    return load_policy()
