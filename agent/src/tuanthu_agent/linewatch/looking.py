"""One look at the line: the collector, else witnesses, else the gateway; and what their answers mean.

It works with `_socket`, which lies below `socket`: all that `socket` imports would be a third of what a look costs.
"""

from __future__ import annotations

import _socket
import struct
import sys
import time

from tuanthu_agent.linewatch import journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Final, List, Optional

    from tuanthu_agent.linewatch.plan import Place, Plan

    Ask = Callable[[], Optional[bool]]

TCP_SECONDS: Final = 4.0
GATEWAY_SECONDS: Final = 1.5
GATEWAY_PORTS: Final = (80, 443, 53)
REFUSAL_FACTOR: Final = 2 if sys.platform == "win32" else 1
"""Windows tries a refused port twice more, for a second in all, before it says that it was refused."""
PINGS: Final = 2
ROUTES: Final = "/proc/net/route"
_UP: Final = 0x1
_GATEWAY: Final = 0x2


def decide(collector: Ask, beyond: Ask, witness: Ask, gateway: Ask) -> str:
    """The state that these answers mean; each is only asked for where the former ones do not decide.

    `collector`: it answers (None: none is known). `beyond`: it lies beyond the gateway, so that its answer speaks for
    the line. `witness`: another host out there answers (None: none is known). `gateway`: it answers (None: untellable).
    What these answers cannot tell apart is `unwatched`.
    """
    answers = collector()
    if answers and beyond():
        return journal.UP
    seen = witness()
    if seen:
        return journal.COLLECTOR_DOWN if answers is False else journal.UP
    near = gateway()
    if near is False:
        return journal.GATEWAY_DOWN
    # Without a witness a silent collector may be at fault itself.
    return journal.LINE_DOWN if near and seen is False else journal.UNWATCHED


def look(plan: Plan) -> str:
    """Look once, by the network itself."""
    table = read_routes()
    found: List[str] = []

    def collector() -> Optional[bool]:
        if plan.collector is None:
            return None
        found.extend(addresses_of(plan.collector))
        return any(knock(address, plan.collector[1]) for address in found[:2])

    def witness() -> Optional[bool]:
        if not plan.witnesses:
            return None
        return any(answers(place) for place in plan.witnesses)

    def gateway() -> Optional[bool]:
        if table is None:
            return None
        address = default_gateway(table)
        return address is not None and gateway_answers(address)

    return decide(collector, lambda: any(is_beyond(address, table) for address in found[:2]), witness, gateway)


def answers(place: Place) -> bool:
    """Whether a host takes a TCP connection."""
    return any(knock(address, place[1]) for address in addresses_of(place)[:2])


def addresses_of(place: Place) -> List[str]:
    """The addresses of a host; none where its name does not resolve."""
    try:
        # As bytes: of text even plain names would load the codec for others, and a plan has no others.
        entries = _socket.getaddrinfo(place[0].encode("ascii"), place[1], 0, _socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def knock(address: str, port: int, seconds: float = TCP_SECONDS, *, refusal_counts: bool = False) -> bool:
    """Whether a TCP connection is taken; a refusal is an answer, too, where only life is asked for."""
    try:
        connection = _socket.socket(_socket.AF_INET6 if ":" in address else _socket.AF_INET, _socket.SOCK_STREAM)
    except OSError:
        return False
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
    except ConnectionRefusedError:
        return refusal_counts
    except OSError:
        return False
    finally:
        connection.close()
    return True


def gateway_answers(address: str) -> bool:
    """Whether the gateway gives any sign of life: a ping, or a TCP port that is open or refused."""
    if ping(address):
        return True
    seconds = GATEWAY_SECONDS * REFUSAL_FACTOR
    return any(knock(address, port, seconds, refusal_counts=True) for port in GATEWAY_PORTS)


def ping(address: str) -> bool:
    """An IPv4 echo, without or, where that is not allowed, with a raw socket; Windows has a door of its own."""
    if sys.platform == "win32":
        return ping_on_windows(address)
    for kind in (_socket.SOCK_DGRAM, _socket.SOCK_RAW):
        try:
            connection = _socket.socket(_socket.AF_INET, kind, _socket.IPPROTO_ICMP)
        except PermissionError:
            continue
        except OSError:
            return False
        try:
            return _echo(connection, address)
        except PermissionError:
            continue
        except OSError:
            return False
        finally:
            connection.close()
    return False


def ping_on_windows(address: str) -> bool:
    """The same where only the system itself may send an echo."""
    from tuanthu_agent.host_error import HostError
    from tuanthu_agent.windows import icmp

    try:
        return any(icmp.ping(address, 1, 0.0, GATEWAY_SECONDS) for _ in range(PINGS))
    except HostError:
        return False


def _echo(connection: _socket.socket, address: str) -> bool:
    for number in range(1, PINGS + 1):
        connection.sendto(echo_request(number), (address, 0))
        deadline = time.monotonic() + GATEWAY_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                data, sender = connection.recvfrom(1024)
            except _socket.timeout:  # another thing in Python 3.8
                break
            if sender[0] == address and is_echo_reply(data):
                return True
    return False


def echo_request(number: int) -> bytes:
    """An ICMP echo request (RFC 792); the kernel puts in its own identifier where the socket is no raw one."""
    body = struct.pack(">HH", 0x7474, number) + b"tuanthu-line-watch"
    total = sum(struct.unpack(f">{len(body) // 2}H", body)) + 0x0800
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">BBH", 8, 0, ~total & 0xFFFF) + body


