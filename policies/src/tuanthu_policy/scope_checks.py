"""What is wrong with the authorisation of a scan. Pure; the department's command and the agent both ask it."""

import ipaddress
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tuanthu_policy.scan_scope import LONGEST_DAYS, MOST_ATTEMPTS_PER_DAY, PROTOCOLS, SCOPE_VERSION, ScanScope, Window

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WIDEST: Final = {4: 16, 6: 112}
"""Shortest prefix by IP version."""
MOST_NETWORKS: Final = 64
MOST_EXCLUDED: Final = 1024
LONGEST: Final = {"unit": 64, "authorisation": 300, "signer": 200}
_OWN: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "::1/128",
    )
)
"""Networks that a unit can have for itself: private, this machine's own, and of devices that got no address."""
_NO_HOSTS: Final = (
    (ipaddress.ip_network("0.0.0.0/8"), "địa chỉ không xác định", "unspecified addresses"),
    (ipaddress.ip_network("224.0.0.0/4"), "địa chỉ multicast", "multicast addresses"),
    (ipaddress.ip_network("240.0.0.0/4"), "địa chỉ dành riêng và broadcast", "reserved and broadcast addresses"),
    (ipaddress.ip_network("::/128"), "địa chỉ không xác định", "the unspecified address"),
    (ipaddress.ip_network("ff00::/8"), "địa chỉ multicast", "multicast addresses"),
    (
        ipaddress.ip_network("fe80::/10"),
        "địa chỉ IPv6 chỉ dùng trên một dây, không rõ dây nào",
        "IPv6 addresses of one wire that do not say which",
    ),
    (
        ipaddress.ip_network("::ffff:0:0/96"),
        "địa chỉ IPv4 viết kiểu IPv6; hãy viết dạng IPv4",
        "IPv4 addresses in the clothes of IPv6; write them as IPv4",
    ),
)
_YEARS: Final = range(2020, 2200)
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class ScopeFault:
    """One thing that is wrong; `vi` and `en` begin with the name of the input."""

    field: str
    vi: str
    en: str


def scope_faults(scope: ScanScope) -> list[ScopeFault]:
    """Everything that is wrong with a scope; empty: nothing is."""
    if scope.schema_version != SCOPE_VERSION:
        return [
            _fault(
                "schema_version",
                f"phiên bản {scope.schema_version} chưa được biết; bản này hiểu phiên bản {SCOPE_VERSION}",
                f"version {scope.schema_version} is unknown; this program understands {SCOPE_VERSION}",
            )
        ]
    return [
        *_identity(scope),
        *_texts(scope),
        *_networks(scope),
        *_exclude(scope),
        *_dates(scope),
        *_window(scope),
        *_protocols(scope.protocols),
        *_attempts(scope),
    ]


def read_network(text: str) -> Network | None:
    """A network in CIDR form, without bits beyond its length and in its usual spelling; None for anything else."""
    try:
        network = ipaddress.ip_network(text) if "/" in text and "%" not in text else None
    except ValueError:
        return None
    return network if network is not None and str(network) == text.lower() else None


def _fault(field: str, vi: str, en: str) -> ScopeFault:
    return ScopeFault(field, f"{field}: {vi}", f"{field}: {en}")


def _identity(scope: ScanScope) -> Iterator[ScopeFault]:
    try:
        found = uuid.UUID(scope.id)
    except ValueError:
        found = None
    if found is None or found.version != 7 or str(found) != scope.id:
        yield _fault("id", f"{_shown(scope.id)} không phải UUIDv7", f"{_shown(scope.id)} is no UUIDv7")


def _texts(scope: ScanScope) -> Iterator[ScopeFault]:
    for field, longest in LONGEST.items():
        text = getattr(scope, field)
        if field != "signer" and not text.strip():
            yield _fault(field, "không được để trống", "must not be empty")
        elif len(text) > longest:
            yield _fault(field, f"dài quá {longest} ký tự", f"is longer than {longest} characters")
        elif text != text.strip() or not text.isprintable():
            yield _fault(
                field,
                "phải nằm trên một dòng, không có ký tự điều khiển hay khoảng trắng ở hai đầu",
                "must be one line, without control characters or spaces at its ends",
            )


def _networks(scope: ScanScope) -> Iterator[ScopeFault]:
    if not scope.networks:
        yield _fault("networks", "phải nêu ít nhất một mạng", "at least one network must be named")
    if len(scope.networks) > MOST_NETWORKS:
        yield _fault("networks", f"nhiều hơn {MOST_NETWORKS} mạng", f"more than {MOST_NETWORKS} networks")
        return
    for text in scope.networks:
        network = read_network(text)
        if network is None:
            yield _no_network("networks", text)
        else:
            yield from _reach(text, network)
    yield from _repeated("networks", scope.networks)


def _reach(text: str, network: Network) -> Iterator[ScopeFault]:
    """Whether a network may be scanned at all."""
    for block, vi, en in _NO_HOSTS:
        if network.version == block.version and network.overlaps(block):
            yield _fault("networks", f"{text}: có {vi} ({block})", f"{text}: holds {en} ({block})")
            return
    widest = WIDEST[network.version]
    if network.prefixlen < widest:
        yield _fault(
            "networks",
            f"{text}: quá rộng, tối đa /{widest} mỗi mạng; hãy chia nhỏ",
            f"{text}: too wide, at most /{widest} each; split it",
        )
    elif network.num_addresses > 1 and not any(_within(network, own) for own in _OWN):
        yield _fault(
            "networks",
            f"{text}: là mạng công cộng; địa chỉ công cộng phải nêu từng cái một (/{network.max_prefixlen})",
            f"{text}: is a public network; name public addresses one by one (/{network.max_prefixlen})",
        )


