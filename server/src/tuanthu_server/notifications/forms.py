"""What a person fills in to be told."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tuanthu_server.accounts.models import User
from tuanthu_server.config import Config
from tuanthu_server.errors import InputError
from tuanthu_server.notifications import subscriptions
from tuanthu_server.notifications.kinds import Channel, Kind
from tuanthu_server.notifications.models import Subscription

KINDS = [
    (Kind.DEFAULT_LOGIN, _("Thiết bị dùng tài khoản mặc định")),
    (Kind.SERVER_ANTIVIRUS, _("Máy chủ mất bảo vệ chống mã độc")),
    (Kind.UNIT_SILENT, _("Đơn vị ngừng báo cáo")),
    (Kind.DIGEST, _("Bản tin hằng ngày")),
    (Kind.DEADLINE, _("Thời hạn báo cáo")),
]
CHANNELS = [(Channel.EMAIL, _("Thư điện tử của tài khoản")), (Channel.TELEGRAM, "Telegram")]
"""By the page nobody chooses a foreign mailbox or a server to be called; webhooks are added on the collector."""
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))]


def clock() -> forms.TimeInput:
    """Hours and minutes, as browsers offer them."""
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class SubscriptionForm(forms.Form):
    """A new subscription of whoever fills it in."""

    channel = forms.ChoiceField(label=_("Cách nhận"), choices=CHANNELS)
    chat = forms.CharField(label=_("Số cuộc trò chuyện Telegram"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Ngôn ngữ của thư"), choices=LANGUAGES)
    quiet_from = forms.TimeField(label=_("Yên lặng từ (giờ:phút)"), required=False, widget=clock())
    quiet_to = forms.TimeField(label=_("đến"), required=False, widget=clock())
    kinds = forms.MultipleChoiceField(
        label=_("Nhận tin gì"), choices=KINDS, widget=forms.CheckboxSelectMultiple, initial=Kind.values
    )
    urgent = forms.BooleanField(label=_("Cảnh báo nghiêm trọng vẫn gửi trong giờ yên lặng"), required=False)

    def __init__(self, *args: Any, user: User, config: Config, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user, self._config = user, config
        for name in ("channel", "language"):
            self.fields[name].widget.attrs["class"] = "form-select"
        for name in ("chat", "quiet_from", "quiet_to"):
            self.fields[name].widget.attrs["class"] = "form-control"
        for name in ("kinds", "urgent"):
            self.fields[name].widget.attrs["class"] = "form-check-input"

    def clean(self) -> dict[str, Any]:
        """Quiet hours have two ends, and an e-mail goes to the address of the account."""
        given = super().clean() or self.cleaned_data
        if (given.get("quiet_from") is None) is not (given.get("quiet_to") is None):
            self.add_error("quiet_to", forms.ValidationError(_("Giờ yên lặng cần cả lúc bắt đầu và lúc kết thúc.")))
        if given.get("channel") == Channel.EMAIL and not self._user.email:
            told = _("Tài khoản chưa có địa chỉ thư; hãy nhờ người quản trị ghi vào.")
            self.add_error("channel", forms.ValidationError(told))
        return given

    def save(self) -> Subscription | None:
        """The subscription; None where it is refused, and then the form says why."""
        given = self.cleaned_data
        own = given["channel"] == Channel.EMAIL
        begin, end = given["quiet_from"], given["quiet_to"]
        try:
            return subscriptions.add(
                self._user,
                given["channel"],
                self._user.email if own else given["chat"].replace("\0", ""),
                given["kinds"],
                self._config,
                language=given["language"],
                quiet=None if begin is None or end is None else (begin, end),
                urgent=given["urgent"],
            )
        except InputError as error:
            text = error.en if (get_language() or "").startswith("en") else error.vi
            self.add_error("channel" if own else "chat", forms.ValidationError(text))
            return None
