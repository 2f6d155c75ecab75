"""What a way of sending is."""

import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tuanthu_server.config import Config
from tuanthu_server.errors import InputError

CONNECT_SECONDS: Final = 5
WHOLE_SECONDS: Final = 15
"""No attempt lasts longer, however slowly the other side answers."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it is told, in one language."""

    id: str
    """The same at each attempt."""
    kind: str
    critical: bool = False
    written_at: datetime
    language: str
    subject: str
    text: str
    """Plain lines."""
    facts: dict[str, Any] = {}
    """The same for programs."""


class DeliveryError(Exception):
    """A letter did not go. `told` is kept and shown: it holds no secret."""

    def __init__(self, told: str, *, permanent: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(told)
        self.told = told[:300]
        self.permanent = permanent
        self.retry_after = retry_after


class Way(ABC):
    """One channel, by the settings of this collector."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @abstractmethod
    def check(self, address: str) -> str:
        """An address as it is kept; raises InputError for one that cannot be one, or where the channel is not set."""

    @abstractmethod
    def send(self, letter: Letter, address: str, number: int) -> None:
        """Send to the subscription of that number; raises DeliveryError."""

    def masked(self, address: str) -> str:
        """An address as lists show it."""
        return address


def tls_context(config: Config) -> ssl.SSLContext:
    """The system's trust, and the operator's; raises DeliveryError where the operator's file cannot be read."""
    context = ssl.create_default_context()
    if config.outgoing_ca:
        try:
            context.load_verify_locations(cafile=config.outgoing_ca)
        except (OSError, ssl.SSLError) as error:
            raise DeliveryError(f"outgoing_ca: {type(error).__name__}") from None
    return context


@contextmanager
def cut_off_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """Shut a connection down from outside: timeouts of sockets are for each read, and a server may drip."""
    clock = threading.Timer(seconds, _shut, [line])
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def not_set(setting: str) -> InputError:
    """A channel that this collector has no settings for."""
    return InputError(
        f"Chưa đặt {setting} trong cấu hình nên không dùng được kênh này (docs/notifications.md)",
        f"{setting} is not set, so this channel cannot be used (docs/notifications.md)",
    )
