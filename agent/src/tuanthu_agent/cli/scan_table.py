"""The findings of a scan on a screen: a block for each device, the worst first, with what to do about it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuanthu_agent.cli.scan_words import gap_text
from tuanthu_agent.cli.wording import printable, said
from tuanthu_policy.devices.exposure import EXPOSURES
from tuanthu_policy.devices.finding import ServiceFinding
from tuanthu_policy.devices.labels import class_text, reason_text, standing, verdict_text
from tuanthu_policy.text import Text as Words

STYLES: Final = {"fail": "red", "unknown": "yellow", "pass": "green", "none": "dim"}
MARKS: Final = {"fail": "✗", "unknown": "?", "pass": "✓", "none": "·"}
ORDER: Final = tuple(STYLES)
MOST_NOTE: Final = 160
Remedies = Mapping[str, Words]
"""Catalogue entry → what to do about a device of it that fails; generic entries by `generic-<protocol>`."""


def blocks(findings: Iterable[ServiceFinding], remedies: Remedies, language: str) -> Iterator[RenderableType]:
    """All devices: those with something to say in a block each, the others in a line each at the end."""
    devices: dict[tuple[str, str], list[ServiceFinding]] = {}
    for one in findings:
        devices.setdefault((one.mac or "", one.ip), []).append(one)
    ranked = sorted(devices.values(), key=lambda found: ORDER.index(worst(found)))
    quiet = [found for found in ranked if worst(found) == "none" and not exposed(found)]
    for found in ranked:
        if found not in quiet:
            yield from block(found, remedies, language)
    if quiet:
        yield Text(said("Không thấy dịch vụ đăng nhập nào:", "No login service found:", language), style="bold")
        yield Padding(listed(quiet, language), (0, 0, 0, 2))


def worst(found: Sequence[ServiceFinding]) -> str:
    """Of a device that of its worst service."""
    return min((standing(one.verdict) for one in found), key=ORDER.index)


def exposed(found: Sequence[ServiceFinding]) -> list[str]:
    """Codes of all that stands open, each once."""
    return sorted({code for one in found for code in one.exposures})


def block(found: Sequence[ServiceFinding], remedies: Remedies, language: str) -> Iterator[RenderableType]:
    """One device: what it is, its services, what stands open, what to do."""
    state = worst(found)
    head = Text(f"{MARKS[state]} ", style=STYLES[state])
    head.append(f"{found[0].ip}  ", style="bold")
    head.append(device(found[0], language), style="bold")
    if found[0].mac:
        head.append(f"  {found[0].mac}", style="dim")
    yield head
    with_login = [one for one in found if one.verdict is not None]
    rows = Table.grid(padding=(0, 2))
    rows.add_column(width=1)
    rows.add_column(no_wrap=True, min_width=12)
    rows.add_column(overflow="fold")
    for one in sorted(with_login, key=lambda one: (ORDER.index(standing(one.verdict)), one.port or 0)):
        style = STYLES[standing(one.verdict)]
        rows.add_row(Text(MARKS[standing(one.verdict)], style=style), service(one), verdict(one, language))
    others = ", ".join(service(one) for one in found if one.verdict is None and one.port is not None)
    if others:
        rows.add_row(Text("·", style="dim"), Text(said("cổng khác", "other ports", language), style="dim"), others)
    if exposed(found):
        shown = "; ".join(exposure(code, language) for code in exposed(found))
        rows.add_row("", Text(said("điểm hở", "exposed", language), style="yellow"), shown)
    for remedy in remedies_of(found, remedies, language):
        rows.add_row("", Text(said("cần làm", "to do", language), style="bold"), remedy)
    yield Padding(rows, (0, 0, 1, 2))


def listed(quiet: Sequence[Sequence[ServiceFinding]], language: str) -> Table:
    """A line a device."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold", ratio=1)
    rows.add_column(overflow="fold", ratio=1)
    for found in quiet:
        ports = ", ".join(service(one) for one in found if one.port is not None)
        rows.add_row(found[0].ip, device(found[0], language), Text(ports or "–", style="dim"))
    return rows


def remedies_of(found: Sequence[ServiceFinding], remedies: Remedies, language: str) -> list[str]:
    """What to do about what fails, each once; by the device's own entry, else by the protocol's generic one."""
    keys = [
        one.device.family if one.device.family and one.device.family in remedies else f"generic-{one.protocol}"
        for one in found
        if standing(one.verdict) == "fail"
    ]
    return [" ".join(remedies[key].in_language(language).split()) for key in dict.fromkeys(keys) if key in remedies]


def device(one: ServiceFinding, language: str) -> str:
    """`Camera · Hikvision DS-2CD2142`."""
    known = " ".join(part for part in (one.device.vendor, one.device.model) if part)
    return " · ".join(part for part in (class_text(one.device.class_, language), printable(known)) if part)


def service(one: ServiceFinding) -> str:
    """`https 443`."""
    if one.port is None:
        return "–"
    name = one.protocol or "?"
    return f"{name}{'s' if one.tls and name == 'http' else ''} {one.port}"


def exposure(code: str, language: str) -> str:
    """In words."""
    return EXPOSURES[code].in_language(language) if code in EXPOSURES else code


def verdict(one: ServiceFinding, language: str) -> Text:
    """What is concluded, on how much, and why not more."""
    state = standing(one.verdict)
    text = Text(verdict_text(one.verdict, language) if one.verdict else "–", style=STYLES[state])
    if one.account is not None:
        account = printable(one.account) or said("không tên", "no name", language)
        text.append(said(f" (tài khoản {account})", f" (account {account})", language))
    notes = []
    if one.verdict and one.documented and one.tested < one.documented and state != "fail":
        count = f"{one.tested}/{one.documented}"
        notes.append(said(f"đã thử {count} tài khoản", f"{count} accounts tested", language))
    if one.reason:
        notes.append(printable(reason_text(one.reason, language))[:MOST_NOTE])
    if notes:
        text.append(f" – {'; '.join(notes)}", style="default")
    return text


def closing(findings: Sequence[ServiceFinding], gaps: Sequence[str], language: str, *, whole: bool) -> Iterator[Text]:
    """A sentence that sums up, and what could not be looked at."""
    counts = Counter(standing(one.verdict) for one in findings)
    hosts = len({one.ip for one in findings})
    if not hosts:
        yield Text(said("Không thấy thiết bị nào trả lời.", "No device answered.", language), style="yellow")
    else:
        yield Text(
            said(
                f"{hosts} thiết bị trên mạng; {counts['fail']} dịch vụ còn để mặc định hoặc mở, "
                f"{counts['pass']} đã đổi, {counts['unknown']} chưa rõ.",
                f"{hosts} hosts; {counts['fail']} services on their default or open, "
                f"{counts['pass']} changed, {counts['unknown']} not settled.",
                language,
            ),
            style="bold",
        )
    for gap in gaps:
        yield Text(said("Chưa xem được: ", "Not looked at: ", language) + gap_text(gap, language), style="yellow")
    if not whole:
        yield Text(said("Lượt quét chưa trọn vẹn.", "The scan was cut short.", language), style="yellow")
