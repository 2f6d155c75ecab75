"""A small browser: one request at a time, each on a connection of its own, within one deadline.

It follows no redirect, and sends a password only for a request that asks for Basic or Digest, after the device has
refused the same request without one.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols.digest import (
    Use,
    basic_authorization,
    digest_authorization,
    is_stale,
    pick_digest,
)
from tuanthu_agent.scanner.protocols.faults import mismatch, unclear
from tuanthu_agent.scanner.protocols.http.jar import Jar
from tuanthu_agent.scanner.protocols.http.response import MOST_RECEIVED, Received, read_response
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream
from tuanthu_agent.scanner.protocols.tls import OBSOLETE, wrap
from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.challenges import parse_challenges
from tuanthu_policy.devices.rendering import Rendered

_AGENT: Final = "Mozilla/5.0 (compatible; Tuanthu)"


class Browser:
    """The state of one login: cookies and, once it began so, an account for Basic or Digest."""

    def __init__(
        self, door: Door, service: Service, deadline: Deadline, account: tuple[str, str] | None = None
    ) -> None:
        self._door = door
        self._service = service
        self.deadline = deadline
        self._account = account
        self._scheme: str | None = None
        self._jar = Jar()
        self.tls_version: str | None = None
        self.certificate: bytes | None = None

    @property
    def host(self) -> str:
        """Address and port as `Host` has them."""
        address = f"[{self._service.address}]" if ":" in self._service.address else self._service.address
        usual = 443 if self._service.tls else 80
        return address if self._service.port == usual else f"{address}:{self._service.port}"

    @property
    def origin(self) -> str:
        """Scheme and host."""
        return f"{'https' if self._service.tls else 'http'}://{self.host}"

    @property
    def exposures(self) -> tuple[str, ...]:
        """What the connections themselves showed."""
        if not self._service.tls:
            return ("http-without-tls",)
        return ("obsolete-tls",) if self.tls_version in OBSOLETE else ()

    def forget(self) -> None:
        """Keep the cookies and drop the account: a refused one is never sent a second time."""
        self._account = None
        self._scheme = None

    def get(self, path: str) -> Received:
        """A page for everybody; it may be cut. Raises EndedError, OSError, OutOfScopeError."""
        return self._exchange(Rendered("GET", path, auth="none"), None)

    def send(self, request: Rendered, ends: Callable[[Answer], bool] = lambda _answer: False) -> Answer:
        """A request as its `auth` says; where `ends` holds for the challenge, that is the answer and nothing more is
        sent. Raises EndedError, OSError, OutOfScopeError."""
        if request.auth in {"basic", "digest"}:
            self._scheme = request.auth
        scheme = None if request.auth == "none" or self._account is None else self._scheme
        if scheme is None:
            return self._plain(request)
        if scheme == "basic" and request.auth == "session":
            return self._authorised_basic(request)
        challenge = self._plain(msgspec.structs.replace(request, auth="session"))
        if challenge.status != 401 or ends(challenge):
            if challenge.status < 400 and not self._is_in_session(request):
                raise unclear(f"open-without-credentials: status {challenge.status}")
            return challenge
        if scheme == "digest":
            return self._authorised_digest(request, challenge)
        if _refuses_basic(challenge):
            raise mismatch("basic-not-offered: 401")
        return self._authorised_basic(request)

    def _is_in_session(self, request: Rendered) -> bool:
        """Some devices give a cookie for Digest and ask no more: then it was no request without credentials."""
        return request.auth == "session" and bool(self._jar.field(""))

    def _plain(self, request: Rendered, authorization: str | None = None) -> Answer:
        received = self._exchange(request, authorization)
        if received.cut:
            raise unclear("too-long: body")
        if request.auth != "none":
            self._jar.learn(received.answer)
        return received.answer

    def _authorised_basic(self, request: Rendered) -> Answer:
        user, password = self._account or ("", "")
        answer = self._plain(request, basic_authorization(user, password))
        if answer.status == 401 and _refuses_basic(answer):
            raise mismatch("basic-not-offered: 401")
        return answer

    def _authorised_digest(self, request: Rendered, challenged: Answer) -> Answer:
        user, password = self._account or ("", "")
        for _ in range(2):
            challenge = pick_digest(parse_challenges(challenged.header("www-authenticate")))
            if challenge is None:
                raise mismatch("no-usable-digest: 401")
            use = Use(request.method, request.path)
            challenged = self._plain(request, digest_authorization(challenge, user, password, use))
            again = pick_digest(parse_challenges(challenged.header("www-authenticate")))
            if challenged.status != 401 or not is_stale(again):
                return challenged
        raise unclear("stale-nonce: twice")

    def _exchange(self, request: Rendered, authorization: str | None) -> Received:
        with self._connection() as stream:
            stream.send(self._head(request, authorization) + request.body)
            return read_response(stream, without_body=request.method == "HEAD")

    def _head(self, request: Rendered, authorization: str | None) -> bytes:
        own = {name.lower(): (name, value) for name, value in request.headers}
        given = own.pop("cookie", ("", ""))[1]
        cookie = given if request.auth == "none" else self._jar.field(given)
        lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {self.host}", "Accept: */*", "Connection: close"]
        if "user-agent" not in own:
            lines.append(f"User-Agent: {_AGENT}")
        lines += [f"{name}: {value}" for name, value in own.values()]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        if authorization:
            lines.append(f"Authorization: {authorization}")
        if request.body or request.method in {"POST", "PUT"}:
            lines.append(f"Content-Length: {len(request.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")

    @contextmanager
    def _connection(self) -> Iterator[Stream]:
        seconds = max(self.deadline.left(), 0.001)
        sock = self._door.connect("http", self._service.address, self._service.port, seconds)
        try:
            if self._service.tls:
                secured = wrap(sock, self.deadline.left())
                sock = secured
                self._note(secured)
            yield Stream(sock, self.deadline, MOST_RECEIVED)
        finally:
            sock.close()

    def _note(self, sock: ssl.SSLSocket) -> None:
        self.tls_version = sock.version()
        self.certificate = sock.getpeercert(binary_form=True)


def _refuses_basic(answer: Answer) -> bool:
    """A 401 that asks for other schemes says nothing about an account that came by Basic."""
    schemes = {one.scheme for one in parse_challenges(answer.header("www-authenticate"))}
    return bool(schemes) and "basic" not in schemes
