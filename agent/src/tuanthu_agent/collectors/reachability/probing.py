"""One service, step by step; every step is timed, the first that fails is named."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any, Dict, Final, List, Optional, Tuple
from urllib.parse import urlsplit

from tuanthu_agent.collectors import web
from tuanthu_agent.collectors.reachability import connecting, tls
from tuanthu_agent.collectors.reachability.connecting import StepError
from tuanthu_agent.collectors.reachability.targets import Target

HTTP_SECONDS: Final = 10.0
_ROUNDED: Final = (100, 300, 1000, 3000, 10000)
_PORTAL: Final = 511
"""Network Authentication Required (RFC 6585)."""


class Probe:
    """What is known of one service so far; a thread fills it, and whoever runs out of patience reads it."""

    def __init__(
        self, target: Target, proxy: Optional[Tuple[str, int]] = None, context: Optional[ssl.SSLContext] = None
    ) -> None:
        self.target = target
        self.proxy = proxy
        self.catches_all = False
        """Whether the resolver was seen to answer for names that do not exist."""
        self._context = context
        self._doubt = ""
        self.step = "dns"
        self.facts: Dict[str, Any] = {}
        self.failure = ""
        self.ended = False
        self._addresses: List[str] = []

    def run(self) -> None:
        """All steps; never raises StepError."""
        try:
            connection = self._connect()
            if self.target.scheme == "https":
                connection = self._handshake(connection)
            with connection:
                self._ask(connection)
        except StepError as error:
            # A false address explains what failed after it.
            self.failure = self._doubt if self._doubt and not error.code.startswith("http-") else error.code
        self.ended = True

    def item(self) -> Dict[str, Any]:
        """The fields of the fact; what has not ended by now has failed at its step."""
        target, ended, facts = self.target, self.ended, dict(self.facts)
        failure = self.failure if ended else f"{self.step}-timeout"
        facts.update(
            id=target.id,
            host=target.host,
            port=target.port,
            required=target.required,
            tls=target.scheme == "https",
            via="proxy" if self.proxy else "direct",
            reachable=not failure,
        )
        if failure:
            facts["failure"] = failure
        return facts

    def _connect(self) -> socket.socket:
        """DNS and TCP."""
        if self.proxy is not None:
            self.step = "tcp"
            began = time.monotonic()
            connection = connecting.through_proxy(self.proxy, self.target.host, self.target.port)
            self._timed("tcp_ms", began)
            return connection
        began = time.monotonic()
        self._addresses = connecting.resolve(self.target.host, self.target.port)
        self._doubt = self._doubt_of_name()
        if self._doubt and self.target.scheme == "http":
            raise StepError(self._doubt)
        self._timed("dns_ms", began)
        self.step = "tcp"
        began = time.monotonic()
        connection = self._open()
        self._timed("tcp_ms", began)
        return connection

    def _doubt_of_name(self) -> str:
        """Why the addresses may be false; empty where nothing speaks against them.

        TLS may still prove the service: a dedicated network of the state has it at an inside address.
        """
        if self.catches_all:
            return "dns-catches-all"
        inside = self.target.public and all(connecting.is_inside(address) for address in self._addresses)
        return "dns-private" if inside else ""

    def _open(self) -> socket.socket:
        if self.proxy is not None:
            return connecting.through_proxy(self.proxy, self.target.host, self.target.port)
        return connecting.connect(self._addresses, self.target.port)

    def _handshake(self, connection: socket.socket) -> socket.socket:
        self.step = "tls"
        began = time.monotonic()
        try:
            secured = tls.handshake(self._context or tls.make_context(), connection, self.target.host)
        except StepError as error:
            accepted = tls.by_windows(self._open, self.target.host) if error.code == "tls-chain" else None
            if accepted is not None:
                self._timed("tls_ms", began)
                self.facts.update(tls.describe(accepted))
                return accepted
            by_itself, facts = tls.refused(error.code)
            self.facts.update(facts)
            version = tls.version_spoken(self._open, self.target.host) if by_itself else None
            if version is not None:
                self.facts["tls_version"] = version
                if error.code == "tls-failed" and version in ("SSLv3", "TLSv1", "TLSv1.1"):
                    raise StepError("tls-old-protocol") from None
            raise
        self._timed("tls_ms", began)
        self.facts.update(tls.describe(secured))
        return secured

    def _ask(self, connection: socket.socket) -> None:
        """One GET of which only the head is read."""
        self.step = "http"
        target = self.target
        began = time.monotonic()
        standard = {"https": 443, "http": 80}[target.scheme]
        host = target.host if target.port == standard else f"{target.host}:{target.port}"
        try:
            answer = web.converse(connection, web.request("GET", host, target.path), began + HTTP_SECONDS)
        except web.WebError as error:
            raise StepError(f"http-{error.code}") from None
        self._timed("http_ms", began)
        self.facts["http_status"] = answer.status
        elsewhere = redirect_host(answer.fields.get("location", ""), target.host)
        if elsewhere:
            self.facts["redirect_host"] = elsewhere
        failure = judge_answer(target, answer.status, elsewhere)
        if failure:
            raise StepError(failure)

    def _timed(self, name: str, began: float) -> None:
        milliseconds = (time.monotonic() - began) * 1000
        self.facts[name] = next((step for step in _ROUNDED if milliseconds <= step), _ROUNDED[-1])


def redirect_host(location: str, own: str) -> str:
    """The other host to which an answer leads; empty where it stays or leads nowhere. Pure and total."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        return ""
    host = host.rstrip(".")
    same = host in ("", own, f"www.{own}") or own == f"www.{host}"
    return "" if same or not host.isascii() or len(host) > 253 else host


def judge_answer(target: Target, status: int, elsewhere: str) -> str:
    """Which of our failures an answer is; empty for one that counts.

    Without TLS nobody vouches for who answers: one that leads elsewhere is taken for a captive portal's.
    """
    if status == _PORTAL:
        return "http-portal"
    if elsewhere and target.scheme == "http":
        return "http-redirect-elsewhere"
    return "" if f"{status // 100}xx" in target.expected else "http-status"
