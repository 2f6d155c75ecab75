"""Times as people in Viet Nam read them; everything is stored in UTC."""

from datetime import datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def shown(moment: datetime) -> str:
    """`24/11/2026 10:05`."""
    return moment.astimezone(LOCAL).strftime("%d/%m/%Y %H:%M")
