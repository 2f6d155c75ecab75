"""Requests to the collector: verified by the pinned CA alone, bounded in time, with its refusals as typed errors."""

import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import requests
import truststore
from requests.adapters import HTTPAdapter

from tuanthu_agent import __version__
from tuanthu_agent.errors import TransportError
from tuanthu_policy.envelope import Problem

PROBLEM_PREFIX: Final = "urn:tuanthu:error:"
MOST_ANSWER_BYTES: Final = 256 * 1024
LONGEST_RETRY_AFTER: Final = 24 * 3600.0
API: Final = "/agent/v1/"
DONE: Final = (200, 201, 204)
"""With 204 there is nothing to say."""
UNCHANGED: Final = 304


class _TrustStoreAdapter(HTTPAdapter):
    """Verifies by the machine's own trust store."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002  the base's signature
        # The base class would add the bundle of certificates that came with requests.
        conn.cert_reqs = "CERT_REQUIRED"


class Transport:
    """A session with one collector."""

    def __init__(self, server: str, ca: Path | None, timeouts: tuple[float, float], proxy: str = "") -> None:
        """`ca` None: the machine's trust store. `timeouts`: to connect and between bytes, in seconds."""
        self._base = server.rstrip("/") + API
        self._timeouts = timeouts
        self._session = requests.Session()
        # Neither proxies nor CA bundles nor passwords of the environment may come between agent and collector.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = f"tuanthu-agent/{__version__}"
        self._verify: bool | str = True if ca is None else str(ca)
        if ca is None:
            self._session.mount("https://", _TrustStoreAdapter())
        if proxy:
            self._session.proxies = {"https": proxy}

    def post(self, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]) -> tuple[int, bytes]:
        """Status (200, 201 or 204) and body; raises TransportError for every other outcome."""
        with self.posted(path, body, {"Content-Type": "application/json"} | headers) as response:
            return response.status_code, read_bounded(response)

    @contextmanager
    def posted(
        self, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]
    ) -> Generator[requests.Response, None, None]:
        """An answer of status 200, 201 or 204, its body still to be read; raises TransportError for any other outcome.

        What goes wrong while the body is read is raised as TransportError, too.
        """
        with self._answered("POST", path, headers, body) as response:
            yield response

    def get(self, path: str, headers: dict[str, str], most: int = MOST_ANSWER_BYTES) -> tuple[int, bytes]:
        """Status (200, 204 or 304) and body of at most so many bytes; raises TransportError for every other outcome."""
        with self._answered("GET", path, headers) as response:
            return response.status_code, read_bounded(response, most)

    @contextmanager
    def _answered(
        self, method: str, path: str, headers: dict[str, str], body: bytes | Iterator[bytes] | None = None
    ) -> Generator[requests.Response, None, None]:
        try:
            with self._session.request(
                method,
                self._base + path,
                data=body,
                headers=headers,
                timeout=self._timeouts,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code not in DONE and not (method == "GET" and response.status_code == UNCHANGED):
                    raise refusal(self._base, response, read_bounded(response))
                yield response
        except requests.exceptions.SSLError as error:
            raise tls_error(self._base, error) from None
        except OSError as error:  # all of requests' own, and a pinned certificate that has just been taken away
            raise network_error(self._base, error) from None

    def close(self) -> None:
        """End the connection."""
        self._session.close()


def read_bounded(response: requests.Response, most: int = MOST_ANSWER_BYTES) -> bytes:
    """The body, up to a bound that no honest answer reaches."""
    body = b""
    for part in response.iter_content(16384):
        body += part
        if len(body) > most:
            raise requests.exceptions.ContentDecodingError("answer too long")
    return body


def tls_error(server: str, error: Exception) -> TransportError:
    """The connection cannot be trusted. Not permanent: certificates get mended."""
    cause = root_cause(error)
    return TransportError(
        f"Không tin được kết nối tới {server}: {cause}. Kiểm tra chứng thư và dấu vân tay CA của máy chủ trung tâm.",
        f"The connection to {server} cannot be trusted: {cause}. Check the collector's certificate and CA fingerprint.",
        permanent=False,
        code="tls",
    )


def root_cause(error: BaseException) -> str:
    """The innermost of wrapped errors: what the operating system said."""
    inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
    deeper = getattr(error, "reason", None) or inner or error.__cause__ or error.__context__
    return root_cause(deeper) if isinstance(deeper, BaseException) else str(error) or type(error).__name__


def network_error(server: str, error: Exception) -> TransportError:
    """The collector could not be reached or the connection broke."""
    cause = root_cause(error)
    return TransportError(
        f"Không kết nối được tới {server}: {cause}. Kiểm tra địa chỉ, cổng, đường mạng và máy chủ trung tâm.",
        f"Cannot reach {server}: {cause}. Check address, port, network and collector.",
        permanent=False,
        code="network",
    )


def refusal(server: str, response: requests.Response, body: bytes) -> TransportError:
    """What the collector (or something that is not it) said instead of yes."""
    retry_after = parse_retry_after(response.headers.get("Retry-After"))
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.DecodeError:
        problem = None
    if problem is None or not problem.type.startswith(PROBLEM_PREFIX):
        # A proxy or a log-in page on the way: no reason to give up a report.
        return TransportError(
            f"{server} trả lời HTTP {response.status_code}, không phải câu trả lời của máy chủ Tuanthu",
            f"{server} answered HTTP {response.status_code}, which is no answer of a Tuanthu collector",
            permanent=False,
            code="not-a-collector",
            retry_after=retry_after,
        )
    last = problem.last_sequence
    return TransportError(
        ": ".join(text for text in (problem.title, problem.detail) if text),
        ": ".join(text for text in (problem.title_en, problem.detail_en) if text),
        permanent=not problem.retry,
        code=problem.type.removeprefix(PROBLEM_PREFIX),
        retry_after=retry_after,
        last_sequence=None if last is msgspec.UNSET else last,
    )


def parse_retry_after(text: str | None) -> float | None:
    """Seconds to wait: `Retry-After` as a number or an HTTP date; None if absent or senseless; at most a day."""
    if text is None:
        return None
    try:
        seconds = float(int(text)) if text.strip().isdecimal() else _until(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def _until(text: str) -> float:
    moment = parsedate_to_datetime(text)
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
