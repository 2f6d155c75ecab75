"""What two versions of a policy ask differently."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from tuanthu_policy.control import Control
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule

Part = TypeVar("Part")


class ChangedField(msgspec.Struct, frozen=True):
    """One field of a rule or control, before and after, as text."""

    name: str
    before: str
    after: str


class ChangedRule(msgspec.Struct, frozen=True):
    """A rule that both versions have."""

    rule: Rule
    fields: list[ChangedField]

    @property
    def judges_otherwise(self) -> bool:
        """Whether an outcome can change by it: words alone change none."""
        return any(field.name in JUDGING for field in self.fields)


JUDGING = frozenset({"condition", "applies_when", "max_age"})
"""The fields of a rule that decide its outcome."""


class ChangedControl(msgspec.Struct, frozen=True):
    """A clause that is new, gone (`fields` is empty) or changed."""

    framework: str
    control: Control
    fields: list[ChangedField]


class PolicyDifference(msgspec.Struct, frozen=True):
    """From one version to another."""

    added: list[Rule]
    removed: list[Rule]
    changed: list[ChangedRule]
    controls_added: list[ChangedControl]
    controls_removed: list[ChangedControl]
    controls_changed: list[ChangedControl]

    @property
    def is_empty(self) -> bool:
        """Whether both ask the same of machines and people."""
        return not any(msgspec.structs.astuple(self))


def policy_difference(before: Policy, after: Policy) -> PolicyDifference:
    """What `after` asks otherwise than `before`; rules by id, clauses by framework and id."""
    old, new = _controls(before), _controls(after)
    return PolicyDifference(
        added=[after.rules[code] for code in sorted(after.rules.keys() - before.rules.keys())],
        removed=[before.rules[code] for code in sorted(before.rules.keys() - after.rules.keys())],
        changed=[
            ChangedRule(after.rules[code], fields)
            for code in sorted(before.rules.keys() & after.rules.keys())
            if (fields := _fields(before.rules[code], after.rules[code]))
        ],
        controls_added=[ChangedControl(code[0], new[code], []) for code in sorted(new.keys() - old.keys())],
        controls_removed=[ChangedControl(code[0], old[code], []) for code in sorted(old.keys() - new.keys())],
        controls_changed=[
            ChangedControl(code[0], new[code], fields)
            for code in sorted(old.keys() & new.keys())
            if (fields := _fields(old[code], new[code]))
        ],
    )


def _controls(policy: Policy) -> dict[tuple[str, str], Control]:
    return {(name, one.id): one for name, framework in policy.frameworks.items() for one in framework.controls}


def _fields(before: Any, after: Any) -> list[ChangedField]:
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    names = [name for name in (*old, *(one for one in new if one not in old)) if old.get(name) != new.get(name)]
    return [ChangedField(name, _text(old.get(name)), _text(new.get(name))) for name in names]


def _text(value: object) -> str:
    """A value as people compare it: texts as they are, nested ones line by line."""
    if isinstance(value, Mapping) and set(value) <= {"vi", "en"}:
        return str(value.get("vi", ""))
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
