"""What is told of: a closed set of kinds."""

from typing import Final

from django.db import models

from tuanthu_policy.text import Text


class Kind(models.TextChoices):
    """One sort of news; subscriptions name the ones that they want."""

    DEFAULT_LOGIN = "default-login", "Thiết bị dùng tài khoản mặc định"
    SERVER_ANTIVIRUS = "server-antivirus", "Máy chủ mất bảo vệ chống mã độc"
    UNIT_SILENT = "unit-silent", "Đơn vị ngừng báo cáo"
    DIGEST = "digest", "Bản tin hằng ngày"
    DEADLINE = "deadline", "Thời hạn báo cáo"


class Channel(models.TextChoices):
    """The ways by which messages go."""

    EMAIL = "email", "Thư điện tử"
    WEBHOOK = "webhook", "Webhook"
    TELEGRAM = "telegram", "Telegram"


TITLES: Final[dict[str, Text]] = {
    Kind.DEFAULT_LOGIN: Text("Thiết bị dùng tài khoản mặc định", "Device on a factory account"),
    Kind.SERVER_ANTIVIRUS: Text("Máy chủ mất bảo vệ chống mã độc", "Server without antivirus protection"),
    Kind.UNIT_SILENT: Text("Đơn vị ngừng báo cáo", "Unit fell silent"),
    Kind.DIGEST: Text("Bản tin hằng ngày", "Daily digest"),
    Kind.DEADLINE: Text("Thời hạn báo cáo", "Deadline of a report"),
}
ALERTS: Final = frozenset({Kind.DEFAULT_LOGIN, Kind.SERVER_ANTIVIRUS, Kind.UNIT_SILENT})
"""Kinds that are told at once."""
CRITICAL: Final = frozenset({Kind.DEFAULT_LOGIN, Kind.SERVER_ANTIVIRUS})
"""Kinds that pass quiet hours for a subscriber who says so."""
RULES: Final[dict[str, Kind]] = {
    "device.no_default_credentials": Kind.DEFAULT_LOGIN,
    "antivirus.installed": Kind.SERVER_ANTIVIRUS,
    "antivirus.running": Kind.SERVER_ANTIVIRUS,
    "antivirus.realtime": Kind.SERVER_ANTIVIRUS,
}
"""The rules whose failure is an alert; those of antivirus on servers only."""
