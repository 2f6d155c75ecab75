"""Webhooks: a signed JSON document by POST."""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tuanthu_server import __version__
from tuanthu_server.errors import InputError
from tuanthu_server.notifications.channels.interface import DeliveryError, Letter, Way, not_set
from tuanthu_server.notifications.channels.posting import post

SIGNATURE_FIELD: Final = "Tuanthu-Signature"
DELIVERY_FIELD: Final = "Tuanthu-Delivery"
SHORTEST_KEY: Final = 32


class Webhook(Way):
    """Each subscription signs by a key of its own, so that no receiver can pose as the collector to others."""

    def check(self, address: str) -> str:
        """See `Way.check`."""
        if len(self.config.webhook_key) < SHORTEST_KEY:
            raise not_set(f"webhook_key ({SHORTEST_KEY}+)")
        try:
            parts = urlsplit(address)
            good = parts.scheme in self._schemes() and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or not address.isascii() or any(letter.isspace() for letter in address) or "@" in parts.netloc:
            raise InputError(
                f"{address}: phải là địa chỉ https://…, không kèm tên hay mật khẩu",
                f"{address}: must be an https:// address without name or password",
            )
        return address

    def send(self, letter: Letter, address: str, number: int) -> None:
        """See `Way.send`."""
        if len(self.config.webhook_key) < SHORTEST_KEY:
            raise DeliveryError("webhook_key is not set")
        if urlsplit(address).scheme not in self._schemes():
            raise DeliveryError("plain HTTP needs webhook_private", permanent=True)
        body = msgspec.json.encode(letter)
        moment = str(int(letter.written_at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"tuanthu/{__version__}",
            DELIVERY_FIELD: letter.id,
            SIGNATURE_FIELD: f"t={moment},v1={signature(self.key(address, number), moment, body)}",
        }
        post(address, body, headers, self.config, private=self.config.webhook_private)

    def key(self, address: str, number: int) -> str:
        """The key by which a subscription signs; its receiver is given it once."""
        told = f"tuanthu webhook {number} {address}".encode()
        return hmac.new(self.config.webhook_key.encode(), told, hashlib.sha256).hexdigest()

    def masked(self, address: str) -> str:
        """Paths and queries of webhooks are often secrets."""
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}/…"

    def _schemes(self) -> tuple[str, ...]:
        return ("https", "http") if self.config.webhook_private else ("https",)


def signature(key: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over `moment.body`, hex: a receiver refuses an old moment, so that nothing can be played again."""
    return hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
