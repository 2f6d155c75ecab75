"""No page takes a body larger than a form with its evidence file: the framework keeps bodies on disk before it asks
whose they are."""

from typing import Any, Final

from tuanthu_server.compliance.attestations import MOST_BYTES
from tuanthu_server.ingest.endpoints import answer, header_fields
from tuanthu_server.ingest.transfer import Receive, Scope, Send

MOST: Final = MOST_BYTES + 1024 * 1024
TOO_LARGE: Final = f"Nội dung gửi quá lớn, tối đa {MOST_BYTES // 1024 // 1024} MB. (The body is too large.)"


class LimitedBodies:
    """An application whose requests end at a size, whatever they declare."""

    def __init__(self, application: Any, most: int = MOST) -> None:
        self._application, self._most = application, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to what says that it is too large; end what turns out to be."""
        declared = header_fields(scope).get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > self._most:
            await answer(send, 413, TOO_LARGE.encode(), b"text/plain; charset=utf-8", ((b"connection", b"close"),))
            return
        taken = 0

        async def counted() -> Any:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= self._most else {"type": "http.disconnect"}

        await self._application(scope, counted, send)
