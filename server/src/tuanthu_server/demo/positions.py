"""Where units of the demonstration would lie: invented, about a town in the highlands, each area in its place.

No unit of the demonstration exists, and nothing on its map says where a border runs.
"""

import random
from typing import Final

TOWN: Final = (12.70, 108.10)
"""The department, hospitals and agencies lie here."""
AREA: Final = "TD-KV"
"""Codes of the centres of health areas begin so; their stations lie around them."""
COLUMNS: Final = 5
"""So many health areas side by side."""


def position_of(code: str, supervisor: str) -> dict[str, str]:
    """Cells of a unit; the same for every demonstration."""
    draw = random.Random(f"{code}/position")  # noqa: S311 - invented places, no secrets
    area = next((one for one in (code, supervisor) if one.startswith(AREA)), "")
    north, east = centre_of(area) if area else TOWN
    reach = 0.03 if not area else 0 if code == area else 0.15
    return {
        "latitude": f"{north + draw.uniform(-reach, reach):.5f}",
        "longitude": f"{east + draw.uniform(-reach, reach):.5f}",
    }


def centre_of(area: str) -> tuple[float, float]:
    """The middle of a health area: on a grid, and not quite."""
    draw = random.Random(area)  # noqa: S311 - see above
    row, column = divmod(int(area.removeprefix(AREA)) - 1, COLUMNS)
    return 12.35 + 0.35 * row + draw.uniform(-0.06, 0.06), 107.5 + 0.3 * column + draw.uniform(-0.05, 0.05)
