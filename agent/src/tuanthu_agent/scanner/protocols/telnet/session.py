"""One Telnet connection as a screen that is read until it asks for something."""

from typing import Final

from tuanthu_agent.scanner.protocols.faults import ClosedError, SilentError
from tuanthu_agent.scanner.protocols.stream import Stream
from tuanthu_agent.scanner.protocols.telnet.iac import Options
from tuanthu_agent.scanner.protocols.telnet.screens import Asks, asks, plain

SETTLE: Final = 0.3
"""How long a prompt must stand unchanged."""
QUIET: Final = 6.0
"""After so many seconds without a byte a screen is what it is; busybox and PAM wait 2–4 s after a wrong password."""
_MOST: Final = 64 * 1024


class Session:
    """What the device has written since the last line that was sent."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._options = Options()
        self._raw = b""
        self.closed = False

    @property
    def screen(self) -> str:
        """The text so far."""
        return plain(self._raw)

    def read(self, *, after_password: bool = False) -> Asks:
        """Read until a prompt stands still, the device hangs up, or nothing comes any more. Raises EndedError."""
        wait = QUIET
        found = Asks.NOTHING
        while not self.closed:
            try:
                self._more(wait)
            except SilentError:
                break
            except ClosedError:
                self.closed = True
            found = asks(self.screen, after_password=after_password)
            wait = QUIET if found is Asks.NOTHING else SETTLE
        return found

    def _more(self, seconds: float) -> None:
        text, answer = self._options.take(self._stream.some(seconds))
        self._raw = (self._raw + text)[-_MOST:]
        if answer:
            self._stream.send(answer)

    def enter(self, line: str) -> None:
        """Send a line, on an empty screen. Raises EndedError."""
        self._raw = b""
        self._stream.send(line.encode().replace(b"\xff", b"\xff\xff") + b"\r\n")
