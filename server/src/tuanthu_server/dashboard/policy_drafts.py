"""What pages say of a draft of the policy: its changes by clause, rule and unit, under the names that people know."""

from collections.abc import Mapping

import msgspec
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text
from tuanthu_server.access.policy_drafts import Told
from tuanthu_server.compliance.policy_archive import MEGABYTE, MOST_BYTES
from tuanthu_server.compliance.trial import Sum, sort_of
from tuanthu_server.dashboard.forms import dress
from tuanthu_server.units.models import Unit

NOT_ASKED = "none"
"""The word in addresses for what was or would not be asked."""
MEGABYTES = MOST_BYTES // MEGABYTE


class ShiftLine(msgspec.Struct, frozen=True):
    """So many assets would go from one outcome to another."""

    before: Outcome | None
    after: Outcome | None
    assets: int

    @property
    def word(self) -> str:
        """As an address says it: `pass-fail`."""
        return shift_word(self.before, self.after)


class CodeLine(msgspec.Struct, frozen=True):
    """What a rule, a clause or an indicator's question would come to."""

    code: str
    title: Text
    shifts: list[ShiftLine]
    listed: bool
    """Whether its assets are listed one by one."""


class UnitLine(msgspec.Struct, frozen=True):
    """How many assets of a unit change."""

    unit: Unit
    sum: Sum


class ArchiveForm(forms.Form):
    """A policy in a .zip."""

    file = forms.FileField(
        label=_("Thư mục chính sách (.zip)"),
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["file"].help_text = (
            gettext("Nén cả thư mục, gồm facts, rules, controls, indicators…; tối đa %d MB.") % MEGABYTES
        )
        dress(self.fields)


class PublishForm(forms.Form):
    """The last look before a policy is put in force."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label=_("Lý do, căn cứ ban hành"), max_length=300, help_text=_("Số, ngày văn bản hoặc việc cần sửa.")
    )
    seen = forms.BooleanField(label=_("Tôi đã xem những gì sẽ thay đổi và muốn ban hành đúng bản đã thử này."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        dress(self.fields)
        self.fields["seen"].widget.attrs["class"] = "form-check-input"


def code_lines(told: Told) -> dict[str, list[CodeLine]]:
    """The lines by the sort of their code (`trial.sort_of`); whole frameworks before their clauses."""
    found: dict[str, list[CodeLine]] = {"control": [], "rule": [], "measure": []}
    for code, shifts in sorted(told.tally.shifts.items()):
        sort = sort_of(code)
        lines = [ShiftLine(one.before, one.after, one.assets) for one in shifts]
        found[sort].append(CodeLine(code, title_of(code, told), lines, sort != "measure"))
    return found


def unit_lines(told: Told) -> list[UnitLine]:
    """Units in which anything changes, those first where most becomes worse."""
    found = [UnitLine(told.units[pk], one) for pk, one in told.tally.units.items() if one.changed]
    return sorted(found, key=lambda line: (-line.sum.worse, -line.sum.changed, line.unit.code))


def title_of(code: str, told: Told) -> Text:
    """The name of a rule or clause, as the draft says it, else as it is now."""
    for policy in (told.tried, told.present):
        named = policy and (
            titles_of_controls(policy).get(code.removeprefix("device:")) or _title_of_rule(policy, code)
        )
        if named:
            return named
    return Text(code, code)


def titles_of_controls(policy: Policy) -> Mapping[str, Text]:
    """Clauses and whole frameworks by their codes."""
    found = {name: framework.title for name, framework in policy.frameworks.items()}
    for name, framework in policy.frameworks.items():
        found |= {f"{name}/{one.id}": one.title for one in framework.controls}
    return found


def _title_of_rule(policy: Policy, code: str) -> Text | None:
    return policy.rules[code].title if code in policy.rules else None


def shift_in(text: str) -> tuple[Outcome | None, Outcome | None] | None:
    """`pass-fail` as an address says it; None for what is no such thing."""
    before, found, after = text.partition("-")
    words = {NOT_ASKED: None} | {outcome.code: outcome for outcome in Outcome}
    return (words[before], words[after]) if found and before in words and after in words else None


def shift_word(before: Outcome | None, after: Outcome | None) -> str:
    """The same the other way."""
    return "-".join(NOT_ASKED if one is None else one.code for one in (before, after))
