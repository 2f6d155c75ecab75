"""What people fill in to decide about machines: an answer, a reason, and that they mean it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tuanthu_server.dashboard.exception_forms import day_field
from tuanthu_server.dashboard.forms import dress
from tuanthu_server.inventory.models import IdentityQuestion
from tuanthu_server.organisation.questions import ANSWERS, Answer
from tuanthu_server.units.models import Unit

Sort = IdentityQuestion.Sort
LONGEST: Final = 500
SAID: Final = {
    (Sort.PAIR, Answer.SAME): _("Là một máy: giữ bản ghi mới, loại bản ghi cũ khỏi số liệu"),
    (Sort.PAIR, Answer.DIFFERENT): _("Là hai máy khác nhau: giữ cả hai, không hỏi lại"),
    (Sort.CLONE, Answer.DIFFERENT): _("Là hai máy: thu hồi tác tử, từng máy ghi danh lại"),
    (Sort.CLONE, Answer.SAME): _("Là một máy (thay linh kiện, đế cắm mạng …): giữ nguyên"),
    (Sort.RETURNED, Answer.REVOKE): _("Thu hồi tác tử; máy còn dùng thì ghi danh lại"),
}
"""Answers in an officer's words."""


class ReasonedForm(forms.Form):
    """A reason, and a mark that the person has seen what follows."""

    reason = forms.CharField(label=_("Lý do"), max_length=LONGEST, help_text=_("Ví dụ: đã kiểm tra tại chỗ."))
    confirmed = forms.BooleanField(label=_("Tôi đã kiểm tra và chịu trách nhiệm về quyết định này"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress({name: field for name, field in self.fields.items() if name not in {"confirmed", "answer"}})


class AnswerForm(ReasonedForm):
    """The answer to a question about machines."""

    answer = forms.ChoiceField(label=_("Kết luận"), widget=forms.RadioSelect)

    def __init__(self, sort: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["answer"]
        chosen.choices = [(one.value, SAID[Sort(sort), one]) for one in ANSWERS[Sort(sort)]]
        if len(chosen.choices) == 1:
            self.initial["answer"] = chosen.choices[0][0]


class MoveForm(ReasonedForm):
    """Where a machine belongs from a day on."""

    unit = forms.ChoiceField(label=_("Đơn vị mới"))
    day = day_field(
        _("Từ ngày"), help_text=_("Trước ngày này máy vẫn tính cho đơn vị cũ; lùi được nhiều nhất 31 ngày.")
    )

    def __init__(self, units: Iterable[Unit], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.choices = [("", "–"), *((one.code, f"{one.name} ({one.code})") for one in units)]
        self.initial.setdefault("day", today)
