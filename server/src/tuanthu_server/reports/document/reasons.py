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

CAUSES = {
    "permission-denied": "không đủ quyền đọc",
    "not-found": "không tìm thấy",
    "not-available": "hệ điều hành không cung cấp",
    "connection-refused": "kết nối bị từ chối",
    "deadline": "quá thời gian chờ",
    "timeout": "quá thời gian chờ",
    "nothing-readable": "không đọc được nguồn nào",
    "processes-hidden": "không xem được tiến trình của người dùng khác",
    "clamd-answer": "clamd không trả lời đúng",
    "clamd-not-listening": "clamd chạy nhưng không nhận kết nối",
    "database-empty": "thư mục mẫu nhận diện trống",
    "database-header": "tệp mẫu nhận diện không đọc được phần đầu",
    "too-many": "vượt số lượng cho phép",
    "too-large": "dữ liệu quá lớn",
    "no-default-route": "không có tuyến mặc định",
    "no-dns-servers": "không có máy chủ DNS",
    "probes-passive": "chế độ đo thụ động",
    "icmp-not-permitted": "không được phép gửi ICMP",
    "icmp-failed": "gửi ICMP không thành công",
}
"""Causes that agents give; others are shown as they are."""


def reason(row: MachineResult | ReasonGroup, facts: Mapping[str, Text]) -> str:
    """`Không đọc được dữ kiện: Đang chạy (không đủ quyền đọc)`; a code without words of its own is shown as it is."""
    words = REASONS.get(row.code, row.code)
    fact = facts[row.fact].vi if row.fact in facts else row.fact
    text = f"{words}: {fact}" if words and fact else words or fact
    return f"{text} ({CAUSES.get(row.cause, row.cause)})" if row.cause else text
