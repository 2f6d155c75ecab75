"""Reading one HTTP answer from a stream, bounded in time and bytes. Raises EndedError for all that is no answer."""

import re
import zlib
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.protocols.faults import ClosedError, mismatch, unclear
from tuanthu_agent.scanner.protocols.stream import Stream
from tuanthu_policy.devices.answer import LONGEST_BODY, Answer

MOST_FIELDS: Final = 128
MOST_HEAD: Final = 64 * 1024
MOST_RECEIVED: Final = LONGEST_BODY + 2 * MOST_HEAD
"""Bytes of one connection."""
_STATUS: Final = re.compile(rb"HTTP/1\.[0-9] ([1-9][0-9]{2})(?: |$)")
_LENGTH: Final = re.compile(r"[0-9]{1,12}")
_CHUNK: Final = re.compile(rb"\s*([0-9A-Fa-f]{1,8})\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Received:
    """`cut`: there was more of the body than is ever read."""

    answer: Answer
    cut: bool = False


class _CutError(Exception):
    """The body is as long as is read of any."""


def parse_status(line: bytes) -> int:
    """The status of a first line; raises EndedError. Pure."""
    found = _STATUS.match(line)
    if found is None:
        raise mismatch("not-http: first line")
    return int(found[1])


def field_text(line: bytes) -> str:
    """A header line as text: UTF-8, as devices of today write it, else each byte a letter. Pure."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def read_response(stream: Stream, *, without_body: bool = False) -> Received:
    """One whole answer; interim ones (1xx) are passed over."""
    for _ in range(4):
        status = parse_status(stream.line())
        fields = _fields(stream)
        if status >= 200:
            if without_body or status in {204, 304}:
                return Received(Answer(status, fields))
            body, cut = _body(stream, Answer(status, fields))
            return Received(Answer(status, fields, body), cut)
    raise unclear("malformed: interim answers without end")


def _fields(stream: Stream) -> tuple[tuple[str, str], ...]:
    fields: list[tuple[str, str]] = []
    size = 0
    while line := stream.line():
        size += len(line)
        if len(fields) >= MOST_FIELDS or size > MOST_HEAD:
            raise unclear("too-many: header fields")
        text = field_text(line)
        name, colon, value = text.partition(":")
        if line[:1] in b" \t" and fields:  # a folded line goes on with the field before
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
        elif colon and name.strip():
            fields.append((name.strip(), value.strip()))
    return tuple(fields)


def _body(stream: Stream, head: Answer) -> tuple[bytes, bool]:
    kept = bytearray()
    cut = False
    try:
        if "chunked" in ",".join(head.header("transfer-encoding")).lower():
            _chunks(stream, kept)
        elif lengths := set(head.header("content-length")):
            _counted(stream, kept, lengths)
        else:
            _rest(stream, kept)
    except _CutError:
        cut = True
    except ClosedError:
        raise unclear("truncated: the body ended early") from None
    return _decoded(bytes(kept), head, cut=cut)


def _take(stream: Stream, kept: bytearray, count: int) -> None:
    room = LONGEST_BODY - len(kept)
    kept += stream.read(min(count, room))
    if count > room:
        raise _CutError


def _counted(stream: Stream, kept: bytearray, lengths: set[str]) -> None:
    (length, *others) = lengths
    if others or not _LENGTH.fullmatch(length):
        raise unclear("malformed: content-length")
    _take(stream, kept, int(length))


def _chunks(stream: Stream, kept: bytearray) -> None:
    while True:
        size = _CHUNK.match(stream.line())
        if size is None:
            raise unclear("malformed: chunk")
        if not int(size[1], 16):
            return  # trailers are not waited for: the connection is closed anyway
        _take(stream, kept, int(size[1], 16))
        if stream.line():
            raise unclear("malformed: chunk")


def _rest(stream: Stream, kept: bytearray) -> None:
    try:
        while len(kept) < LONGEST_BODY:
            kept += stream.some()
    except ClosedError:
        if _is_reset(stream):
            raise unclear("truncated: reset within the body") from None
        return
    del kept[LONGEST_BODY:]
    raise _CutError


def _is_reset(stream: Stream) -> bool:
    """A connection that was reset has no other end any more; one that ended in order still has."""
    try:
        stream.sock.getpeername()
    except OSError:
        return True
    return False


def _decoded(body: bytes, head: Answer, *, cut: bool) -> tuple[bytes, bool]:
    coding = ",".join(head.header("content-encoding")).strip().lower()
    if coding in {"", "identity"} or not body:
        return body, cut
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise unclear(f"unknown-coding: {coding[:20]}")
    for window in (47, -15):  # gzip or zlib by their heads; deflate without a head, as some servers send it
        unpacker = zlib.decompressobj(window)
        try:
            plain = unpacker.decompress(body, LONGEST_BODY)
        except zlib.error:
            continue
        if not unpacker.eof and not cut and len(plain) < LONGEST_BODY:
            raise unclear("truncated: packed body")
        return plain, cut or not unpacker.eof
    raise unclear("malformed: packed body")
