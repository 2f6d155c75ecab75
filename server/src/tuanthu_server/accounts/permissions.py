"""What people may do: a closed set of permissions, and which of them each role has."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tuanthu_server.accounts.roles import Role


class Permission(StrEnum):
    """One thing that a person, or a program in their name, may do; within their units only."""

    OWN_ACCOUNT = "own-account"
    """The own password, second factor, sessions, tokens. Of people only: no API token has it."""
    SEE = "see"
    """Read units, assets, evidence, results and figures."""
    REPORT = "report"
    """Make official reports."""
    RETIRE_ASSET = "retire-asset"
    DECIDE_MACHINES = "decide-machines"
    """Say of records whether they are one machine or two, move a machine to another unit, revoke its agent."""
    ISSUE_TOKEN = "issue-token"  # noqa: S105 (a permission, no secret)
    """Give and revoke a unit's enrolment tokens."""
    ASSIGN_SCOPE = "assign-scope"
    """Give signed scan scopes to agents, and take them back."""
    WAIVE = "waive"
    """Ask for an exception."""
    APPROVE = "approve"
    """Approve another person's exception."""
    ATTEST = "attest"
    EDIT_UNITS = "edit-units"
    PUBLISH_POLICY = "publish-policy"
    MANAGE_PEOPLE = "manage-people"
    READ_SECURITY_LOG = "read-security-log"


P = Permission
READING: Final = frozenset({P.SEE, P.REPORT, P.READ_SECURITY_LOG})
"""What changes nothing. All others write."""

OF_ROLE: Final[dict[str, frozenset[Permission]]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.VIEWER: frozenset({P.OWN_ACCOUNT, P.SEE, P.REPORT}),
    Role.OFFICER: frozenset(
        {P.OWN_ACCOUNT, P.SEE, P.REPORT, P.RETIRE_ASSET, P.DECIDE_MACHINES, P.ISSUE_TOKEN, P.WAIVE, P.ATTEST}
    ),
    Role.AUDITOR: frozenset({P.OWN_ACCOUNT, *READING}),
}
"""By role. A role that is not here may do nothing."""

NAMES: Final[dict[Permission, Promise]] = {
    P.OWN_ACCOUNT: _("Quản lý tài khoản của mình"),
    P.SEE: _("Xem đơn vị, máy và kết quả"),
    P.REPORT: _("Lập báo cáo"),
    P.RETIRE_ASSET: _("Loại máy, thiết bị khỏi danh mục"),
    P.DECIDE_MACHINES: _("Xác minh máy trùng, chuyển máy, thu hồi tác tử"),
    P.ISSUE_TOKEN: _("Cấp và thu hồi mã ghi danh"),
    P.ASSIGN_SCOPE: _("Giao và thu hồi giấy phép quét"),
    P.WAIVE: _("Đề nghị miễn trừ"),
    P.APPROVE: _("Duyệt miễn trừ"),
    P.ATTEST: _("Xác nhận yêu cầu"),
    P.EDIT_UNITS: _("Sửa danh mục đơn vị"),
    P.PUBLISH_POLICY: _("Ban hành chính sách"),
    P.MANAGE_PEOPLE: _("Quản lý người dùng"),
    P.READ_SECURITY_LOG: _("Xem nhật ký an ninh"),
}
"""What pages call them."""

View = TypeVar("View", bound=Callable[..., Any])


def needs(permission: Permission) -> Callable[[View], View]:
    """Declare what a view needs. One that declares nothing is open to nobody (`access.middleware`)."""

    def declared(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declared
