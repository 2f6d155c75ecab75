"""How an assigned scope stands, in words."""

from datetime import UTC, datetime
from typing import Final

from tuanthu_policy.text import Text
from tuanthu_server.scans.models import ScopeAssignment

IN_FORCE: Final = Text("đang hiệu lực", "in force")
NOT_YET: Final = Text("chưa đến hạn", "not yet in force")
EXPIRED: Final = Text("đã hết hiệu lực", "expired")
REVOKED: Final = Text("đã thu hồi", "revoked")
SUPERSEDED: Final = Text("đã thay bằng giấy phép khác", "superseded")
UNTRUSTED: Final = Text("khóa ký không còn được tin", "its key is trusted no more")


def state_of(assignment: ScopeAssignment, at: datetime | None = None) -> Text:
    """How it stands at a moment, now if none is given."""
    now = at or datetime.now(UTC)
    if assignment.revoked_at is not None:
        return SUPERSEDED if assignment.revoked_reason == "superseded" else REVOKED
    if assignment.authority.replaced_at is not None:
        return UNTRUSTED
    if now >= assignment.not_after:
        return EXPIRED
    return NOT_YET if now < assignment.not_before else IN_FORCE
