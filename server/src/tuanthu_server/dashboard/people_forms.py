"""Forms of the pages about people and the own account."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tuanthu_server.accounts.api_tokens import DAYS
from tuanthu_server.accounts.forms import dress
from tuanthu_server.accounts.permissions import NAMES, Permission
from tuanthu_server.accounts.roles import Role
from tuanthu_server.units.models import Unit


class PersonForm(forms.Form):
    """A person: new, or to be changed (then without the user name)."""

    username = forms.RegexField(
        r"^[\w.@+-]+\Z",
        label=_("Tên đăng nhập"),
        max_length=150,
        help_text=_("Chữ, số và . @ + - _; không đổi được về sau."),
        error_messages={"invalid": _("Chỉ dùng chữ, số và các dấu . @ + - _")},
    )
    name = forms.CharField(label=_("Họ và tên"), max_length=150, required=False)
    email = forms.EmailField(label=_("Thư điện tử"), max_length=254, required=False)
    role = forms.ChoiceField(label=_("Vai trò"), choices=Role.choices, initial=Role.OFFICER)
    units = forms.MultipleChoiceField(
        label=_("Đơn vị phụ trách"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Chỉ dùng cho cán bộ đơn vị; các đơn vị trực thuộc được tính kèm."),
    )

    def __init__(self, units: Iterable[Unit], *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not new:
            del self.fields["username"]
        self.fields["units"].choices = [(unit.code, f"{unit.code} · {unit.name}") for unit in units]  # type: ignore[attr-defined]
        dress({name: field for name, field in self.fields.items() if name != "units"})

    def clean(self) -> dict[str, Any]:
        """An officer answers for some unit."""
        cleaned = super().clean() or {}
        if cleaned.get("role") == Role.OFFICER and not cleaned.get("units") and "units" in cleaned:
            self.add_error("units", _("Hãy chọn ít nhất một đơn vị cho cán bộ đơn vị."))
        return cleaned


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("Dùng cho việc gì"), max_length=100)
    permissions = forms.MultipleChoiceField(label=_("Được phép"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("Thời hạn"), coerce=int, initial=DAYS[1])

    def __init__(self, offered: Iterable[Permission], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = [(one.value, NAMES[one]) for one in offered]  # type: ignore[attr-defined]
        self.fields["days"].choices = [(one, gettext("%d ngày") % one) for one in DAYS]  # type: ignore[attr-defined]
        dress({name: field for name, field in self.fields.items() if name != "permissions"})
