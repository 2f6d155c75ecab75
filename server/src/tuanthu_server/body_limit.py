"""No page takes a body larger than a form with its evidence file: the framework keeps bodies on disk before it asks
whose they are."""

from typing import Any, Final

from tuanthu_server.api import problems
from tuanthu_server.api.middleware import ROOT
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
        """Answer 413 to what says that it is too large, and to what turns out to be."""
        declared = header_fields(scope).get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > self._most:
            await _refuse(scope, send)
            return
        taken, begun = 0, False

        async def counted() -> Any:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= self._most else {"type": "http.disconnect"}

        async def noticed(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        await self._application(scope, counted, noticed)
        if taken > self._most and not begun:
            await _refuse(scope, send)


async def _refuse(scope: Scope, send: Send) -> None:
    body, sort = TOO_LARGE.encode(), "text/plain; charset=utf-8"
    if scope["path"].startswith(ROOT):
        body, sort = problems.document(413), problems.MEDIA_TYPE
    await answer(send, 413, body, sort.encode(), ((b"connection", b"close"),))
