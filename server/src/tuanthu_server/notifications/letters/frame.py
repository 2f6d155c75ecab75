"""What every letter has: its reader, their language, where the pages are, and the last line."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from django.urls import reverse

from tuanthu_policy.text import Text
from tuanthu_server.access.reach import Reach
from tuanthu_server.config import Config
from tuanthu_server.notifications.channels.interface import Letter
from tuanthu_server.notifications.models import Message
from tuanthu_server.units.models import Unit

LONGEST_SUBJECT: Final = 180


class Frame(msgspec.Struct, frozen=True):
    """One letter to be."""

    message: Message
    within: Reach
    config: Config
    now: datetime

    def say(self, vi: str, en: str) -> str:
        """In the reader's language."""
        return Text(vi, en).in_language(self.message.subscription.language)

    def text(self, text: Text) -> str:
        """In the reader's language."""
        return text.in_language(self.message.subscription.language)

    def link(self, path: str) -> str:
        """A page of this collector."""
        return f"https://{self.config.public_host}:{self.config.listen_port}/{path}"

    def page(self, name: str, *of: str | int) -> str:
        """A page of this collector, by the name of its address: one that is moved is found all the same."""
        return self.link(reverse(name, args=of).removeprefix("/"))

    def unit_link(self, unit: Unit) -> str:
        """A unit's page."""
        return self.page("unit", unit.code)

    def letter(
        self, subject: str, lines: Iterable[str], facts: dict[str, Any] | None = None, *, critical: bool = False
    ) -> Letter:
        """Put together."""
        number = self.message.subscription_id
        last = self.say(
            f"Thư tự động của Tuanthu theo đăng ký số {number}; chỉ nói về các đơn vị mà người đăng ký được xem.",
            f"Written by Tuanthu for subscription {number}; it tells of units only that the subscriber may see.",
        )
        return Letter(
            id=str(self.message.delivery),
            kind=self.message.kind,
            critical=critical,
            written_at=self.now,
            language=self.message.subscription.language,
            subject=f"[Tuanthu] {clean(subject)}"[:LONGEST_SUBJECT],
            text="\n".join([*lines, "", "-- ", last, ""]),
            facts=facts or {},
        )


def clean(text: str) -> str:
    """A name as it may stand in a line: what machines say of themselves may hold anything."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
