"""Carrying undelivered reports as a file: gzip, one compact JWS a line (docs/protocol.md)."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.files import replace
from tuanthu_agent.spool.interface import Report, Spool
from tuanthu_policy.framing import b64url


def compact(report: Report) -> bytes:
    """The report as one compact JWS: its detached signature with the payload put back."""
    header, _, signature = report.signature.split(".")
    return b".".join((header.encode(), b64url(report.payload), signature.encode()))


def export(spool: Spool, path: Path) -> int:
    """Write all waiting reports to a file, whole or not at all; they stay in the spool. Returns how many.

    Raises TuanthuError where the file cannot be written, SpoolError where the spool cannot be read.
    """
    reports = spool.pending(-1)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        for report in reports:
            file.write(compact(report) + b"\n")
    try:
        replace(path.absolute(), buffer.getvalue())
    except OSError as error:
        raise TuanthuError(
            f"Không ghi được tệp {path}: {error.strerror}",
            f"Cannot write the file {path}: {error.strerror}",
        ) from None
    return len(reports)
