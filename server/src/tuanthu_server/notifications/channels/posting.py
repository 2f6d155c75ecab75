"""One POST to another server: bounded in time and size, without redirects, to an address that was looked at first."""

import http.client
import ipaddress
import socket
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tuanthu_server.config import Config
from tuanthu_server.notifications.channels.interface import (
    CONNECT_SECONDS,
    WHOLE_SECONDS,
    DeliveryError,
    cut_off_after,
    tls_context,
)

MOST_READ: Final = 64 * 1024
AGAIN: Final = frozenset({408, 425, 429})
"""Refusals that may be lifted by waiting; other 4xx, and redirects, will be the same next time."""
LONGEST_WAIT: Final = 6 * 3600
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def post(url: str, body: bytes, headers: Mapping[str, str], config: Config, *, private: bool) -> bytes:
    """The body of a 2xx answer, at most `MOST_READ` of it; raises DeliveryError, which never names the URL.

    With `private` false only public addresses are connected to. The name is resolved once, and the address that was
    looked at is the one that is used.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        address = resolved(host, port, private=private)
        with closing(_connection(parts, address, port, config)) as connection:
            return _exchange(connection, parts, body, headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DeliveryError(f"HTTP: {type(error).__name__}") from None


def resolved(host: str, port: int, *, private: bool) -> str:
    """An address of the host; raises DeliveryError where one of its addresses is not public and must be."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryError("the name cannot be resolved") from None
    addresses = [str(row[4][0]) for row in found]
    if not private and not all(is_public(address) for address in addresses):
        raise DeliveryError("the address is private (webhook_private)", permanent=True)
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is one of the public Internet, also when it is an IPv4 address in IPv6's clothes."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inside is not None:
            return is_public(str(inside))
        if address in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast


def _connection(parts: SplitResult, address: str, port: int, config: Config) -> http.client.HTTPConnection:
    """Connected to that very address, speaking to the name."""
    host = parts.hostname or ""
    line: socket.socket = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
    try:
        if parts.scheme == "https":
            secured = tls_context(config).wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
            line = secured
            with cut_off_after(WHOLE_SECONDS, secured):
                secured.do_handshake()
        line.settimeout(WHOLE_SECONDS)
    except BaseException:
        line.close()
        raise
    connection = http.client.HTTPConnection(host, port)
    connection.sock = line
    connection.auto_open = 0
    return connection


def _exchange(
    connection: http.client.HTTPConnection, parts: SplitResult, body: bytes, headers: Mapping[str, str]
) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with cut_off_after(WHOLE_SECONDS, connection.sock):
        connection.request("POST", target, body, {"Host": parts.netloc.rpartition("@")[2], **headers})
        answer = connection.getresponse()
        read = answer.read(MOST_READ)
    _judge(answer)
    return read


def _judge(answer: http.client.HTTPResponse) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise DeliveryError(f"HTTP {status}: redirects are not followed", permanent=True)
    permanent = 400 <= status < 500 and status not in AGAIN
    raise DeliveryError(f"HTTP {status}", permanent=permanent, retry_after=_retry_after(answer))


def _retry_after(answer: http.client.HTTPResponse) -> timedelta | None:
    text = answer.headers.get("Retry-After", "").strip()
    return timedelta(seconds=min(int(text), LONGEST_WAIT)) if text.isascii() and text.isdigit() else None
