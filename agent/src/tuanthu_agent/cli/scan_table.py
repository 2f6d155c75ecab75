"""The findings of a scan on a screen: what is on its default first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from tuanthu_agent.cli.wording import printable, said
from tuanthu_policy.devices.exposure import EXPOSURES
from tuanthu_policy.devices.finding import ServiceFinding
from tuanthu_policy.devices.labels import class_text, reason_text, standing, verdict_text

STYLES: Final = {"fail": "red", "unknown": "yellow", "pass": "green", "none": "dim"}
MARKS: Final = {"fail": "✗", "unknown": "?", "pass": "✓", "none": "·"}
ORDER: Final = tuple(STYLES)


def table(findings: Sequence[ServiceFinding], language: str) -> Table:
    """One row a service, the worst first."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for vi, en in (
        ("", ""),
        ("Địa chỉ", "Address"),
        ("Thiết bị", "Device"),
        ("Dịch vụ", "Service"),
        ("Kết luận", "Verdict"),
    ):
        shown.add_column(said(vi, en, language), overflow="fold")
    for one in sorted(findings, key=lambda one: ORDER.index(standing(one.verdict))):
        state = standing(one.verdict)
        shown.add_row(
            Text(MARKS[state], style=STYLES[state]),
            Text(one.ip),
            Text(device(one, language)),
            Text(service(one)),
            verdict(one, language),
        )
    return shown


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


def verdict(one: ServiceFinding, language: str) -> Text:
    """What is concluded, on how much, and why not more."""
    state = standing(one.verdict)
    text = Text(verdict_text(one.verdict, language) if one.verdict else "–", style=STYLES[state])
    if one.account is not None:
        text.append(said(f" (tài khoản {one.account or 'trống'})", f" (account {one.account or 'empty'})", language))
    notes = []
    if one.verdict and one.documented and one.tested < one.documented and state != "fail":
        notes.append(
            said(
                f"đã thử {one.tested}/{one.documented} tài khoản",
                f"{one.tested} of {one.documented} accounts tested",
                language,
            )
        )
    if one.reason:
        notes.append(printable(reason_text(one.reason, language)))
    notes += [EXPOSURES[code].in_language(language) for code in one.exposures if code in EXPOSURES]
    for note in notes:
        text.append(f"\n{note}", style="dim")
    return text


def closing(findings: Sequence[ServiceFinding], gaps: Sequence[str], language: str, *, whole: bool) -> Iterator[Text]:
    """A sentence that sums up, and what could not be looked at."""
    counts = Counter(standing(one.verdict) for one in findings)
    hosts = len({one.ip for one in findings})
    yield Text()
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
        yield Text(printable(said(f"Chưa xem được: {gap}", f"Not looked at: {gap}", language)), style="yellow")
    if not whole:
        yield Text(said("Lượt quét chưa trọn vẹn.", "The scan was cut short.", language), style="yellow")
