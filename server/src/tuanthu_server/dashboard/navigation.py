"""The menu: which pages there are, in which order and group. A page that is added gets one line here."""

import msgspec
from django.http import HttpRequest

from tuanthu_policy.text import Text
from tuanthu_server.dashboard.icons import ICONS


class Entry(msgspec.Struct, frozen=True):
    """One page of the menu."""

    section: str
    """What the page's context calls `section`."""
    url: str
    """The name of its address."""
    title: Text

    @property
    def icon(self) -> str:
        """Its drawing."""
        return ICONS[self.section]


class Group(msgspec.Struct, frozen=True):
    """Pages that belong together."""

    title: Text
    entries: tuple[Entry, ...]


MENU = (
    Group(
        Text("Theo dõi", "Watch"),
        (
            Entry("overview", "overview", Text("Tổng quan", "Overview")),
            Entry("work", "work", Text("Việc cần làm", "To do")),
            Entry("units", "units", Text("Đơn vị", "Units")),
            Entry("devices", "devices", Text("Thiết bị mạng", "Devices")),
            Entry("lines", "lines", Text("Đường truyền", "Lines")),
            Entry("indicators", "indicators", Text("Chỉ tiêu", "Indicators")),
            Entry("controls", "controls", Text("Yêu cầu", "Requirements")),
        ),
    ),
)


def menu(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - a context processor has this form
    """For every template: the menu."""
    return {"menu": MENU}
