"""The last timed transfer, as the jobs' child left it in the data folder: `line-transfer`, lines `NAME VALUE`."""

from __future__ import annotations

import os
import re
import time
from typing import Dict, Final, Optional

from tuanthu_agent.collectors.interface import Findings

FILE_NAME: Final = "line-transfer"
OLDEST_SECONDS: Final = 7 * 86400
STEPS: Final = (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1)
_LINE: Final = re.compile(r"(at|download|upload) ([0-9]{1,14})")


def parse_transfer(text: str) -> Dict[str, int]:
    """`at` in seconds since 1970, `download` and `upload` in bit/s. Pure and total."""
    shapes = (_LINE.fullmatch(line) for line in text.splitlines() if line.isascii())
    return {shape.group(1): int(shape.group(2)) for shape in shapes if shape}


def rounded_mbps(bits: int) -> Optional[float]:
    """Mbit/s rounded down to a step; None below the least one."""
    return next((step for step in STEPS if bits >= step * 1_000_000), None)


def read_transfer(found: Findings, folder: str, now: float) -> None:
    """The facts of the last transfer; a gap where there is none, or only one of long ago."""
    try:
        with open(os.path.join(folder, FILE_NAME), encoding="ascii", errors="replace") as file:  # noqa: PTH118, PTH123
            values = parse_transfer(file.read(1024))
    except OSError:
        found.miss("transfer-none: download_mbps, upload_mbps")
        return
    put_transfer(found, values, now)


def put_transfer(found: Findings, values: Dict[str, int], now: float) -> None:
    """Facts from what was kept. A rate below the least step is 0; one that was not measured is absent."""
    at = values.get("at", 0)
    if not now - OLDEST_SECONDS < at < now + 86400:
        found.miss("transfer-old: download_mbps, upload_mbps")
        return
    found.used("transfer")
    found.put("transfer_at", time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(at)).replace("Z", ":00Z"))
    for name in ("download", "upload"):
        if name in values:
            found.put(f"{name}_mbps", rounded_mbps(values[name]) or 0)
        else:
            found.miss(f"transfer-incomplete: {name}_mbps")
