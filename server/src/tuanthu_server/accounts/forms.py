"""Forms of sign-in and password change, with labels in the officers' own words."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Name and password. The error never tells which of the two was wrong."""

    error_messages = {
        "invalid_login": _("Tên đăng nhập hoặc mật khẩu không đúng."),
        "inactive": _("Tài khoản đã bị khóa."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields, {"username": _("Tên đăng nhập"), "password": _("Mật khẩu")})


class ChangePasswordForm(PasswordChangeForm):
    """The old password once, the new one twice."""

    error_messages = {
        "password_mismatch": _("Hai lần nhập mật khẩu mới không giống nhau."),
        "password_incorrect": _("Mật khẩu hiện tại không đúng."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "old_password": _("Mật khẩu hiện tại"),
            "new_password1": _("Mật khẩu mới"),
            "new_password2": _("Nhập lại mật khẩu mới"),
        }
        _dress(self.fields, labels)
        self.fields["new_password1"].help_text = _("Ít nhất 14 ký tự; không dùng mật khẩu phổ biến.")
        self.fields["new_password2"].help_text = ""


def _dress(fields: Any, labels: dict[str, Any]) -> None:
    for name, label in labels.items():
        fields[name].label = label
        fields[name].widget.attrs["class"] = "form-control"
