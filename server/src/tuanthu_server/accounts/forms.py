"""Forms of sign-in and password change, with labels in the officers' own words."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm, UsernameField
from django.utils.translation import gettext_lazy as _

from tuanthu_server.accounts.models import User

if TYPE_CHECKING:
    _SetPassword = SetPasswordForm[User]
else:
    _SetPassword = SetPasswordForm


class SignInForm(forms.Form):
    """Name and password. The error never tells which of the two was wrong."""

    username = UsernameField(
        label=_("Tên đăng nhập"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Mật khẩu"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields)


class CodeForm(forms.Form):
    """An authenticator's code, or a recovery code."""

    code = forms.CharField(
        label=_("Mã xác thực"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields)


class ChangePasswordForm(PasswordChangeForm):
    """The old password once, the new one twice."""

    error_messages = {
        "password_mismatch": _("Hai lần nhập mật khẩu mới không giống nhau."),
        "password_incorrect": _("Mật khẩu hiện tại không đúng."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Mật khẩu hiện tại")
        _dress_new(self.fields)


class FirstPasswordForm(_SetPassword):
    """A new password twice, for who was invited."""

    error_messages = {"password_mismatch": _("Hai lần nhập mật khẩu mới không giống nhau.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_new(self.fields)


def _dress_new(fields: Any) -> None:
    fields["new_password1"].label = _("Mật khẩu mới")
    fields["new_password2"].label = _("Nhập lại mật khẩu mới")
    fields["new_password1"].help_text = _("Ít nhất 14 ký tự; không dùng mật khẩu phổ biến.")
    fields["new_password2"].help_text = ""
    dress(fields)


def dress(fields: Any) -> None:
    """Give fields the look of the pages."""
    for field in fields.values():
        select = isinstance(field.widget, forms.Select)
        field.widget.attrs.setdefault("class", "form-select" if select else "form-control")
