"""Vietnamese words for the reason codes of judgements and observations."""

from collections.abc import Mapping

from tuanthu_policy.text import Text
from tuanthu_server.reports.snapshot.model import MachineResult, ReasonGroup

REASONS = {
    "missing": "Không đọc được dữ kiện",
    "stale": "Bằng chứng quá hạn",
    "never-observed": "Chưa có lần quan sát nào",
    "malformed": "Bằng chứng không đọc được",
    "unsupported": "Hệ điều hành không hỗ trợ cách đo này",
    "failed": "Lần quan sát không thực hiện được",
    "error": "Lần quan sát bị lỗi",
    "empty": "Danh sách rỗng, không thể kết luận",
    "wrong-type": "Dữ kiện sai kiểu",
    "pre-release": "Phiên bản thử nghiệm, không so sánh được",
    "in-the-future": "Thời điểm ở tương lai",
    "not-equal": "Giá trị khác yêu cầu",
    "equal": "Giá trị bị cấm",
    "one-of": "Giá trị bị cấm",
    "not-one-of": "Giá trị ngoài danh mục cho phép",
    "contains": "Có mục bị cấm",
    "not-contained": "Thiếu mục bắt buộc",
    "no-match": "Giá trị sai mẫu yêu cầu",
    "matches": "Giá trị thuộc mẫu bị cấm",
    "too-old": "Đã quá cũ",
    "too-young": "Còn quá mới",
    "too-low": "Thấp hơn mức yêu cầu",
    "too-high": "Vượt mức cho phép",
    "too-long": "Quá dài",
    "version-too-low": "Phiên bản thấp hơn yêu cầu",
    "version-too-high": "Phiên bản cao hơn mức cho phép",
    "inside-networks": "Địa chỉ thuộc mạng bị cấm",
    "outside-networks": "Địa chỉ ngoài mạng cho phép",
    "holds": "Điều bị cấm lại đúng",
}


def reason(row: MachineResult | ReasonGroup, facts: Mapping[str, Text]) -> str:
    """`Không đọc được dữ kiện: Đang chạy (permission-denied)`; a code without words of its own is shown as it is."""
    words = REASONS.get(row.code, row.code)
    fact = facts[row.fact].vi if row.fact in facts else row.fact
    text = f"{words}: {fact}" if words and fact else words or fact
    return f"{text} ({row.cause})" if row.cause else text
