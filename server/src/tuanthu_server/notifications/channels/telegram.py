"""Telegram, or whatever speaks its bot interface."""

import re
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tuanthu_server.errors import InputError
from tuanthu_server.notifications.channels.interface import DeliveryError, Letter, Way, not_set
from tuanthu_server.notifications.channels.posting import post

CHAT: Final = re.compile(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31}")
LONGEST: Final = 4096
"""UTF-16 units of one message (Bot API, sendMessage)."""


class Telegram(Way):
    """`sendMessage` of a bot. The token stands in the address, so no error ever names that."""

    def check(self, address: str) -> str:
        """See `Way.check`."""
        if not self.config.telegram_token:
            raise not_set("telegram_token")
        if not CHAT.fullmatch(address):
            raise InputError(
                f"{address}: phải là số của cuộc trò chuyện (ví dụ -1001234567890) hoặc @tên_kênh",
                f"{address}: must be the number of a chat (such as -1001234567890) or @channel_name",
            )
        return address

    def send(self, letter: Letter, address: str, number: int) -> None:  # noqa: ARG002 (a webhook needs the number)
        """See `Way.send`; where it goes is the operator's choice, so private addresses are taken."""
        token = self.config.telegram_token
        if not token or not re.fullmatch(r"[A-Za-z0-9:_-]+", token):
            raise DeliveryError("telegram_token is not set, or is none")
        base = self.config.telegram_url.rstrip("/")
        if urlsplit(base).scheme not in ("https", "http"):
            raise DeliveryError("telegram_url must begin with https://")
        told = {
            "chat_id": address,
            "text": cut(f"{letter.subject}\n\n{letter.text}"),
            "link_preview_options": {"is_disabled": True},
        }
        headers = {"Content-Type": "application/json"}
        post(f"{base}/bot{token}/sendMessage", msgspec.json.encode(told), headers, self.config, private=True)


def cut(text: str, longest: int = LONGEST) -> str:
    """A text that fits, cut at a line where it must be."""
    if _units(text) <= longest:
        return text
    kept: list[str] = []
    room = longest - 2
    for line in text.splitlines():
        room -= _units(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
