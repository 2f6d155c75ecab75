"""What a unit states of itself."""

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tuanthu_server.dashboard.exception_forms import day_field
from tuanthu_server.dashboard.forms import dress
from tuanthu_server.units.models import UnitExpectation
from tuanthu_server.units.numbers import MOST, Numbers

NAMES = ("staff", "machines", "servers", "devices")


def count_field(label: Any) -> forms.IntegerField:
    """A number, or nothing where the unit states none."""
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False)


class NumbersForm(forms.Form):
    """From which day, and how many."""

    since = day_field(_("Từ ngày"))
    staff = count_field(_("Nhân sự"))
    machines = count_field(_("Máy (kể cả máy chủ)"))
    servers = count_field(_("Trong đó máy chủ"))
    devices = count_field(_("Thiết bị mạng"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields)

    @property
    def numbers(self) -> Numbers:
        """The numbers of a form that is valid."""
        return Numbers(**{name: self.cleaned_data[name] for name in NAMES})


def kept_numbers(kept: UnitExpectation | None) -> dict[str, Any]:
    """What the form begins with: today, and what is stated now."""
    return {"since": localdate(), **{name: getattr(kept, name, None) for name in NAMES}}
