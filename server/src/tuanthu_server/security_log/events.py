"""The kinds of events, a closed set, and their names."""

from enum import StrEnum
from typing import Final

from tuanthu_policy.text import Text


class Event(StrEnum):
    """What can happen."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SECOND_FACTOR_FAILED = "second-factor-failed"
    SIGNED_OUT = "signed-out"
    SESSIONS_ENDED = "sessions-ended"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 (an event, no secret)
    SECOND_FACTOR_SET = "second-factor-set"
    SECOND_FACTOR_RESET = "second-factor-reset"
    RECOVERY_CODE_USED = "recovery-code-used"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    PERSON_ADDED = "person-added"
    PERSON_CHANGED = "person-changed"
    PERSON_DEACTIVATED = "person-deactivated"
    PERSON_REACTIVATED = "person-reactivated"
    INVITED = "invited"
    IDENTITY_BOUND = "identity-bound"
    API_TOKEN_MADE = "api-token-made"  # noqa: S105
    API_TOKEN_REVOKED = "api-token-revoked"  # noqa: S105
    ENROL_TOKEN_MADE = "enrol-token-made"  # noqa: S105
    ENROL_TOKEN_REVOKED = "enrol-token-revoked"  # noqa: S105
    AGENT_REVOKED = "agent-revoked"
    ASSET_RETIRED = "asset-retired"
    ASSET_MOVED = "asset-moved"
    MACHINES_JOINED = "machines-joined"
    MACHINES_TOLD_APART = "machines-told-apart"
    WAIVER_PROPOSED = "waiver-proposed"
    WAIVER_APPROVED = "waiver-approved"
    WAIVER_REVOKED = "waiver-revoked"
    ATTESTED = "attested"
    ATTESTATION_REVOKED = "attestation-revoked"
    UNIT_NUMBERS_STATED = "unit-numbers-stated"
    UNITS_IMPORTED = "units-imported"
    UNIT_RENAMED = "unit-renamed"
    UNIT_MOVED = "unit-moved"
    UNIT_MERGED = "unit-merged"
    UNIT_CLOSED = "unit-closed"
    POLICY_PUBLISHED = "policy-published"
    POLICY_DRAFTED = "policy-drafted"
    POLICY_DRAFT_DISCARDED = "policy-draft-discarded"
    SCOPE_ASSIGNED = "scope-assigned"
    SCOPE_REVOKED = "scope-revoked"
    SEAL_KEY_TURNED = "seal-key-turned"
    SECRET_SET = "secret-set"  # noqa: S105


NAMES: Final = {
    Event.SIGNED_IN: Text("Đăng nhập", "Signed in"),
    Event.SIGN_IN_FAILED: Text("Đăng nhập sai", "Sign-in failed"),
    Event.SECOND_FACTOR_FAILED: Text("Sai mã xác thực", "Wrong second factor"),
    Event.SIGNED_OUT: Text("Đăng xuất", "Signed out"),
    Event.SESSIONS_ENDED: Text("Kết thúc phiên", "Sessions ended"),
    Event.PASSWORD_CHANGED: Text("Đổi mật khẩu", "Password changed"),
    Event.SECOND_FACTOR_SET: Text("Đăng ký xác thực hai lớp", "Second factor enrolled"),
    Event.SECOND_FACTOR_RESET: Text("Đặt lại xác thực hai lớp", "Second factor reset"),
    Event.RECOVERY_CODE_USED: Text("Dùng mã khôi phục", "Recovery code used"),
    Event.RECOVERY_CODES_MADE: Text("Tạo mã khôi phục", "Recovery codes made"),
    Event.PERSON_ADDED: Text("Thêm người dùng", "Person added"),
    Event.PERSON_CHANGED: Text("Đổi vai trò hoặc đơn vị", "Role or units changed"),
    Event.PERSON_DEACTIVATED: Text("Khóa tài khoản", "Account deactivated"),
    Event.PERSON_REACTIVATED: Text("Mở lại tài khoản", "Account reactivated"),
    Event.INVITED: Text("Tạo liên kết mời", "Invitation made"),
    Event.IDENTITY_BOUND: Text("Liên kết tài khoản đăng nhập một lần", "Single sign-on bound"),
    Event.API_TOKEN_MADE: Text("Tạo khóa API", "API token made"),
    Event.API_TOKEN_REVOKED: Text("Thu hồi khóa API", "API token revoked"),
    Event.ENROL_TOKEN_MADE: Text("Cấp mã ghi danh", "Enrolment token made"),
    Event.ENROL_TOKEN_REVOKED: Text("Thu hồi mã ghi danh", "Enrolment token revoked"),
    Event.AGENT_REVOKED: Text("Thu hồi tác tử", "Agent revoked"),
    Event.ASSET_RETIRED: Text("Loại máy hoặc thiết bị", "Asset retired"),
    Event.ASSET_MOVED: Text("Chuyển máy sang đơn vị khác", "Machine moved to another unit"),
    Event.MACHINES_JOINED: Text("Xác nhận là một máy", "Confirmed as one machine"),
    Event.MACHINES_TOLD_APART: Text("Xác nhận là hai máy khác nhau", "Confirmed as two machines"),
    Event.WAIVER_PROPOSED: Text("Đề nghị miễn trừ", "Waiver proposed"),
    Event.WAIVER_APPROVED: Text("Phê duyệt miễn trừ", "Waiver approved"),
    Event.WAIVER_REVOKED: Text("Từ chối hoặc thu hồi miễn trừ", "Waiver refused or revoked"),
    Event.ATTESTED: Text("Ghi nhận xác nhận", "Attestation recorded"),
    Event.ATTESTATION_REVOKED: Text("Thu hồi xác nhận", "Attestation revoked"),
    Event.UNIT_NUMBERS_STATED: Text("Khai báo số liệu của đơn vị", "Unit's numbers stated"),
    Event.UNITS_IMPORTED: Text("Nhập danh mục đơn vị", "Units imported"),
    Event.UNIT_RENAMED: Text("Đổi tên đơn vị", "Unit renamed"),
    Event.UNIT_MOVED: Text("Đổi liên kết của đơn vị", "Unit's link changed"),
    Event.UNIT_MERGED: Text("Sáp nhập đơn vị", "Unit merged"),
    Event.UNIT_CLOSED: Text("Đóng đơn vị", "Unit closed"),
    Event.POLICY_PUBLISHED: Text("Ban hành chính sách", "Policy published"),
    Event.POLICY_DRAFTED: Text("Đưa chính sách ra thử", "Policy drafted"),
    Event.POLICY_DRAFT_DISCARDED: Text("Bỏ dự thảo chính sách", "Policy draft discarded"),
    Event.SCOPE_ASSIGNED: Text("Giao giấy phép quét", "Scan scope assigned"),
    Event.SCOPE_REVOKED: Text("Thu hồi giấy phép quét", "Scan scope revoked"),
    Event.SEAL_KEY_TURNED: Text("Thay khóa mã hóa bí mật", "Sealing key turned"),
    Event.SECRET_SET: Text("Đặt bí mật cấu hình", "Secret set"),
}

DETAILS: Final = {
    "after": Text("sau", "after"),
    "agent": Text("tác tử", "agent"),
    "agents": Text("số tác tử bị thu hồi", "agents revoked"),
    "asset": Text("số", "number"),
    "before": Text("trước", "before"),
    "assets": Text("máy và thiết bị", "machines and devices"),
    "by": Text("bằng", "by"),
    "changed": Text("thay đổi", "changed"),
    "days": Text("số ngày", "days"),
    "devices": Text("thiết bị", "devices"),
    "digest": Text("mã kiểm", "digest"),
    "doubles": Text("thiết bị trùng", "doubles"),
    "identity": Text("danh tính", "identity"),
    "in_force_from": Text("hiệu lực từ", "in force from"),
    "into": Text("vào", "into"),
    "known": Text("có tài khoản này", "known account"),
    "left": Text("còn lại", "left"),
    "machines": Text("máy", "machines"),
    "name": Text("tên", "name"),
    "new": Text("mới", "new"),
    "note": Text("ghi chú", "note"),
    "number": Text("số", "number"),
    "other": Text("số kia", "other number"),
    "permissions": Text("quyền", "permissions"),
    "person": Text("người", "person"),
    "reason": Text("lý do", "reason"),
    "relation": Text("liên kết", "link"),
    "removed": Text("đã xóa", "removed"),
    "retired": Text("số đã loại", "retired number"),
    "role": Text("vai trò", "role"),
    "scopes": Text("giấy phép quét thu hồi", "scopes revoked"),
    "seals": Text("số bí mật", "seals"),
    "servers": Text("máy chủ", "servers"),
    "sessions": Text("số phiên", "sessions"),
    "since": Text("từ ngày", "since"),
    "staff": Text("nhân sự", "staff"),
    "tokens": Text("mã ghi danh", "enrolment tokens"),
    "unchanged": Text("giữ nguyên", "unchanged"),
    "unit": Text("đơn vị", "unit"),
    "units": Text("đơn vị", "units"),
    "uses": Text("số lần dùng", "uses"),
    "via": Text("bằng", "by"),
}
"""What the details of events are called."""
