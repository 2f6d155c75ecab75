"""What scans said of a device, run by run, for pages, and what changed from one run to the next."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from django.utils.translation import get_language

from tuanthu_policy.outcome import Outcome
from tuanthu_policy.reasons import cause_text
from tuanthu_policy.text import Text
from tuanthu_server.access.scans import Found
from tuanthu_server.dashboard.devices import ServiceLine, class_of, services_in
from tuanthu_server.inventory.models import Asset
from tuanthu_server.scans.history import Run, Statement

IDENTITY: Final = (
    ("address", Text("địa chỉ", "address")),
    ("mac", Text("MAC", "MAC")),
    ("vendor", Text("hãng", "maker")),
    ("model", Text("kiểu máy", "model")),
    ("family", Text("dòng thiết bị", "family")),
    ("device_class", Text("loại", "class")),
)

ABSENT: Final = Text("không thấy", "not seen")
NO_LOGIN: Final = Text("không có đăng nhập", "no login")


class Change(msgspec.Struct, frozen=True):
    """Something that is other than a run before."""

    name: Text
    before: str
    after: str


class Sight(msgspec.Struct, frozen=True):
    """A device as one run saw it, or did not."""

    run: Run
    statement: Statement | None
    changes: Sequence[Change] = ()
    device: Asset | None = None

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was said; empty where nothing is known of it."""
        return (self.statement.facts or {}) if self.statement else {}

    @property
    def name(self) -> str:
        """What it was recognised as."""
        said = " ".join(str(self.facts.get(one, "")) for one in ("vendor", "model")).strip()
        return said or str(self.facts.get("address", ""))

    @property
    def device_class(self) -> Text:
        """What sort of device."""
        return class_of(str(self.facts.get("device_class", "unknown")))

    @property
    def address(self) -> str:
        """Where it was."""
        return str(self.facts.get("address", ""))

    @property
    def services(self) -> list[ServiceLine]:
        """Those with a login, and what came of it."""
        return [one for one in services_in(self.facts) if one.verdict is not None]

    @property
    def worst(self) -> Outcome | None:
        """The worst of its logins; None where it has none."""
        found = [one.outcome for one in self.services]
        return max(found) if found else None

    @property
    def accounts(self) -> list[str]:
        """Names of the accounts that were tried, at all its services."""
        return sorted(
            {name for one in self.services for name in (*one.accounts, *([one.account] if one.account else []))}
        )

    @property
    def locks(self) -> list[ServiceLine]:
        """Services that showed a lock-out, or were spared for fear of one."""
        return [one for one in self.services if one.locked]


def sights_of(found: Sequence[tuple[Run, Statement | None]], shown: int) -> list[Sight]:
    """The first `shown` runs, each compared with the run before it that saw the device; the newest come first."""
    lines: list[Sight] = []
    for place, (run, statement) in enumerate(found[:shown]):
        before = next((one for _, one in found[place + 1 :] if one is not None), None)
        lines.append(Sight(run, statement, changes_between(before, statement)))
    return lines


def sights_in(run: Run, found: Iterable[Found]) -> list[Sight]:
    """The devices of one run, the worst first."""
    lines = [Sight(run, one.statement, device=one.device) for one in found]
    return sorted(lines, key=lambda one: (-(one.worst or 0), one.statement.key if one.statement else ""))


def changes_between(before: Statement | None, after: Statement | None) -> list[Change]:
    """What changed of a device from one sighting to the next; nothing where either is not known."""
    if before is None or after is None or before.facts is None or after.facts is None:
        return []
    if before.digest == after.digest:
        return []
    return [*_identity(before.facts, after.facts), *_services(before.facts, after.facts)]


def _identity(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for fact, name in IDENTITY:
        old, new = str(before.get(fact, "–")), str(after.get(fact, "–"))
        if old != new:
            yield Change(name, old, new)


def _services(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = ({f"{one.protocol} {one.port}": one for one in services_in(facts)} for facts in (before, after))
    for name in sorted(old.keys() | new.keys()):
        was, now = _verdict(old.get(name)), _verdict(new.get(name))
        if was != now:
            yield Change(Text(name, name), was, now)


def _verdict(service: ServiceLine | None) -> str:
    said = ABSENT if service is None else service.verdict or NO_LOGIN
    return said.in_language(get_language() or "vi")


def gaps_of(run: Run) -> list[str]:
    """What a run could not do, in words."""
    return [cause_text(one, get_language() or "vi") for one in run.gaps]
