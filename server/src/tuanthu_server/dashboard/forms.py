"""What people fill in on pages, with labels in their own words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tuanthu_server.units.models import Unit

MOST_USES = 5000
MOST_DAYS = 365


class TokenForm(forms.Form):
    """A new enrolment token."""

    unit = forms.ChoiceField(label=_("Đơn vị"))
    uses = forms.IntegerField(label=_("Số máy được ghi danh"), min_value=1, max_value=MOST_USES, initial=10)
    days = forms.IntegerField(label=_("Hiệu lực (ngày)"), min_value=1, max_value=MOST_DAYS, initial=7)
    label = forms.CharField(label=_("Ghi chú"), max_length=200, required=False)

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = {unit.code: unit for unit in units}
        self.fields["unit"].choices = [(unit.code, unit.name) for unit in units]  # type: ignore[attr-defined]
        dress(self.fields)

    @property
    def chosen(self) -> Unit:
        """The unit of a form that is valid."""
        return self._units[self.cleaned_data["unit"]]


def dress(fields: Any) -> None:
    """Give fields the look of the pages."""
    for field in fields.values():
        is_select = isinstance(field.widget, forms.Select)
        field.widget.attrs["class"] = "form-select" if is_select else "form-control"