def _exclude(scope: ScanScope) -> Iterator[ScopeFault]:
    if len(scope.exclude) > MOST_EXCLUDED:
        yield _fault("exclude", f"nhiều hơn {MOST_EXCLUDED} mục", f"more than {MOST_EXCLUDED} entries")
        return
    networks = [network for text in scope.networks if (network := read_network(text)) is not None]
    excluded = []
    for text in scope.exclude:
        network = read_network(text)
        if network is None:
            yield _no_network("exclude", text)
        elif not any(_within(network, one) for one in networks):
            yield _fault(
                "exclude",
                f"{text}: không nằm trong mạng nào của phạm vi; hãy kiểm tra lại địa chỉ",
                f"{text}: lies in no network of the scope; check the address",
            )
        else:
            excluded.append(network)
    if networks and all(any(_within(one, out) for out in excluded) for one in networks):
        yield _fault("exclude", "loại trừ hết, không còn địa chỉ nào", "everything is excluded, no address is left")
    yield from _repeated("exclude", scope.exclude)


def _dates(scope: ScanScope) -> Iterator[ScopeFault]:
    moments = {"issued_at": scope.issued_at, "not_before": scope.not_before, "not_after": scope.not_after}
    for field, moment in moments.items():
        if moment.tzinfo is None:
            yield _fault(field, "thiếu múi giờ", "has no time zone")
        elif moment.year not in _YEARS:
            yield _fault(field, f"năm {moment.year} không hợp lệ", f"the year {moment.year} makes no sense")
    if any(moment.tzinfo is None or moment.year not in _YEARS for moment in moments.values()):
        return
    if scope.not_after <= scope.not_before:
        yield _fault("not_after", "phải sau not_before", "must be after not_before")
    elif scope.not_after - scope.not_before > timedelta(days=LONGEST_DAYS):
        yield _fault(
            "not_after",
            f"hiệu lực dài quá {LONGEST_DAYS} ngày",
            f"the scope holds for more than {LONGEST_DAYS} days",
        )
    if scope.issued_at >= scope.not_after:
        yield _fault("issued_at", "phải trước not_after", "must be before not_after")


def _window(scope: ScanScope) -> Iterator[ScopeFault]:
    if not isinstance(scope.window, Window):
        return
    times = {"window.start": scope.window.start, "window.end": scope.window.end}
    for field, text in times.items():
        if not _TIME.fullmatch(text):
            yield _fault(
                field,
                f"{_shown(text)} không phải giờ dạng HH:MM (00:00 đến 23:59)",
                f"{_shown(text)} is no time HH:MM (00:00 to 23:59)",
            )
    if scope.window.start == scope.window.end:
        yield _fault(
            "window",
            "giờ bắt đầu và kết thúc trùng nhau; muốn quét cả ngày thì bỏ khung giờ",
            "begins and ends at the same time; leave it out for all day",
        )


def _protocols(protocols: list[str]) -> Iterator[ScopeFault]:
    if not protocols:
        yield _fault("protocols", "phải có ít nhất một giao thức", "at least one protocol is needed")
    for name in dict.fromkeys(protocols):
        if name not in PROTOCOLS:
            known = ", ".join(PROTOCOLS)
            yield _fault(
                "protocols",
                f"không có giao thức {_shown(name)}; dùng: {known}",
                f"there is no protocol {_shown(name)}; use {known}",
            )
    yield from _repeated("protocols", protocols)


def _attempts(scope: ScanScope) -> Iterator[ScopeFault]:
    if not 1 <= scope.attempts_per_day <= MOST_ATTEMPTS_PER_DAY:
        yield _fault(
            "attempts_per_day",
            f"{scope.attempts_per_day} không hợp lệ; từ 1 đến {MOST_ATTEMPTS_PER_DAY} lần mỗi thiết bị mỗi ngày",
            f"{scope.attempts_per_day} is invalid; 1 to {MOST_ATTEMPTS_PER_DAY} logins a device and day",
        )


def _no_network(field: str, text: str) -> ScopeFault:
    return _fault(
        field,
        f"{_shown(text)} không phải mạng dạng CIDR, ví dụ 10.20.0.0/24 hoặc 10.20.0.5/32 "
        "(các bit sau độ dài tiền tố phải bằng 0)",
        f"{_shown(text)} is no network in CIDR form, such as 10.20.0.0/24 or 10.20.0.5/32 "
        "(no bits beyond the prefix length)",
    )


def _repeated(field: str, texts: Iterable[str]) -> Iterator[ScopeFault]:
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            yield _fault(field, f"{_shown(text)} lặp lại", f"{_shown(text)} stands there twice")
        seen.add(text)


def _within(inner: Network, outer: Network) -> bool:
    same = inner.version == outer.version
    return same and inner.network_address in outer and inner.broadcast_address in outer


def _shown(text: str) -> str:
    """A text that somebody else wrote, short and without control characters."""
    clean = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:60])
    return f"“{clean}”"
