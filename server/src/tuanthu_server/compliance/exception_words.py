"""What states of waivers and attestations are called, and how urgent each is to whoever looks at a list."""

from typing import Final

from tuanthu_policy.text import Text

WAIVER_STATES: Final = {
    "proposed": Text("chờ phê duyệt", "waiting for approval"),
    "planned": Text("chưa bắt đầu", "not begun"),
    "in-force": Text("đang hiệu lực", "in force"),
    "expired": Text("đã hết hạn", "expired"),
    "lapsed": Text("quá hạn, chưa duyệt", "lapsed, never approved"),
    "revoked": Text("đã thu hồi", "revoked"),
    "refused": Text("bị từ chối", "refused"),
    "withdrawn": Text("đã rút đề nghị", "withdrawn"),
}
STATEMENT_STATES: Final = {
    "missing": Text("chưa xác nhận", "missing"),
    "expired": Text("đã hết hạn", "expired"),
    "revoked": Text("đã thu hồi", "revoked"),
    "denied": Text("xác nhận là chưa đáp ứng", "stated not to be met"),
    "expiring": Text("sắp hết hạn", "expiring soon"),
    "holds": Text("còn hiệu lực", "holds"),
    "replaced": Text("đã thay bằng xác nhận mới", "replaced by a newer one"),
}
"""The worst first, as a list shows them."""
DEEDS: Final = {
    "proposed": Text("Đề nghị", "Proposed"),
    "approved": Text("Phê duyệt", "Approved"),
    "made": Text("Ghi nhận", "Recorded"),
    "replaced": Text("Thay bằng xác nhận mới", "Replaced by a newer one"),
    "revoked": Text("Chấm dứt", "Ended"),
}
"""What people did to them."""
