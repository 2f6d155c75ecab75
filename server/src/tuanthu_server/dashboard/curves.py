"""What the script that draws curves is given."""

from collections.abc import Iterable

import msgspec
from django.utils.translation import gettext

from tuanthu_server.compliance.days import DayPoint


def curve_data(points: Iterable[DayPoint]) -> str:
    """The points with the words of the legend, as JSON for an attribute of the page."""
    words = {"passed": gettext("Đạt"), "failed": gettext("Không đạt"), "open": gettext("Chưa có kết luận")}
    return msgspec.json.encode({"points": list(points), "words": words}).decode()
