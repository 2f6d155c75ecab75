"""Reports from a file: the same envelopes, the same checks."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec

from tuanthu_policy.envelope import MAX_PAYLOAD_BYTES, b64url_decode
from tuanthu_server.errors import InputError
from tuanthu_server.ingest.checks import Delivery
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.refusals import Refusal

LONGEST_LINE = 2 * MAX_PAYLOAD_BYTES
"""A payload in base64, its header and signature, with room to spare."""


class LineResult(msgspec.Struct, frozen=True):
    """What came of one line."""

    number: int
    agent: str
    sequence: int = 0
    status: str = ""
    refusal: Refusal | None = None


class _Claim(msgspec.Struct):
    """Whom an unverified payload names; only to find the key by which it is verified."""

    agent: str = ""


def import_reports(path: Path, batch: int = 200) -> Iterator[LineResult]:
    """Take every report of a file; a bad line stops no other. Raises InputError when the file itself cannot be read."""
    intake = Intake(batch)
    try:
        lines = enumerate(read_lines(path), 1)
        while group := list(islice(lines, batch)):
            yield from _take(intake, group)
    finally:
        intake.stop()


def read_lines(path: Path) -> Iterator[bytes]:
    """Lines of a gzip file, each cut off at `LONGEST_LINE`: a bomb costs no memory."""
    try:
        with gzip.open(path, "rb") as file:
            while line := file.readline(LONGEST_LINE):
                whole = line.endswith(b"\n")
                yield line.rstrip(b"\r\n")
                while not whole and (rest := file.readline(LONGEST_LINE)):
                    whole = rest.endswith(b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"Không đọc được {path}: {error}", f"Cannot read {path}: {error}") from None


def _take(intake: Intake, group: list[tuple[int, bytes]]) -> Iterator[LineResult]:
    deliveries: list[tuple[int, Delivery]] = []
    for number, line in group:
        try:
            deliveries.append((number, to_delivery(line)))
        except Refusal as refusal:
            yield LineResult(number, "?", refusal=refusal)
    answers = intake.submit_many([delivery for _, delivery in deliveries])
    for (number, delivery), answer in zip(deliveries, answers, strict=True):
        if isinstance(answer, Refusal):
            yield LineResult(number, delivery.agent, refusal=answer)
        else:
            yield LineResult(number, delivery.agent, answer.sequence, answer.status)


def to_delivery(line: bytes) -> Delivery:
    """A compact JWS as the delivery that HTTPS would have brought: payload and detached signature."""
    if len(line) >= LONGEST_LINE:
        raise Refusal("body-too-large")
    parts = line.split(b".")
    if len(parts) != 3:
        raise Refusal("signature-invalid", "dòng không phải JWS", "the line is no JWS")
    try:
        payload = b64url_decode(parts[1])
        agent = msgspec.json.decode(payload, type=_Claim).agent
    except (ValueError, RecursionError):
        raise Refusal("malformed", "dòng không phải báo cáo", "the line is no report") from None
    signature = (parts[0] + b".." + parts[2]).decode("latin-1")
    return Delivery(payload, "", agent, signature, "", "file", datetime.now(UTC))
