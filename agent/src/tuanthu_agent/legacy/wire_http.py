"""Requests to the collector by http.client: verified by the pinned CA alone, bounded, refusals as typed errors."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from pathlib import Path
from typing import Any, Final, Mapping
from urllib.parse import urlsplit

from tuanthu_agent import __version__
from tuanthu_agent.errors import TransportError

API: Final = "/agent/v1/"
MOST_ANSWER_BYTES: Final = 256 * 1024
LONGEST_RETRY_AFTER: Final = 24 * 3600.0
_PROBLEM: Final = "urn:tuanthu:error:"


class LegacyTransport:
    """One collector. A connection serves one request: reports are few, and no half-closed one can be met."""

    def __init__(self, server: str, context: ssl.SSLContext, timeouts: tuple[float, float], proxy: str = "") -> None:
        """`timeouts`: to connect, and between bytes, in seconds."""
        self._server = server
        self._context = context
        self._timeouts = timeouts
        self._proxy = proxy

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Status (200 or 201) and the decoded answer; raises TransportError for every other outcome."""
        status, fields, answer = self.request("POST", path, body, {"Content-Type": "application/json", **headers})
        if status not in (200, 201):
            raise refusal(self._server, status, fields.get("Retry-After"), answer)
        try:
            return status, json.loads(answer)
        except ValueError:
            raise not_a_collector(self._server, f"HTTP {status}", None) from None

    def request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, header fields and body of whatever is answered; raises TransportError where nothing is."""
        connection = self._connection()
        try:
            connection.connect()
            if connection.sock is not None:
                connection.sock.settimeout(self._timeouts[1])
            fields = {"User-Agent": f"tuanthu-legacy/{__version__}", "Connection": "close", **headers}
            connection.request(method, API + path, body, fields)
            response = connection.getresponse()
            answer = response.read(MOST_ANSWER_BYTES + 1)
            if len(answer) > MOST_ANSWER_BYTES:
                raise not_a_collector(self._server, "too long", None)
            return response.status, dict(response.getheaders()), answer
        except ssl.SSLError as error:
            raise tls_error(self._server, error) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise network_error(self._server, error) from None
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPSConnection:
        target = urlsplit(self._server)
        host, port = target.hostname or "", target.port or 443
        if not self._proxy:
            return http.client.HTTPSConnection(host, port, timeout=self._timeouts[0], context=self._context)
        proxy = urlsplit(self._proxy)
        connection = http.client.HTTPSConnection(
            proxy.hostname or "", proxy.port or 3128, timeout=self._timeouts[0], context=self._context
        )
        connection.set_tunnel(host, port)
        return connection


def verifying_context(ca: Path | None) -> ssl.SSLContext:
    """Trusts that CA alone, or the machine's store for None; raises TransportError for a file that is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if ca is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(str(ca))
    except OSError as error:
        raise tls_error(str(ca), error) from None
    return context


def blind_context() -> ssl.SSLContext:
    """Trusts nobody and asks nothing: only to fetch what a fingerprint then decides on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def refusal(server: str, status: int, retry_after: str | None, body: bytes) -> TransportError:
    """What the collector (or something that is not it) said instead of yes."""
    wait = parse_retry_after(retry_after)
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    kind = problem.get("type") if isinstance(problem, dict) else None
    if not isinstance(problem, dict) or not isinstance(kind, str) or not kind.startswith(_PROBLEM):
        return not_a_collector(server, f"HTTP {status}", wait)
    last = problem.get("last_sequence")
    texts = [
        ": ".join(str(problem[name]) for name in names if problem.get(name))
        for names in (("title", "detail"), ("title_en", "detail_en"))
    ]
    return TransportError(
        texts[0],
        texts[1],
        permanent=problem.get("retry") is not True,
        code=kind[len(_PROBLEM) :],
        retry_after=wait,
        last_sequence=last if isinstance(last, int) and not isinstance(last, bool) else None,
    )


def parse_retry_after(text: str | None) -> float | None:
    """Seconds to wait, at most a day; None if absent or no number (the collector sends numbers)."""
    if text is None or not text.strip().isdecimal() or len(text) > 9:
        return None
    return min(float(text), LONGEST_RETRY_AFTER)


def not_a_collector(server: str, what: str, retry_after: float | None) -> TransportError:
    """A proxy or a log-in page on the way: no reason to give up a report."""
    return TransportError(
        f"{server} trả lời ({what}), không phải câu trả lời của máy chủ Tuanthu",
        f"{server} answered ({what}), which is no answer of a Tuanthu collector",
        permanent=False,
        code="not-a-collector",
        retry_after=retry_after,
    )


def tls_error(server: str, error: OSError) -> TransportError:
    """The connection cannot be trusted. Not permanent: certificates get mended."""
    cause = getattr(error, "verify_message", "") or error.strerror or str(error)
    return TransportError(
        f"Không tin được kết nối tới {server}: {cause}. Kiểm tra ngày giờ máy, chứng thư và dấu vân tay CA.",
        f"The connection to {server} cannot be trusted: {cause}. Check this machine's clock, certificate and CA.",
        permanent=False,
        code="tls",
    )


def network_error(server: str, error: Exception) -> TransportError:
    """The collector could not be reached or the connection broke."""
    cause = "timeout" if isinstance(error, socket.timeout) else str(error) or type(error).__name__
    return TransportError(
        f"Không kết nối được tới {server}: {cause}. Kiểm tra địa chỉ, cổng, đường mạng và máy chủ trung tâm.",
        f"Cannot reach {server}: {cause}. Check address, port, network and collector.",
        permanent=False,
        code="network",
    )
