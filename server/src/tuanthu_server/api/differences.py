"""What one version of the policy asks otherwise than another, as the interface tells it."""

from tuanthu_server.api.schemas.policy import ChangedOut, DifferenceOut, FieldOut
from tuanthu_server.compliance.policy_difference import ChangedControl, ChangedField, PolicyDifference


def told(found: PolicyDifference) -> DifferenceOut:
    """A difference of two versions."""
    return DifferenceOut(
        rules_added=[one.id for one in found.added],
        rules_removed=[one.id for one in found.removed],
        rules_changed=[_changed(one.rule.id, one.fields, otherwise=one.judges_otherwise) for one in found.changed],
        controls_added=[_code(one) for one in found.controls_added],
        controls_removed=[_code(one) for one in found.controls_removed],
        controls_changed=[_changed(_code(one), one.fields, otherwise=True) for one in found.controls_changed],
    )


def _code(one: ChangedControl) -> str:
    return f"{one.framework}/{one.control.id}"


def _changed(code: str, fields: list[ChangedField], *, otherwise: bool) -> ChangedOut:
    told = [FieldOut(name=one.name, before=one.before, after=one.after) for one in fields]
    return ChangedOut(id=code, judges_otherwise=otherwise, fields=told)
