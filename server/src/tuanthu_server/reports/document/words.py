"""Vietnamese words for what the snapshot tells in codes, and its ways of writing numbers and dates."""

from datetime import date, datetime, timedelta

from tuanthu_policy.labels import OUTCOME_LABELS
from tuanthu_server.local_time import LOCAL
from tuanthu_server.reports.snapshot.counts import Ratio
from tuanthu_server.reports.snapshot.model import AttestationPart, ControlPart

UNKNOWN = "chưa xác định"
DEMONSTRATION = "SỐ LIỆU TRÌNH DIỄN"
OUTCOMES = {outcome.code: label.vi for outcome, label in OUTCOME_LABELS.items()}
ROLES = {"workstation": "Máy trạm", "server": "Máy chủ"}
SEVERITIES = {"low": "Thấp", "medium": "Trung bình", "high": "Cao", "critical": "Nghiêm trọng"}
_VERIFIED_MARKS = {"quoted": "", "paraphrase": "\u00a0(*)", "unverified": "\u00a0(*)"}
KINDS_OF_DOCUMENT = {
    "CT": "Chỉ thị",
    "NĐ": "Nghị định",
    "QĐ": "Quyết định",
    "TT": "Thông tư",
    "NQ": "Nghị quyết",
    "KH": "Kế hoạch",
    "QH": "Luật",
    "TCVN": "Tiêu chuẩn quốc gia",
}


def count(number: int | None) -> str:
    """`1.234`, or `chưa xác định`."""
    return UNKNOWN if number is None else f"{number:,}".replace(",", ".")


def percent(ratio: Ratio | None) -> str:
    """`66,6%`, `—` when there is nothing to divide by, or `chưa xác định`."""
    if ratio is None or ratio.denominator == 0:
        return "—"
    return UNKNOWN if ratio.denominator is None else f"{ratio.percent}%"


def share(ratio: Ratio) -> str:
    """`66,6% (2/3 máy)`; the fraction stays on one line."""
    if not ratio.denominator:
        return percent(ratio)
    return f"{percent(ratio)} ({together(f'{count(ratio.numerator)}/{count(ratio.denominator)} máy')})"


def together(text: str) -> str:
    """The text with spaces at which no line breaks."""
    return text.replace(" ", "\u00a0")


def long_date(moment: datetime | date) -> str:
    """`ngày 05 tháng 01 năm 2026`: a leading zero for days below 10 and for January and February."""
    day = moment.astimezone(LOCAL).date() if isinstance(moment, datetime) else moment
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def long_moment(moment: datetime) -> str:
    """`16 giờ 05 phút ngày 24 tháng 11 năm 2026`, in Vietnam's time."""
    local = moment.astimezone(LOCAL)
    return f"{local.hour:02d} giờ {local.minute:02d} phút {long_date(local)}"


def clause(control: ControlPart) -> str:
    """`Tự động cập nhật (điểm 3.a)`; starred when its wording was not checked against the original."""
    place = f" ({control.clause})" if any(letter.isdigit() for letter in control.clause) else ""
    return f"{control.title.vi}{place}{_VERIFIED_MARKS[control.verified]}"


def is_starred(control: ControlPart) -> bool:
    """Whether `clause` ends in a star."""
    return bool(_VERIFIED_MARKS[control.verified])


def short_date(moment: datetime | None) -> str:
    """`24/11/2026`, in Vietnam's time."""
    return "" if moment is None else f"{moment.astimezone(LOCAL):%d/%m/%Y}"


def last_day(end: datetime) -> date:
    """The last day, in Vietnam's time, of what ends at a moment."""
    return (end - timedelta(microseconds=1)).astimezone(LOCAL).date()


def kind_of_document(number: str) -> str:
    """`14/CT-TTg` → `Chỉ thị`; `Văn bản` for a symbol that is not known."""
    symbols = number.replace("/", "-").split("-")
    return next(
        (kind for symbol in symbols for key, kind in KINDS_OF_DOCUMENT.items() if symbol.startswith(key)), "Văn bản"
    )


def attestation_text(part: AttestationPart) -> str:
    """What was stated: `Chưa xác nhận`, `Đã xác nhận`, `3/31 đơn vị đã xác nhận`."""
    if part.state == "unconfirmed":
        return "Chưa xác nhận"
    if part.state == "confirmed":
        return "Đã xác nhận"
    if part.units == 1:
        return "Xác nhận là chưa đáp ứng"
    denied = f"; {count(part.denied)} xác nhận là chưa đáp ứng" if part.denied else ""
    return f"{count(part.confirmed)}/{count(part.units)} đơn vị đã xác nhận{denied}"
