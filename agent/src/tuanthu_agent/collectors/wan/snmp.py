"""Two columns of the gateway's table of interfaces by SNMPv2c (pysnmp), with a community that the unit has set.

Nothing is guessed and nothing but GETNEXT is sent. asyncio and pysnmp are imported only by who asks.
"""

from __future__ import annotations

import time
from typing import Any, Awaitable, Callable, Dict, Final, List, Optional, Sequence, Tuple

Oid = Tuple[int, ...]
Answer = Optional[Tuple[Oid, Optional[int]]]
"""An object and its integer (None for a value of another type); None where the agent has no more objects."""
IF_TYPE: Final[Oid] = (1, 3, 6, 1, 2, 1, 2, 2, 1, 3)
IF_OPER_STATUS: Final[Oid] = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
PORT: Final = 161
ANSWER_SECONDS: Final = 1.5
SENT_AGAIN: Final = 1
# pysnmp looks at the system's clock, which somebody may set back meanwhile; this bound does not.
REQUEST_SECONDS: Final = (SENT_AGAIN + 1) * ANSWER_SECONDS + 1
WALK_SECONDS: Final = 8.0
MOST_ROWS: Final = 200
MOST_BYTES: Final = 8192
_VERSION_2C: Final = 1
_REFUSED: Final = "refused"


class SnmpError(Exception):
    """The gateway does not answer, or not as SNMP; `code` is a cause's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Session:
    """One dispatcher of pysnmp and one socket, for one run; only what the gateway itself sends arrives at it."""

    def __init__(self, gateway: str, community: str) -> None:
        """Needs a running loop of asyncio. Nothing is sent yet."""
        import asyncio

        from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
        from pysnmp.hlapi.v1arch.asyncio import CommunityData, SnmpDispatcher

        self._place = (gateway, PORT)
        self._community = CommunityData(community.encode("utf-8"), mpModel=_VERSION_2C)
        self._carrier = AsyncioDispatcher()
        self._dispatcher = SnmpDispatcher(self._carrier)
        self._carrier.register_routing_callback(self._route)
        self._carrier.register_recv_callback(_drop, _REFUSED)
        loop = asyncio.get_running_loop()
        self._malformed: asyncio.Future[None] = loop.create_future()
        loop.set_exception_handler(self._note)

    async def open(self) -> None:
        """Bind the socket to the gateway, so that the system drops what others send; raises OSError."""
        import asyncio

        from pysnmp.carrier.asyncio.dgram import udp
        from pysnmp.hlapi.v1arch.asyncio import UdpTransportTarget

        transport = udp.UdpAsyncioTransport()
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: transport, remote_addr=self._place)
        self._carrier.register_transport(udp.DOMAIN_NAME, transport)
        self._target = await UdpTransportTarget.create(self._place, timeout=ANSWER_SECONDS, retries=SENT_AGAIN)

    def close(self) -> None:
        """Close the socket. (The dispatcher's own `close` fails while a request is pending.)"""
        self._carrier.close_dispatcher()

    async def ask(self, oid: Oid) -> Answer:
        """One GetNext, sent twice at most; raises SnmpError."""
        import asyncio

        from pysnmp.hlapi.v1arch.asyncio import next_cmd
        from pysnmp.proto.rfc1905 import unSpecified

        sent = next_cmd(self._dispatcher, self._community, self._target, (oid, unSpecified), lookupMib=False)
        request = asyncio.ensure_future(sent)
        await asyncio.wait({request, self._malformed}, timeout=REQUEST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if self._malformed.done():
            raise SnmpError("snmp-malformed")
        if not request.done():
            raise SnmpError("snmp-silent")
        indication, status, _, bindings = request.result()
        if indication:
            raise SnmpError("snmp-silent")
        return parse_bindings(int(status), bindings)

    def _route(self, _domain: Any, _source: Any, message: bytes) -> Optional[str]:
        """Refuse what pysnmp would drop without a word, or answer to by its first version's rules."""
        from pysnmp.proto.api.verdec import decode_message_version

        if len(message) <= MOST_BYTES and decode_message_version(message) == _VERSION_2C:
            return None
        self._end()
        return _REFUSED

    def _note(self, _loop: Any, context: Dict[str, Any]) -> None:
        """A datagram on which a callback fails is no SNMP; other troubles of the loop end as silence."""
        if "handle" in context:
            self._end()

    def _end(self) -> None:
        if not self._malformed.done():
            self._malformed.set_result(None)


def _drop(*_arguments: Any) -> None:
    """Where refused datagrams go."""


def parse_bindings(status: int, bindings: Sequence[Tuple[Any, Any]]) -> Answer:
    """What a response says of the first object. Raises SnmpError for what no agent answers. Pure."""
    from pysnmp.proto.rfc1902 import Integer32
    from pysnmp.proto.rfc1905 import unSpecified

    if status != 0:
        return None
    if not bindings:
        raise SnmpError("snmp-malformed")
    name, value = bindings[0]
    if value.tagSet == unSpecified.tagSet:  # only a request is without a value: ours came back
        raise SnmpError("snmp-malformed")
    return tuple(name), int(value) if value.tagSet == Integer32.tagSet else None


async def column(ask: Callable[[Oid], Awaitable[Answer]], base: Oid) -> Dict[int, int]:
    """A column of the interfaces' table by row; raises SnmpError."""
    rows: Dict[int, int] = {}
    oid = base
    deadline = time.monotonic() + WALK_SECONDS
    while len(rows) < MOST_ROWS and time.monotonic() < deadline:
        answer = await ask(oid)
        # A table that does not go on rising would never end.
        if answer is None or answer[0][: len(base)] != base or answer[0] <= oid or answer[1] is None:
            return rows
        oid = answer[0]
        rows[oid[-1]] = answer[1]
    raise SnmpError("snmp-endless")


async def read_types(gateway: str, community: str) -> List[Tuple[int, int]]:
    """ifType and ifOperStatus of every interface; raises SnmpError, OSError."""
    session = Session(gateway, community)
    try:
        await session.open()
        types = await column(session.ask, IF_TYPE)
        states = await column(session.ask, IF_OPER_STATUS)
    finally:
        session.close()
    return [(kind, states.get(row, 0)) for row, kind in sorted(types.items())]


def interface_types(gateway: str, community: str) -> List[Tuple[int, int]]:
    """ifType and ifOperStatus of every interface of the gateway; raises SnmpError."""
    try:
        import asyncio

        from pysnmp.error import PySnmpError
    except ImportError:
        raise SnmpError("snmp-unavailable") from None
    try:
        return asyncio.run(read_types(gateway, community))
    except (OSError, PySnmpError):
        raise SnmpError("snmp-silent") from None
