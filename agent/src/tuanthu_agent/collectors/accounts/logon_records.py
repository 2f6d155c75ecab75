"""Reading the records of logons: lastlog, lastlog2 and wtmp; at least one of them must be there."""

from __future__ import annotations

from typing import Dict, Final

from tuanthu_agent.collectors.accounts.lastlog2 import read_lastlog2
from tuanthu_agent.collectors.accounts.logons import Logons, parse_lastlog, parse_wtmp
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

MOST_BYTES: Final = 4 * 1024 * 1024
_ALL_UIDS: Final = 1 << 32
_LASTLOG: Final = "/var/log/lastlog"
_WTMP: Final = ("/var/log/wtmp.1", "/var/log/wtmp")


def read_logons(host: Host, found: Findings) -> Logons:
    """What all records say together; a record that is not there is a gap only if there is no other."""
    by_name: Dict[str, int] = {}
    gaps = []
    try:
        by_name.update(read_lastlog2(host))
        newer = True
    except HostError as error:
        gaps.append(error)
        newer = error.code != "not-found"
    for path in _WTMP:
        try:
            for name, day in parse_wtmp(host.read_bytes(path, MOST_BYTES)).items():
                by_name[name] = max(by_name.get(name, 0), day)
        except HostError as error:
            gaps.append(error)
    by_uid, known = {}, 0
    try:
        data = host.read_bytes(_LASTLOG, MOST_BYTES)
        by_uid = parse_lastlog(data)
        # Where lastlog2 has taken over, an empty place in lastlog says nothing.
        known = 0 if newer else len(data) // 292 if len(data) >= MOST_BYTES else _ALL_UIDS
        found.used("lastlog")
    except HostError as error:
        gaps.append(error)
    for gap in gaps:
        if gap.code != "not-found" or len(gaps) > len(_WTMP) + 1:
            found.miss(f"{gap.code}: logons")
    return Logons(by_uid, by_name, known)
