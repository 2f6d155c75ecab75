"""The units of the simulation: the demonstration organisation, as large as is asked, with machines stated to fit."""

import msgspec

from tuanthu_server.demo.organisation import organisation_files
from tuanthu_server.errors import InputError
from tuanthu_server.units.importing import apply_units, parse_units
from tuanthu_server.units.rows import UnitRow

OTHERS = 31
"""Units that are no commune stations."""
MOST_UNITS = 2000
SPARE = 1.05
"""Units state so many times the machines that are simulated: some are not enrolled yet."""


def load_units(units: int, machines: int) -> None:
    """Bring so many units into the register; raises InputError for a number out of range."""
    if not OTHERS < units <= MOST_UNITS:
        raise InputError(
            f"Số đơn vị phải từ {OTHERS + 1} đến {MOST_UNITS}",
            f"The number of units must be from {OTHERS + 1} to {MOST_UNITS}",
        )
    source = "dữ liệu trình diễn"
    files = [parse_units(text.encode(), source) for text in organisation_files(units - OTHERS)]
    stated = sum(row.counts["machines"] or 0 for row in files[0])
    factor = max(1.0, machines * SPARE / stated)
    for rows in files:
        apply_units([_scaled(row, factor) for row in rows], dry_run=False, demonstration=True, source=source)


def _scaled(row: UnitRow, factor: float) -> UnitRow:
    counts = {
        name: round(value * factor) if name in {"machines", "staff"} and value is not None else value
        for name, value in row.counts.items()
    }
    return msgspec.structs.replace(row, counts=counts)
