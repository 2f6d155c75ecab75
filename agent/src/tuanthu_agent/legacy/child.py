"""The process that looks at one kind: it loads the collectors and none of what enrols or delivers."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.host import Host
from tuanthu_agent.legacy.collecting import attempt
from tuanthu_agent.legacy.settings import load_config
from tuanthu_agent.legacy.telling import settings_of

GRACE_SECONDS: Final = 10.0
EXIT_ORPHAN: Final = 4


def main(kind: str) -> int:
    """Print what was seen, for the parent; 0."""
    collector = REGISTRY[kind]
    # The parent ends us at the deadline; if it has been killed itself, nobody else would.
    guard = threading.Timer(collector.deadline + GRACE_SECONDS, os._exit, [EXIT_ORPHAN])
    guard.daemon = True
    guard.start()
    sys.stdout.buffer.write(attempt(collector, Host(), settings_of(load_config())))
    return 0
