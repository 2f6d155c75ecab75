"""The timed transfer: how fast bytes come from the collector and go to it, bounded in bytes and time."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import requests

from tuanthu_agent.collectors.wan.transfer import FILE_NAME
from tuanthu_agent.errors import TransportError
from tuanthu_agent.files import write_private
from tuanthu_agent.signing import Signer
from tuanthu_agent.transport import Transport
from tuanthu_policy.envelope import (
    AGENT_FIELD,
    MAX_DOWNLOAD_BYTES,
    MAX_UPLOAD_BYTES,
    SCHEMA_VERSION,
    SIGNATURE_FIELD,
    TRANSFER_FIELD,
    TRANSFER_SECONDS,
    TRANSFER_TYPE,
    TransferAnswer,
    TransferRequest,
    b64url,
)

PIECE: Final = 16 * 1024
LEAST_BYTES: Final = 64 * 1024
"""Less than this fits into buffers and tells no rate."""
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rates:
    """Bit/s; None where it could not be measured."""

    download: int | None
    upload: int | None


def measure(transport: Transport, signer: Signer, agent: str, clock: Clock = time.monotonic) -> Rates:
    """Both directions, one after the other; raises TransportError where the first is already refused."""
    download = measure_download(transport, signed_fields(signer, agent, "down"), clock)
    try:
        upload = measure_upload(transport, signed_fields(signer, agent, "up"), clock)
    except TransportError:
        upload = None
    return Rates(download, upload)


def signed_fields(signer: Signer, agent: str, direction: str) -> dict[str, str]:
    """The header fields of a request."""
    request = TransferRequest(
        schema_version=SCHEMA_VERSION, agent=agent, direction=direction, created_at=datetime.now(UTC)
    )
    payload = msgspec.json.encode(request)
    return {
        AGENT_FIELD: agent,
        TRANSFER_FIELD: b64url(payload).decode(),
        SIGNATURE_FIELD: signer.sign(payload, TRANSFER_TYPE),
        "Content-Type": "application/octet-stream",
    }


def measure_download(transport: Transport, headers: dict[str, str], clock: Clock) -> int | None:
    """Bit/s from the first byte to the last; raises TransportError."""
    with transport.posted("transfer/down", b"", headers) as response:
        return download_rate(response, clock)


def download_rate(response: requests.Response, clock: Clock) -> int | None:
    """The rate of a body; what came with the first piece came before the clock ran, and is not counted."""
    began = ended = 0.0
    count = 0
    for number, piece in enumerate(response.iter_content(PIECE)):
        ended = clock()
        if number == 0:
            began = ended
            continue
        count += len(piece)
        if count >= MAX_DOWNLOAD_BYTES or ended - began > TRANSFER_SECONDS:
            break
    return rate(count, ended - began)


def measure_upload(transport: Transport, headers: dict[str, str], clock: Clock) -> int | None:
    """Bit/s from the first byte to the collector's word that all arrived; raises TransportError."""
    began = clock()
    with transport.posted("transfer/up", pieces(clock, began + TRANSFER_SECONDS), headers) as response:
        body = response.raw.read(4096, decode_content=True)
        ended = clock()
    try:
        answer = msgspec.json.decode(body, type=TransferAnswer)
    except msgspec.DecodeError:
        return None
    return rate(min(answer.bytes, MAX_UPLOAD_BYTES), ended - began)


def pieces(clock: Clock, deadline: float) -> Iterator[bytes]:
    """Bytes that nothing can make smaller, until there are enough or the time is up."""
    for _ in range(MAX_UPLOAD_BYTES // PIECE):
        yield os.urandom(PIECE)
        if clock() > deadline:
            return


def rate(count: int, seconds: float) -> int | None:
    """Bit/s; None for too little to tell."""
    return int(count * 8 / seconds) if count >= LEAST_BYTES and seconds > 0 else None


def keep(data_dir: Path, rates: Rates, now: float) -> None:
    """Leave the rates for the collector of the kind `wan`; raises TuanthuError."""
    values = {"at": int(now), "download": rates.download, "upload": rates.upload}
    text = "".join(f"{name} {value}\n" for name, value in values.items() if value is not None)
    write_private(data_dir / FILE_NAME, text.encode("ascii"))
