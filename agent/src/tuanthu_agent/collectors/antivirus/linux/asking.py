"""Asking the products' own tools, within one budget of time for them all."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host

LONGEST: Final = 5.0
"""Seconds for one command."""
BUDGET: Final = 18.0
"""Seconds for all of them: less than the collector's deadline, so that a tool that hangs costs its own facts only."""


@dataclass
class Asker:
    """Runs tools of the allow-list and keeps account of the time they took."""

    host: Host
    left: float = BUDGET

    def ask(self, reading: Reading, name: str, *arguments: str) -> str:
        """What the tool printed; empty, with a gap, if it gave nothing usable."""
        if self.left <= 0:
            reading.miss(f"command-timeout: {name}")
            return ""
        begun = time.monotonic()
        try:
            return self.host.commands.run(name, *arguments, seconds=min(LONGEST, self.left))
        except CommandError as error:
            reading.miss(str(error))
            return ""
        finally:
            self.left -= time.monotonic() - begun


def note_answer(reading: Reading, name: str, output: str, *, understood: bool) -> None:
    """A gap where a tool said something in which nothing was recognised: another version, or another language."""
    if output.strip() and not understood:
        reading.miss(f"product-answer: {name}")
