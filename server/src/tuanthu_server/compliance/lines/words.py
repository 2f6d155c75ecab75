"""How durations and what they are due to are written, on pages and in reports."""

from typing import Final

from tuanthu_policy.text import Text

FAULTS: Final = {
    "line-down": Text("Đường truyền", "Line"),
    "gateway-down": Text("Cổng mạng hoặc mạng nội bộ", "Gateway or local network"),
    "collector-down": Text("Máy chủ trung tâm", "Collector"),
}
_UNITS: Final = (
    (86400, Text("ngày", "d")),
    (3600, Text("giờ", "h")),
    (60, Text("phút", "min")),
    (1, Text("giây", "s")),
)


def duration_text(seconds: int, language: str = "vi") -> str:
    """`2 ngày 4 giờ`, `35 phút`, `20 giây`: the two greatest units, cut."""
    for place, (size, name) in enumerate(_UNITS):
        if seconds >= size or size == 1:
            parts = [f"{seconds // size} {name.in_language(language)}"]
            rest = seconds % size
            if place + 1 < len(_UNITS) - 1 and rest >= _UNITS[place + 1][0]:
                smaller, its_name = _UNITS[place + 1]
                parts.append(f"{rest // smaller} {its_name.in_language(language)}")
            return " ".join(parts)
    return ""


def rate_text(rate: float | None, language: str = "vi") -> str:
    """`80` or `1,5`; empty where nothing was measured."""
    if rate is None:
        return ""
    text = f"{rate:.1f}".removesuffix(".0")
    return text if language.startswith("en") else text.replace(".", ",")
