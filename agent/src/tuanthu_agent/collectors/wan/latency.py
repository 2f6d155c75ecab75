"""The time to the hop just behind the default gateway: datagrams that may live for two hops, towards the collector.

Linux tells who dropped them by the socket's error queue, without any privilege; elsewhere this is not known.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import Final, List, Optional

HOPS: Final = 2
TRIES: Final = 3
ANSWER_SECONDS: Final = 1.0
PORT: Final = 33435
_IP_RECVERR: Final = 11
_MSG_ERRQUEUE: Final = 0x2000
_FROM_ICMP: Final = 2
_TIME_EXCEEDED: Final = 11
_ERROR: Final = struct.Struct("=IBBBBII")
"""struct sock_extended_err: errno, origin, type, code, pad, info, data."""


def first_hop_ms(target: str) -> Optional[float]:
    """The least of a few round trips in milliseconds; None where no hop behind the gateway answered. Raises OSError."""
    times = [found for found in (measure(target, PORT + number) for number in range(TRIES)) if found is not None]
    return min(times, default=None)


def measure(target: str, port: int) -> Optional[float]:
    """One round trip; None without an answer of that hop. Raises OSError where no such datagram can be sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, HOPS)
        connection.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        connection.connect((target, port))
        waiting = select.poll()
        waiting.register(connection, 0)
        began = time.monotonic()
        connection.send(b"tuanthu")
        if not waiting.poll(ANSWER_SECONDS * 1000):
            return None
        took = (time.monotonic() - began) * 1000
        _, messages, _, _ = connection.recvmsg(64, 512, _MSG_ERRQUEUE | socket.MSG_DONTWAIT)
    return took if is_time_exceeded([data for _, _, data in messages]) else None


def is_time_exceeded(messages: List[bytes]) -> bool:
    """Whether a router says that the datagram's life was over; what else comes back is not of a hop. Pure and total."""
    for data in messages:
        if len(data) >= _ERROR.size:
            _, origin, kind, _, _, _, _ = _ERROR.unpack_from(data)
            if origin == _FROM_ICMP and kind == _TIME_EXCEEDED:
                return True
    return False
