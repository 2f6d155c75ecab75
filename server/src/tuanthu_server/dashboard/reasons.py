"""Reason codes of the judgement as sentences. A code is stable; its words live here."""

from typing import Final

from tuanthu_policy.text import Text

REASONS: Final = {
    "holds": Text("Đáp ứng", "Holds"),
    "missing": Text("Không đọc được dữ liệu", "Not reported"),
    "wrong-type": Text("Dữ liệu không đúng kiểu", "Reported with a wrong type"),
    "doubtful": Text("Dữ liệu không đủ để kết luận", "Not enough to tell"),
    "empty": Text("Danh sách rỗng, không kết luận được", "An empty list: nothing can be told"),
    "pre-release": Text("Phiên bản thử nghiệm, không so sánh được", "A pre-release version cannot be compared"),
    "in-the-future": Text("Thời điểm nằm trong tương lai, không tin được", "A moment in the future is not believed"),
    "too-long": Text("Nội dung quá dài để so khớp", "Too long to match"),
    "not-equal": Text("Giá trị khác yêu cầu", "Differs from what is asked"),
    "equal": Text("Giá trị thuộc loại không được phép", "Is what it must not be"),
    "too-low": Text("Thấp hơn mức yêu cầu", "Lower than asked"),
    "too-high": Text("Cao hơn mức cho phép", "Higher than allowed"),
    "not-one-of": Text("Không thuộc danh sách được chấp nhận", "None of the accepted values"),
    "one-of": Text("Thuộc danh sách không được phép", "One of the forbidden values"),
    "not-contained": Text("Không chứa giá trị yêu cầu", "Does not contain what is asked"),
    "version-too-low": Text("Phiên bản quá cũ", "Version too old"),
    "version-too-high": Text("Phiên bản cao hơn mức cho phép", "Version higher than allowed"),
    "too-old": Text("Đã quá cũ so với yêu cầu", "Older than allowed"),
    "too-young": Text("Còn quá mới so với yêu cầu", "Younger than asked"),
    "outside-networks": Text("Địa chỉ nằm ngoài mạng được phép", "Outside the allowed networks"),
    "inside-networks": Text("Địa chỉ nằm trong mạng không được phép", "Inside a forbidden network"),
    "no-match": Text("Không khớp mẫu yêu cầu", "Does not match the pattern"),
    "never-observed": Text("Máy chưa từng gửi dữ liệu này", "Never observed on this machine"),
    "stale": Text("Dữ liệu cuối cùng đã quá thời hạn sử dụng", "The last evidence is too old to be used"),
    "failed": Text("Tác tử không kiểm tra được", "The agent could not look"),
    "error": Text("Việc kiểm tra trên máy bị lỗi", "The check broke on the machine"),
    "unsupported": Text("Hệ điều hành này không hỗ trợ kiểm tra", "Not supported on this system"),
    "malformed": Text("Dữ liệu hỏng, không đánh giá được", "Malformed evidence"),
}


def reason_text(reason: str, language: str = "vi") -> str:
    """The sentence of a reason `code: detail`; an unknown code is shown as it stands."""
    code, _, detail = reason.partition(":")
    known = REASONS.get(code.strip())
    if known is None:
        return reason
    detail = detail.strip()
    return f"{known.in_language(language)} ({detail})" if detail else known.in_language(language)
