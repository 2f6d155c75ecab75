"""The snapshot as canonical bytes."""

import hashlib

import msgspec
import zstandard

from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.snapshot.model import DepartmentReport

LEVEL = 3
_LARGEST = 512 * 1024 * 1024


def encode(report: DepartmentReport) -> bytes:
    """Canonical JSON: UTF-8, keys sorted, no white space."""
    return msgspec.json.encode(report, order="sorted")


def digest(report: DepartmentReport) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return digest_of(encode(report))


def digest_of(body: bytes) -> str:
    """The same of a report that is encoded already."""
    return hashlib.sha256(body).hexdigest()


def pack(body: bytes) -> bytes:
    """The bytes as the register keeps them; higher levels take as long as all the rest and save a tenth."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(body)


def unpack(kept: bytes, expected_digest: str) -> DepartmentReport:
    """The report again; raises ReportError when the kept bytes are not those that were frozen."""
    try:
        body = zstandard.ZstdDecompressor().decompress(kept, max_output_size=_LARGEST)
        if hashlib.sha256(body).hexdigest() != expected_digest:
            raise ReportError(
                "Báo cáo lưu trong sổ đã bị thay đổi: mã băm không khớp",
                "The report kept in the register was changed: its digest differs",
            )
        return msgspec.json.decode(body, type=DepartmentReport)
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ReportError(
            f"Không đọc được báo cáo lưu trong sổ: {error}", f"Cannot read the report kept in the register: {error}"
        ) from None