def is_echo_reply(data: bytes) -> bool:
    """Whether this is an answer to a ping of ours, with the IP header that raw sockets show or without."""
    if data[:1] and data[0] >> 4 == 4 and len(data) > 20:
        data = data[(data[0] & 0xF) * 4 :]
    return len(data) >= 8 and data[0] == 0 and data[8:26] == b"tuanthu-line-watch"


class Route:
    """One row of the kernel's IPv4 table; plain, because this module is loaded again and again."""

    def __init__(self, destination: int, gateway: int, mask: int, metric: int) -> None:
        self.destination = destination
        self.gateway = gateway
        self.mask = mask
        self.metric = metric


def parse_routes(text: str, byteorder: str = sys.byteorder) -> List[Route]:
    """The rows of `/proc/net/route` that are up; rows that are not what they should be are left out. Pure and total."""
    found = []
    order = "<I" if byteorder == "little" else ">I"
    for line in text.splitlines()[1:]:
        fields = line.split()
        try:
            numbers = [int(fields[place], 16) for place in (1, 2, 7)]
            flags, metric = int(fields[3], 16), int(fields[6])
            destination, gateway, mask = (struct.unpack(">I", struct.pack(order, number))[0] for number in numbers)
        except (ValueError, IndexError, struct.error):
            continue
        if flags & _UP:
            found.append(Route(destination, gateway if flags & _GATEWAY else 0, mask, metric))
    return found


def read_routes() -> Optional[List[Route]]:
    """The kernel's table; None where there is none to read."""
    if sys.platform == "win32":
        return read_routes_of_windows()
    try:
        with open(ROUTES, encoding="ascii", errors="replace") as file:
            return parse_routes(file.read(262144))
    except OSError:
        return None


def read_routes_of_windows() -> Optional[List[Route]]:
    """The same from Windows."""
    from tuanthu_agent.windows import routing

    try:
        return [Route(*row) for row in routing.parse_table(routing.read_table())]
    except OSError:
        return None


def default_gateway(table: List[Route]) -> Optional[str]:
    """The best default gateway; None where there is none."""
    found = [route for route in table if not route.mask and route.gateway]
    if not found:
        return None
    return _socket.inet_ntoa(struct.pack(">I", min(found, key=lambda route: route.metric).gateway))


def is_beyond(address: str, table: Optional[List[Route]]) -> bool:
    """Whether the way to an address leads through a gateway, so that its answer speaks for the line."""
    try:
        number = struct.unpack(">I", _socket.inet_aton(address))[0] if ":" not in address else None
    except OSError:
        return False
    if number is None:
        # IPv6 has its own table; only what is surely elsewhere in the world counts.
        return address[:1] in ("2", "3")
    if table is None or number >> 24 == 127:
        return False
    fitting = [route for route in table if number & route.mask == route.destination]
    return bool(fitting and max(fitting, key=lambda route: (route.mask, -route.metric)).gateway)
