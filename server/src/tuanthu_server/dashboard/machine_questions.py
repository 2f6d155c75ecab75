"""Questions about machines for pages: the records side by side, and what they have in common."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from tuanthu_policy.text import Text
from tuanthu_server.dashboard.templatetags.tuanthu import moment
from tuanthu_server.inventory.likeness import Pair, Sign
from tuanthu_server.inventory.models import Agent, Asset, IdentityQuestion

Sort = IdentityQuestion.Sort
SIGNS: Final = {
    Sign.SERIAL: Text("cùng số sê-ri", "same serial number"),
    Sign.MAC: Text("cùng địa chỉ MAC", "same MAC address"),
    Sign.NAME: Text("cùng tên trong một đơn vị, bản ghi cũ đã im", "same name in one unit, the old record fell silent"),
}
SORTS: Final = {
    Sort.PAIR: Text("Có lẽ là một máy", "Probably one machine"),
    Sort.CLONE: Text("Hai máy dùng chung một khóa", "Two machines with one key"),
    Sort.RETURNED: Text("Đã loại mà vẫn báo cáo", "Retired, yet it reports"),
}
WHY: Final = {
    Sort.PAIR: Text(
        "Hai bản ghi có dấu hiệu là cùng một máy, thường do cài lại Windows hoặc ghi danh lại. "
        "Chưa quyết định thì máy bị đếm hai lần.",
        "Two records look like one machine, most often set up anew. Until somebody decides, it counts twice.",
    ),
    Sort.CLONE: Text(
        "Số sê-ri, mã phần cứng hoặc MAC đổi qua đổi lại: ổ đĩa đã được sao chép cùng tác tử, "
        "hai máy gửi báo cáo bằng một khóa và ghi đè kết quả của nhau.",
        "Serial number, hardware id or MAC change back and forth: a disk was copied with its agent, "
        "and two machines report with one key, each over the other's results.",
    ),
    Sort.RETURNED: Text(
        "Máy đã loại khỏi số liệu nhưng tác tử vẫn gửi báo cáo: máy còn dùng mà không được đếm.",
        "It was taken out of the figures and its agent still reports: it is in use and counted nowhere.",
    ),
}


class Row(msgspec.Struct, frozen=True):
    """One thing that is compared: what each record says."""

    name: Text
    values: Sequence[str]
    same: bool
    """Whether it speaks for one machine."""


class Line(msgspec.Struct, frozen=True):
    """One question."""

    question: IdentityQuestion
    records: Sequence[Asset]
    """The older one first."""

    @property
    def sort(self) -> Text:
        """What is asked."""
        return SORTS[Sort(self.question.sort)]

    @property
    def why(self) -> Text:
        """Why it matters."""
        return WHY[Sort(self.question.sort)]

    @property
    def signs(self) -> list[tuple[Text, str]]:
        """Of a pair, what speaks for one machine."""
        if self.question.sort != Sort.PAIR:
            return []
        return [(SIGNS[Sign(sign)], "" if sign == Sign.NAME else value) for sign, value in self.question.evidence]

    @property
    def machines(self) -> list[str]:
        """Of a record that is two machines, what each is."""
        return list(self.question.evidence) if self.question.sort == Sort.CLONE else []


def line_of(question: IdentityQuestion) -> Line:
    """A question as pages show it."""
    if question.sort != Sort.PAIR:
        return Line(question, [question.first])
    pair = Pair(question.first, question.second, ())
    return Line(question, [pair.older, pair.newer])


def rows_of(line: Line, agents: Iterable[Agent]) -> list[Row]:
    """What the records say, side by side."""
    by_asset: dict[int, list[Agent]] = {}
    for one in agents:
        by_asset.setdefault(one.asset_id, []).append(one)
    alike = _alike(line)
    return [
        Row(name, values, key in alike)
        for key, name, read in COMPARED
        if any(values := [read(one, by_asset.get(one.pk, [])) for one in line.records])
    ]


def _alike(line: Line) -> set[str]:
    signs: set[str] = {str(sign) for sign, _ in line.question.evidence} if line.question.sort == Sort.PAIR else set()
    return signs


def _reports(agents: Sequence[Agent]) -> str:
    return " · ".join(str(one.report_count) for one in agents)


def _state(agents: Sequence[Agent]) -> str:
    return " · ".join(f"{one.version or '?'} ({str(one.pk)[:8]}{', ✕' if one.revoked_at else ''})" for one in agents)


Read = Callable[[Asset, Sequence[Agent]], str]
COMPARED: Final[Sequence[tuple[str, Text, Read]]] = (
    ("name", Text("Tên máy", "Name"), lambda one, _: one.name),
    ("unit", Text("Đơn vị", "Unit"), lambda one, _: f"{one.unit.name} ({one.unit.code})"),
    ("serial", Text("Số sê-ri", "Serial no."), lambda one, _: one.serial),
    ("mac", Text("Địa chỉ MAC", "MAC"), lambda one, _: ", ".join(map(str, one.macs))),
    ("os", Text("Hệ điều hành", "System"), lambda one, _: one.os),
    ("owner", Text("Người sử dụng", "User"), lambda one, _: one.owner),
    ("location", Text("Vị trí", "Place"), lambda one, _: one.location),
    ("made", Text("Ghi danh", "Enrolled"), lambda one, _: moment(one.created_at)),
    (
        "seen",
        Text("Báo cáo gần nhất", "Last report"),
        lambda one, _: moment(one.last_seen_at) if one.last_seen_at else "–",
    ),
    ("reports", Text("Số báo cáo", "Reports"), lambda _, agents: _reports(agents)),
    ("agents", Text("Tác tử", "Agent"), lambda _, agents: _state(agents)),
)
