"""Unpacking bodies within bounds."""

import threading
import zlib

import zstandard

from tuanthu_policy.envelope import MAX_BODY_BYTES, MAX_PAYLOAD_BYTES
from tuanthu_server.ingest.refusals import Refusal

LEVEL = 3
_own = threading.local()


def check_size(size: int) -> None:
    """Refuse a body that is too large on the wire."""
    if size > MAX_BODY_BYTES:
        raise Refusal("body-too-large", f"tối đa {MAX_BODY_BYTES} byte", f"at most {MAX_BODY_BYTES} bytes")


def unpack(body: bytes, encoding: str) -> bytes:
    """The payload of a body; never produces more than `MAX_PAYLOAD_BYTES`, whatever the body claims."""
    if encoding == "zstd":
        return _unpack_zstd(body)
    if encoding == "gzip":
        return _unpack_gzip(body)
    if encoding not in {"", "identity"}:
        raise Refusal("encoding-unsupported", encoding[:40], encoding[:40])
    if len(body) > MAX_PAYLOAD_BYTES:
        raise _too_large()
    return body


def packed(payload: bytes, body: bytes, encoding: str) -> bytes:
    """The payload as one zstd frame that says its size, for keeping: the body itself where it is that already."""
    if encoding == "zstd" and zstandard.frame_content_size(body) >= 0:
        return body
    return zstandard.ZstdCompressor(level=LEVEL).compress(payload)


def _unpack_zstd(body: bytes) -> bytes:
    try:
        size = zstandard.frame_content_size(body)
        if size > MAX_PAYLOAD_BYTES:
            raise _too_large()
        if size >= 0:  # the frame says how large it is, and the library holds it to that
            return _decompressor().decompress(body, max_output_size=size, allow_extra_data=False)
        with zstandard.ZstdDecompressor(max_window_size=8 * MAX_PAYLOAD_BYTES).stream_reader(body) as reader:
            payload = reader.read(MAX_PAYLOAD_BYTES + 1)
    except zstandard.ZstdError as error:
        raise Refusal("encoding-unsupported", f"zstd: {error}", f"zstd: {error}") from None
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise _too_large()
    return bytes(payload)


def _decompressor() -> zstandard.ZstdDecompressor:
    """This thread's own: making one costs as much as unpacking a report, and none may be shared."""
    if not hasattr(_own, "decompressor"):
        _own.decompressor = zstandard.ZstdDecompressor()
    found: zstandard.ZstdDecompressor = _own.decompressor
    return found


def _unpack_gzip(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        payload = unpacker.decompress(body, MAX_PAYLOAD_BYTES + 1)
    except zlib.error as error:
        raise Refusal("encoding-unsupported", f"gzip: {error}", f"gzip: {error}") from None
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise _too_large()
    if not unpacker.eof or unpacker.unused_data:
        raise Refusal("encoding-unsupported", "gzip bị cắt hoặc có phần thừa", "gzip is cut off or followed by more")
    return payload


def _too_large() -> Refusal:
    return Refusal(
        "body-too-large",
        f"sau khi giải nén tối đa {MAX_PAYLOAD_BYTES} byte",
        f"at most {MAX_PAYLOAD_BYTES} bytes when unpacked",
    )
