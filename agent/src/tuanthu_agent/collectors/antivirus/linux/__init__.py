"""What each product for Linux tells of itself, by its id in the table of products."""

from __future__ import annotations

from typing import Callable, Final, Mapping

from tuanthu_agent.collectors.antivirus.linux import (
    bitdefender,
    cortex,
    crowdstrike,
    drweb,
    eset,
    kesl,
    mdatp,
    sentinelone,
    sophos,
    trendmicro,
)
from tuanthu_agent.collectors.antivirus.linux.asking import Asker
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

Reader = Callable[[Host, Processes, Asker], Reading]
READERS: Final[Mapping[str, Reader]] = {
    "kesl": kesl.read,
    "eset-eea": eset.read,
    "mdatp": mdatp.read,
    "bitdefender": bitdefender.read,
    "sentinelone": sentinelone.read,
    "drweb": drweb.read,
    "sophos": sophos.read,
    "trendmicro-ds": trendmicro.read,
    "cortex-xdr": cortex.read,
    "crowdstrike": crowdstrike.read,
}
OWN_UPDATER: Final = frozenset({"kesl", "mdatp", "drweb"})
"""Products whose service fetches updates itself: while it runs, so does the updater."""
