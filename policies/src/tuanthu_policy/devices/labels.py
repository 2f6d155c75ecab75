"""Verdicts, classes and reasons of a network audit, in words."""

from collections.abc import Mapping
from typing import Final

from tuanthu_policy.devices.verdict import FAILING, PASSING, Verdict
from tuanthu_policy.text import Text

VERDICTS: Final[Mapping[Verdict, Text]] = {
    Verdict.DEFAULT_CONFIRMED: Text("Còn mật khẩu mặc định", "Default password works"),
    Verdict.MUST_CHANGE: Text("Mật khẩu mặc định, đang đòi đổi", "Default password, change demanded"),
    Verdict.UNINITIALISED: Text("Chưa thiết lập lần đầu", "Never set up"),
    Verdict.NO_AUTH: Text("Vào được không cần mật khẩu", "Open without a password"),
    Verdict.ACCEPTS_ANY: Text("Nhận mọi mật khẩu", "Accepts any password"),
    Verdict.DEFAULT_REJECTED: Text("Đã đổi mật khẩu mặc định", "Default passwords refused"),
    Verdict.LOCKED: Text("Thiết bị đang khóa đăng nhập", "Login is locked"),
    Verdict.PER_DEVICE_SECRET: Text("Mật khẩu riêng in trên nhãn", "Password of its own on the label"),
    Verdict.PROTOCOL_MISMATCH: Text("Không nói được giao thức của thiết bị", "Protocol mismatch"),
    Verdict.INCONCLUSIVE: Text("Chưa kết luận được", "Inconclusive"),
}
CLASSES: Final[Mapping[str, Text]] = {
    "camera": Text("Camera", "Camera"),
    "nvr": Text("Đầu ghi hình", "Video recorder"),
    "router": Text("Bộ định tuyến", "Router"),
    "ont": Text("Modem quang", "Optical terminal"),
    "switch": Text("Bộ chuyển mạch", "Switch"),
    "ap": Text("Điểm phát Wi-Fi", "Access point"),
    "firewall": Text("Tường lửa", "Firewall"),
    "nas": Text("Thiết bị lưu trữ mạng", "Network storage"),
    "printer": Text("Máy in", "Printer"),
    "ups": Text("Bộ lưu điện", "UPS"),
    "computer": Text("Máy tính", "Computer"),
    "phone": Text("Điện thoại", "Phone"),
    "generic": Text("Thiết bị khác", "Other device"),
    "unknown": Text("Chưa rõ", "Unknown"),
}
REASONS: Final[Mapping[str, Text]] = {
    "accounts-left": Text("còn tài khoản chưa thử, các đêm sau thử tiếp", "accounts left for the next nights"),
    "attested": Text("thiết bị tự cho biết", "by the device's own word"),
    "broken": Text("lượt kiểm tra dịch vụ này bị lỗi", "the check of this service broke"),
    "draft-entry": Text("mục danh mục còn là bản nháp, không đăng nhập", "the catalogue entry is a draft"),
    "family-ambiguous": Text("khớp nhiều dòng thiết bị", "several families match"),
    "lasting": Text(
        "thiết bị không tự mở khóa, không thử thêm để khỏi khóa", "its lock-out has no end: no more logins are tried"
    ),
    "left": Text("thiết bị chỉ còn ít lượt đăng nhập, dừng để khỏi khóa", "stopped so as not to lock the device"),
    "login-unknown": Text("trang web không rõ cách đăng nhập", "no known login on this page"),
    "no-documented-account": Text("danh mục không có tài khoản mặc định nào", "no documented account"),
    "out-of-scope": Text("ngoài phạm vi được phép", "outside the authorised scope"),
    "own-refused": Text("tài khoản của đơn vị trong kho bị từ chối", "the site's own account was refused"),
    "own-credential": Text("đăng nhập bằng tài khoản của đơn vị", "by the site's own account"),
    "name": Text("đã thử đủ số lần với tên này trong tháng", "this name was tried often enough this month"),
    "silent-lock": Text(
        "thiết bị có thể khóa mà không báo: mỗi đêm một lần, đêm khác thử lại",
        "it may lock without saying so: one login a night, and again on another",
    ),
    "spent": Text("hết lượt đăng nhập của 24 giờ, các đêm sau thử tiếp", "logins of 24 hours are used up"),
    "stopped": Text("thiết bị báo khóa, dừng thử", "stopped at a sign of lock-out"),
    "tried": Text("đã thử trước đây mà không rõ kết quả", "tried before without a clear answer"),
    "would-evict-admin": Text("đăng nhập sẽ đẩy quản trị viên ra", "a login would evict an administrator"),
}


def verdict_text(verdict: Verdict, language: str = "vi") -> str:
    """`Còn mật khẩu mặc định`."""
    return VERDICTS[verdict].in_language(language)


def class_text(device_class: str, language: str = "vi") -> str:
    """`Camera`; an unknown one as it is written."""
    known = CLASSES.get(device_class)
    return known.in_language(language) if known else device_class


def reason_text(reason: str, language: str = "vi") -> str:
    """A reason's code in words; its detail as it is where the code has none."""
    code, _, _ = reason.partition(":")
    known = REASONS.get(code)
    return known.in_language(language) if known else reason


def standing(verdict: Verdict | None) -> str:
    """`fail`, `pass`, `unknown`, or `none` where there is nothing to log in to."""
    if verdict is None:
        return "none"
    return "fail" if verdict in FAILING else "pass" if verdict in PASSING else "unknown"
