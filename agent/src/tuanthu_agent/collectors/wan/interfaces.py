"""The gateway's interface types (IANAifType-MIB) as evidence."""

from __future__ import annotations

from typing import Dict, Final, List, Tuple

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.wan.grading import CABLE, COPPER, FIBRE, MOBILE, PROOF, Evidence
from tuanthu_agent.collectors.wan.snmp import SnmpError, interface_types

IF_TYPES: Final[Dict[int, Tuple[str, str]]] = {
    94: ("adsl", COPPER),
    95: ("radsl", COPPER),
    96: ("sdsl", COPPER),
    97: ("vdsl", COPPER),
    127: ("docsCableMaclayer", CABLE),
    128: ("docsCableDownstream", CABLE),
    129: ("docsCableUpstream", CABLE),
    195: ("opticalChannel", FIBRE),
    196: ("opticalTransport", FIBRE),
    238: ("adsl2plus", COPPER),
    243: ("wwanPP", MOBILE),
    244: ("wwanPP2", MOBILE),
    250: ("gpon", FIBRE),
    251: ("vdsl2", COPPER),
}
_UP: Final = 1


def ask_gateway(found: Findings, gateway: str, community: str) -> List[Evidence]:
    """Interfaces that are up and of a telling type; nothing is asked without a community of the unit's own."""
    if not community:
        return []
    try:
        types = interface_types(gateway, community)
    except SnmpError as error:
        found.miss(error.code)
        return []
    found.used("snmp")
    return from_types(types)


def from_types(types: List[Tuple[int, int]]) -> List[Evidence]:
    """What pairs of ifType and ifOperStatus say. An interface that is not up is kept but proves nothing. Pure."""
    evidence = []
    for kind, state in sorted(set(types)):
        name, sort = IF_TYPES.get(kind, (f"ifType({kind})", ""))
        if sort and state == _UP:
            evidence.append(Evidence("snmp", "ifType", name, sort, PROOF))
        else:
            evidence.append(Evidence("snmp", "ifType", name if state == _UP else f"{name}, not up"))
    return evidence[:20]
