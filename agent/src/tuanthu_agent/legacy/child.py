"""The process that looks at one kind: it loads the collectors and none of what enrols or delivers."""

from __future__ import annotations

import sys

from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.host import Host
from tuanthu_agent.legacy.collecting import attempt
from tuanthu_agent.legacy.settings import load_config
from tuanthu_agent.legacy.telling import settings_of


def main(kind: str) -> int:
    """Print what was seen, for the parent; 0."""
    sys.stdout.buffer.write(attempt(REGISTRY[kind], Host(), settings_of(load_config())))
    return 0
