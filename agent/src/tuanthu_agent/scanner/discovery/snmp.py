"""SNMP version 3's discovery: who answers it is an SNMP agent, and no community was needed to learn that."""

from typing import Final

from tuanthu_agent.scanner.discovery.said import Said
from tuanthu_agent.scanner.protocols.snmp import usm

PORT: Final = 161
PROTOCOL: Final = "snmp"
_REQUEST: Final = 0x5475


def question() -> bytes:
    """A request without user and engine, which every agent of version 3 answers by a report of its own engine."""
    return usm.discovery(_REQUEST)


def parse(data: bytes, _: str) -> Said | None:
    """The maker's enterprise number, and the hardware address where the id holds one. Total."""
    answer = usm.parse_answer(data)
    if answer is None or not answer.engine.id:
        return None
    said = Said(kinds={PROTOCOL})
    if answer.engine.enterprise is not None:
        said.put("snmp.enterprise", str(answer.engine.enterprise))
    said.mac = answer.engine.mac
    return said
