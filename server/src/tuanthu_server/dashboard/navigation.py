"""The menu: which pages there are, in which order and group. A page that is added gets one line here."""

import msgspec
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tuanthu_policy.text import Text
from tuanthu_server.access.looking_back import reach_of_today
from tuanthu_server.access.machines import waiting
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.dashboard.icons import ICONS


class Entry(msgspec.Struct, frozen=True):
    """One page of the menu."""

    section: str
    """What the page's context calls `section`."""
    url: str
    """The name of its address."""
    title: Text
    permission: Permission = Permission.SEE
    """Who may do nothing of this is not shown it."""

    @property
    def icon(self) -> str:
        """Its drawing."""
        return ICONS[self.section]


class Group(msgspec.Struct, frozen=True):
    """Pages that belong together."""

    title: Text
    entries: tuple[Entry, ...]


P = Permission
MENU = (
    Group(
        Text("Theo dõi", "Watch"),
        (
            Entry("overview", "overview", Text("Tổng quan", "Overview")),
            Entry("work", "work", Text("Việc cần làm", "To do")),
            Entry("units", "units", Text("Đơn vị", "Units")),
            Entry("places", "places", Text("Địa bàn", "Places")),
            Entry("devices", "devices", Text("Thiết bị mạng", "Devices")),
            Entry("lines", "lines", Text("Đường truyền", "Lines")),
            Entry("indicators", "indicators", Text("Chỉ tiêu", "Indicators")),
            Entry("controls", "controls", Text("Yêu cầu", "Requirements")),
        ),
    ),
    Group(
        Text("Thực hiện", "Do"),
        (
            Entry("enrolment", "enrolment", Text("Ghi danh máy", "Enrolment"), P.ISSUE_TOKEN),
            Entry("machines", "machines", Text("Xác minh máy", "Check machines")),
            Entry("agents", "agents", Text("Tác tử", "Agents")),
            Entry("waivers", "waivers", Text("Miễn trừ", "Waivers")),
            Entry("attestations", "attestations", Text("Xác nhận", "Attestations")),
            Entry("scans", "scans", Text("Quét mạng", "Scans")),
            Entry("policies", "policies", Text("Chính sách", "Policies")),
            Entry("notifications", "notifications", Text("Thông báo", "Notifications"), Permission.OWN_ACCOUNT),
        ),
    ),
    Group(
        Text("Quản trị", "Administration"),
        (
            Entry("register", "register-import", Text("Nhập danh mục", "Import units"), P.EDIT_UNITS),
            Entry("people", "people", Text("Người dùng", "People"), P.MANAGE_PEOPLE),
            Entry(
                "security-log", "security-log", Text("Nhật ký an ninh", "Security log"), Permission.READ_SECURITY_LOG
            ),
        ),
    ),
)


def menu(request: HttpRequest) -> dict[str, object]:
    """For every template: the menu of the person who asks, and what waits there; worked out only where it is shown."""
    return {
        "menu": SimpleLazyObject(lambda: allowed(reach_of_today(request))),
        "waiting_machines": lambda: waiting(reach_of_today(request)).count(),
    }


def allowed(within: Reach) -> list[Group]:
    """The groups with what somebody may open; none that is empty."""
    groups = [
        Group(group.title, tuple(entry for entry in group.entries if within.may(entry.permission))) for group in MENU
    ]
    return [group for group in groups if group.entries]
