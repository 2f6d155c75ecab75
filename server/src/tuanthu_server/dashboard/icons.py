"""Drawings of the menu: paths on a grid of 24 × 24, drawn as lines."""

from typing import Final

ICONS: Final = {
    "overview": "M4 13h6V4H4z M14 20h6v-9h-6z M4 20h6v-3H4z M14 7h6V4h-6z",
    "work": "M4 6l1.5 1.5L8 5 M4 12l1.5 1.5L8 11 M4 18l1.5 1.5L8 17 M11 6h9 M11 12h9 M11 18h9",
    "units": "M4 21V7l8-4 8 4v14 M4 21h16 M9 21v-5h6v5 M9 10h.01 M15 10h.01",
    "places": "M12 21c-4-4.5-6-7.6-6-10.5a6 6 0 0 1 12 0c0 2.9-2 6-6 10.5z M12 10.5h.01",
    "devices": "M4 14h16v6H4z M8 17h.01 M12 14V9 M7.5 8.5a6 6 0 0 1 9 0 M5 6a10 10 0 0 1 14 0",
    "lines": "M3 12h4l2-7 4 14 3-9 2 2h3",
    "indicators": "M5 20V10 M12 20V4 M19 20v-7",
    "controls": "M6 3h9l4 4v14H6z M9 12h7 M9 16h7 M9 8h3",
    "waivers": "M12 3l8 4v5c0 5-3.5 8-8 9-4.5-1-8-4-8-9V7z M9 12h6",
    "attestations": "M5 12l4 4 10-10 M5 20h14",
    "scans": "M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0 M12 12l5-4 M12 7a5 5 0 1 0 5 5",
    "enrolment": "M4 5h16v11H4z M9 20h6 M12 16v4 M12 8v5 M9.5 10.5h5",
    "machines": "M3 6h9v8H3z M12 10h9v8h-9z M6 17h3 M15 21h3",
    "agents": "M5 5h14v10H5z M9 19h6 M12 15v4 M9 10h.01 M12 10h.01 M15 10h.01",
    "policies": "M5 4h11l3 3v13H5z M9 9h6 M9 13h6 M9 17h4",
    "register": "M4 5h16v14H4z M4 10h16 M9 5v14 M14.5 13v4 M12.5 15h4",
    "people": "M9 11a4 4 0 1 0 0-8a4 4 0 0 0 0 8z M3 21v-2a4 4 0 0 1 4-4h4a4 4 0 0 1 4 4v2 "
    "M16 3.5a4 4 0 0 1 0 7.5 M21 21v-2a4 4 0 0 0-3-3.8",
    "security-log": "M5 4h14v16H5z M8 8h8 M8 12h8 M8 16h5",
    "notifications": "M6 17h12l-2-3v-4a4 4 0 0 0-8 0v4z M10 20h4 M12 6V3",
    "reports": "M7 3h8l4 4v14H7z M15 3v4h4 M10 17v-4 M13 17v-6 M16 17v-2",
}
