"""The commands between the bytes of a Telnet connection. Pure."""

from typing import Final

IAC: Final = 255
_DONT, _DO, _WONT, _WILL, _SB, _SE = 254, 253, 252, 251, 250, 240
_ECHO, _GO_AHEAD = 1, 3
_MOST_ANSWERS: Final = 64
_MOST_HELD: Final = 1024


class Options:
    """Takes commands out of what arrives, and says what to answer. Whatever is offered beyond echo is declined."""

    def __init__(self) -> None:
        self._held = b""
        self._answered: set[tuple[int, int]] = set()
        self.seen = False
        """Whether the device speaks Telnet and not only text."""

    def take(self, raw: bytes) -> tuple[bytes, bytes]:
        """The text in `raw`, and the answer to its commands; a command cut in two is held back."""
        data = self._held + raw
        self._held = b""
        text, answer = bytearray(), bytearray()
        at = 0
        while at < len(data):
            if data[at] != IAC:
                text.append(data[at])
                at += 1
                continue
            size = _command_size(data, at)
            if size is None:
                self._held = data[at : at + _MOST_HELD]
                break
            answer += self._reply(data[at : at + size], text)
            at += size
        return bytes(text), bytes(answer)

    def _reply(self, command: bytes, text: bytearray) -> bytes:
        if command[1] == IAC:
            text.append(IAC)
            return b""
        self.seen = True
        key = command[1], command[2] if len(command) == 3 else 0
        # Each offer is answered once: two sides that decline each other's answers would never end.
        if command[1] not in (_DO, _WILL) or key in self._answered or len(self._answered) >= _MOST_ANSWERS:
            return b""
        self._answered.add(key)
        if command[1] == _DO:
            return bytes([IAC, _WILL if command[2] == _GO_AHEAD else _WONT, command[2]])
        return bytes([IAC, _DO if command[2] in (_ECHO, _GO_AHEAD) else _DONT, command[2]])


def _command_size(data: bytes, at: int) -> int | None:
    """Bytes of the command that starts there; None while it is not whole."""
    if at + 1 >= len(data):
        return None
    if data[at + 1] in (_DO, _DONT, _WILL, _WONT):
        return 3 if at + 2 < len(data) else None
    if data[at + 1] != _SB:
        return 2
    end = data.find(bytes([IAC, _SE]), at + 2)
    if end >= 0:
        return end + 2 - at
    # An unending one is given up, so that it cannot swallow the rest.
    return 2 if len(data) - at > _MOST_HELD else None
