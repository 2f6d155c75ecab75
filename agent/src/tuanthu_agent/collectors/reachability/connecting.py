"""The first two steps: from a name to a TCP connection, direct or through the proxy of the settings."""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import Final, List, Optional, Tuple
from urllib.parse import urlsplit

from tuanthu_agent.collectors import web

TCP_SECONDS: Final = 8.0
MOST_ADDRESSES: Final = 3
NOBODY: Final = "tuanthu-khong-ton-tai.invalid"
"""A name that no honest resolver answers (RFC 6761)."""
_INSIDE: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")
) + tuple(ipaddress.ip_network(text) for text in ("192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10"))


class StepError(Exception):
    """A step failed; `code` is what the fact `failure` says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def resolve(host: str, port: int) -> List[str]:
    """The addresses of a name, as every program of this machine gets them; raises StepError."""
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise StepError("dns-failed") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def catches_all() -> bool:
    """Whether the resolver answers for names that do not exist, as captive portals do."""
    try:
        return bool(resolve(NOBODY, 80))
    except StepError:
        return False


def is_inside(address: str) -> bool:
    """Whether an address belongs to this machine or its surroundings, where no public service can be."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    one = getattr(one, "ipv4_mapped", None) or one
    return any(one in network for network in _INSIDE if network.version == one.version)


def connect(addresses: List[str], port: int) -> socket.socket:
    """A connection to the first address that takes one; raises StepError with what the last one said."""
    deadline = time.monotonic() + TCP_SECONDS
    code = "tcp-timeout"
    for address in addresses[:MOST_ADDRESSES]:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except (socket.timeout, TimeoutError):  # noqa: UP041  two things in Python 3.8
            code = "tcp-timeout"
        except ConnectionRefusedError:
            code = "tcp-refused"
        except ConnectionResetError:
            code = "tcp-reset"
        except OSError:
            code = "tcp-unreachable"
    raise StepError(code)


def proxy_address(proxy: str) -> Optional[Tuple[str, int]]:
    """Host and port of `http://host:port`; None where it is none."""
    try:
        parts = urlsplit(proxy)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or not parts.hostname:
        return None
    return parts.hostname, port or 80


def through_proxy(proxy: Tuple[str, int], host: str, port: int) -> socket.socket:
    """A tunnel to the service (RFC 9110, CONNECT); raises StepError."""
    try:
        connection = connect(resolve(*proxy), proxy[1])
    except StepError:
        raise StepError("proxy-failed") from None
    target = f"{host}:{port}"
    question = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {web.USER_AGENT}\r\n\r\n"
    try:
        answer = web.converse(connection, question.encode("ascii", "replace"), time.monotonic() + TCP_SECONDS)
    except web.WebError:
        connection.close()
        raise StepError("proxy-failed") from None
    if answer.status // 100 != 2:
        connection.close()
        raise StepError("proxy-failed")
    return connection
