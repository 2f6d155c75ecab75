"""ICMP echo to many addresses from one socket, without privilege where the system allows it."""

import asyncio
import os
import platform
import secrets
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Final

from tuanthu_agent.scanner.gate import Address

_HEADER: Final = struct.Struct("!BBHHH")
_REQUESTS: Final = {4: 8, 6: 128}
_REPLIES: Final = {4: 0, 6: 129}
_SHORTEST: Final = 0.05
_ROOM: Final = 2048
_PINGERS: Final = 16
"""Threads that ping at once on Windows."""


async def echo(
    check: Callable[[str], Address], addresses: Sequence[str], seconds: float, spacing: float
) -> dict[str, float]:
    """Seconds by address, of those that answered; raises PermissionError, and what the gate raises."""
    if platform.system() == "Windows":
        return await _by_windows(check, addresses, seconds)
    found: dict[str, float] = {}
    for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6)):
        group = [address for address in addresses if check(address).version == version]
        if group:
            with _open(family, version) as sock:
                found |= await _round(sock, check, group, seconds, spacing)
    return found


def make_request(version: int, identifier: int, sequence: int, token: bytes) -> bytes:
    """An echo request; of ICMPv6 the kernel computes the checksum."""
    kind = _REQUESTS[version]
    blank = _HEADER.pack(kind, 0, 0, identifier, sequence) + token
    return _HEADER.pack(kind, 0, checksum(blank) if version == 4 else 0, identifier, sequence) + token


def parse_reply(packet: bytes, version: int, token: bytes) -> bool:
    """Whether this is an echo reply that brings back our token, with or without an IPv4 header before it."""
    if version == 4 and packet and packet[0] >> 4 == 4:
        packet = packet[(packet[0] & 15) * 4 :]
    return len(packet) >= _HEADER.size and packet[0] == _REPLIES[version] and packet[_HEADER.size :] == token


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def _open(family: int, version: int) -> socket.socket:
    protocol = socket.IPPROTO_ICMP if version == 4 else socket.getprotobyname("ipv6-icmp")
    try:
        sock = socket.socket(family, socket.SOCK_DGRAM, protocol)
    except PermissionError:
        sock = socket.socket(family, socket.SOCK_RAW, protocol)
    sock.settimeout(0.0)
    return sock


async def _round(
    sock: socket.socket, check: Callable[[str], Address], addresses: Sequence[str], seconds: float, spacing: float
) -> dict[str, float]:
    """Ask each once, listen until `seconds` after the last."""
    token, sent, found = secrets.token_bytes(16), dict[str, float](), dict[str, float]()
    listening = asyncio.create_task(_listen(sock, token, sent, found))
    try:
        for number, address in enumerate(addresses):
            place = check(address)
            request = make_request(place.version, os.getpid() & 0xFFFF, number & 0xFFFF, token)
            sent[str(place)] = time.monotonic()
            try:
                sock.sendto(request, (str(place), 0))
            except OSError:
                del sent[str(place)]  # no route, not permitted there, a full queue: no answer will come
            await asyncio.sleep(spacing)
        await asyncio.wait([listening], timeout=max(seconds, _SHORTEST))
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return found


async def _listen(sock: socket.socket, token: bytes, sent: dict[str, float], found: dict[str, float]) -> None:
    version = 4 if sock.family == socket.AF_INET else 6
    while True:
        try:
            packet, sender = await asyncio.get_running_loop().sock_recvfrom(sock, _ROOM)
        except OSError:
            await asyncio.sleep(_SHORTEST)  # an unreachable host is told to the socket of all
            continue
        if sender[0] in sent and parse_reply(packet, version, token):
            found.setdefault(sender[0], time.monotonic() - sent[sender[0]])


async def _by_windows(check: Callable[[str], Address], addresses: Sequence[str], seconds: float) -> dict[str, float]:
    from tuanthu_agent.host_error import HostError
    from tuanthu_agent.windows import icmp

    slots = asyncio.Semaphore(_PINGERS)

    async def one(address: str) -> tuple[str, float] | None:
        async with slots:
            place = str(check(address))
            try:
                times = await asyncio.to_thread(icmp.ping, place, 1, 0.0, seconds)
            except HostError:
                return None
            return (place, times[0] / 1000) if times else None

    return dict(answer for answer in await asyncio.gather(*map(one, addresses)) if answer is not None)
