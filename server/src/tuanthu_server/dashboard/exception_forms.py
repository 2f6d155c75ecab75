"""What people fill in to have something waived, to state something, and to give a reason."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tuanthu_policy.control import Control
from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text
from tuanthu_server.compliance.attestations import MOST_BYTES
from tuanthu_server.dashboard.forms import dress
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit

EVERYTHING: Final = "everything"
MEGABYTES: Final = MOST_BYTES // 1024 // 1024
KINDS: Final = ".pdf,.png,.jpg,.jpeg"


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day, chosen in the browser's own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class WaiverForm(forms.Form):
    """A proposal: what, where, why, by what authority, until when."""

    what = forms.ChoiceField(label=_("Miễn trừ điều gì"))
    where = forms.ChoiceField(label=_("Cho máy, đơn vị nào"))
    authority = forms.CharField(
        label=_("Văn bản cho phép"), max_length=300, help_text=_("Số, ngày và cơ quan ban hành văn bản.")
    )
    reason = forms.CharField(label=_("Lý do"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    begins = day_field(_("Từ ngày"), required=False, help_text=_("Để trống: từ lúc được phê duyệt."))
    ends = day_field(_("Đến hết ngày"), help_text=_("Dài nhất 366 ngày; hết hạn có thể đề nghị lại."))

    def __init__(
        self,
        policy: Policy,
        units: Iterable[Unit],
        asset: Asset | None,
        *args: Any,
        whole: bool,
        said: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        what: Any = self.fields["what"]
        what.choices = [
            (gettext("Quy tắc"), [(f"rule:{one.id}", said(one.title)) for one in policy.rules.values()]),
            *(
                (
                    said(framework.title),
                    [(f"control:{framework.id}/{one.id}", said(one.title)) for one in framework.controls],
                )
                for framework in policy.frameworks.values()
            ),
        ]
        where: Any = self.fields["where"]
        only = [] if asset is None else [(f"asset:{asset.pk}", f"{asset.name} · {asset.unit.name}")]
        everything = [(EVERYTHING, gettext("Mọi đơn vị"))] if whole else []
        where.choices = [*only, *((f"unit:{unit.code}", unit.name) for unit in units), *everything]
        dress(self.fields)


class StatementForm(forms.Form):
    """What a named person states on a clause of a unit, with the file that supports it."""

    unit = forms.ChoiceField(label=_("Đơn vị"))
    control = forms.ChoiceField(label=_("Yêu cầu"))
    fulfilled = forms.ChoiceField(
        label=_("Kết luận"),
        choices=[("yes", _("Đã đáp ứng")), ("no", _("Chưa đáp ứng"))],
    )
    statement = forms.CharField(label=_("Nội dung xác nhận"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    attested_by = forms.CharField(
        label=_("Người xác nhận"), max_length=300, help_text=_("Họ tên và chức vụ người chịu trách nhiệm.")
    )
    since = day_field(_("Có từ ngày"), required=False, help_text=_("Để trống: hôm nay."))
    ends = day_field(_("Đến hết ngày"), required=False, help_text=_("Để trống: lâu nhất mà yêu cầu cho phép."))
    file = forms.FileField(
        label=_("Tệp minh chứng"), max_length=255, widget=forms.ClearableFileInput(attrs={"accept": KINDS})
    )

    def __init__(
        self, units: Iterable[Unit], controls: dict[str, Control], *args: Any, said: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        unit: Any = self.fields["unit"]
        unit.choices = [(code, one.name) for code, one in self.units.items()]
        control: Any = self.fields["control"]
        control.choices = [(code, clause_name(one, said)) for code, one in controls.items()]
        self.fields["file"].help_text = gettext("PDF, PNG hoặc JPEG, tối đa %d MB.") % MEGABYTES
        dress(self.fields)

    def clean_file(self) -> Any:
        """The file; one that is too large is told here, before anything is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(gettext("Tệp quá lớn, tối đa %d MB.") % MEGABYTES)
        return file


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Lý do"), max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields)


def clause_name(control: Control, said: Any) -> str:
    """A clause in a list: with its number where it has one."""
    number = control.clause if len(control.clause) < 30 and "chưa" not in control.clause else ""
    return f"{number} · {said(control.title)}" if number else str(said(control.title))


def said_in(language: str) -> Any:
    """Texts of the policy in a language."""

    def said(text: Text) -> str:
        return text.in_language(language)

    return said
