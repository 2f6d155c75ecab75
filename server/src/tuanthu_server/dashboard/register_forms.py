"""What people fill in to change the register: a file of units, and each change of one unit."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tuanthu_server.access.unit_changes import Change
from tuanthu_server.dashboard.exception_forms import day_field
from tuanthu_server.dashboard.forms import dress
from tuanthu_server.units.models import Relation, Unit
from tuanthu_server.units.rows import CLEAR


class FileForm(forms.Form):
    """A file of units."""

    file = forms.FileField(
        label=_("Tệp danh mục (Excel hoặc CSV)"),
        max_length=255,
        help_text=_("Tệp .xlsx, hoặc .csv ở bảng mã UTF-8; tối đa 5 MB. Chưa có gì được ghi ở bước này."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=500,
        required=False,
        help_text=_("Ví dụ số quyết định. Để trống: tên tệp được ghi làm lý do."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields)


class ChangeForm(forms.Form):
    """From which day, and why: asked for every change."""

    day = day_field(
        _("Từ ngày"), help_text=_("Hôm nay, hoặc một ngày trong 31 ngày đã qua; trước đó mọi thứ giữ nguyên.")
    )
    reason = forms.CharField(
        label=_("Lý do"), max_length=500, help_text=_("Ví dụ số và ngày của quyết định; được ghi vào lịch sử.")
    )

    def __init__(self, unit: Unit, units: Iterable[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unit, self._units = unit, units
        self.initial.setdefault("day", localdate())
        self.choose()
        dress(self.fields)

    def choose(self) -> None:
        """Fill in what there is to choose from."""

    def others(self) -> list[tuple[str, str]]:
        """The other units, by code."""
        return [(one.code, f"{one.code} · {one.name}") for one in self._units if one.pk != self._unit.pk]

    @property
    def change(self) -> Change:
        """What a form that is valid wants."""
        return Change(what="close", day=self.cleaned_data["day"])

    def hidden(self) -> list[forms.BoundField]:
        """Its fields, to be sent again with a confirmation."""
        return [self[name] for name in self.fields]


class RenameForm(ChangeForm):
    """Another name."""

    name = forms.CharField(label=_("Tên mới"), max_length=300)
    field_order = ("name",)

    def choose(self) -> None:
        """Begin with the name it has."""
        self.initial.setdefault("name", self._unit.name)

    @property
    def change(self) -> Change:
        """See `ChangeForm`."""
        return Change(what="rename", to=self.cleaned_data["name"], day=self.cleaned_data["day"])


class MoveForm(ChangeForm):
    """Another link: to a unit, to a body outside the sector, or to none any more."""

    relation = forms.ChoiceField(label=_("Liên kết"))
    target = forms.ChoiceField(label=_("Liên kết tới đơn vị"), required=False)
    name = forms.CharField(
        label=_("Hoặc tới cơ quan ngoài ngành"),
        max_length=300,
        required=False,
        help_text=_("Tên đầy đủ, ví dụ Ủy ban nhân dân xã Ea Tíu. Điền một trong hai."),
    )
    field_order = ("relation", "target", "name")

    def choose(self) -> None:
        """Units, and none."""
        relation: Any = self.fields["relation"]
        target: Any = self.fields["target"]
        relation.choices = [(one.value, _(str(one.label))) for one in Relation]
        target.choices = [("", "–"), (CLEAR, _("Không còn: kết thúc liên kết")), *self.others()]
        self.initial.setdefault("relation", Relation.SUPERVISOR.value)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("target")) is bool(cleaned.get("name")) and not self.errors:
            self.add_error("target", _("Hãy chọn một đơn vị hoặc ghi tên một cơ quan, không cả hai."))
        return cleaned

    @property
    def change(self) -> Change:
        """See `ChangeForm`."""
        given = self.cleaned_data
        to = given["target"] or given["name"]
        return Change(what="move", relation=Relation(given["relation"]), to=to, day=given["day"])


class MergeForm(ChangeForm):
    """The unit into which it goes."""

    into = forms.ChoiceField(label=_("Sáp nhập vào đơn vị"))
    field_order = ("into",)

    def choose(self) -> None:
        """Every other unit."""
        into: Any = self.fields["into"]
        into.choices = [("", "–"), *self.others()]

    @property
    def change(self) -> Change:
        """See `ChangeForm`."""
        return Change(what="merge", to=self.cleaned_data["into"], day=self.cleaned_data["day"])
