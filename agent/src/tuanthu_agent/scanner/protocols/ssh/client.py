"""paramiko held to one connection, bounded bytes, no log, and answers told apart from hang-ups.

paramiko's own `auth_password` raises one and the same error for a refusal, a hang-up and silence; only the first is
knowledge. So the answers are noted here as they arrive.
"""

import logging
import socket
import threading
from contextlib import suppress
from typing import Any, Final

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.message import Message

from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.faults import EndedError, closed, mismatch, silent, unclear
from tuanthu_agent.scanner.protocols.seen import shown
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_policy.devices.verdict import AttemptOutcome

_MOST_BYTES: Final = 512 * 1024
_MOST_PROMPTS: Final = 8
_BY_APPLICATION: Final = 11
_QUIET: Final = "tuanthu_agent.scanner.ssh.quiet"


class BoundedSocket:
    """A socket as paramiko uses it, which ends after so many bytes."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._received = 0
        self._closed = False  # paramiko reads it

    def recv(self, count: int) -> bytes:
        """As a socket's."""
        piece = self._sock.recv(count)
        self._received += len(piece)
        return piece if self._received <= _MOST_BYTES else b""

    def send(self, data: bytes) -> int:
        """As a socket's."""
        return self._sock.send(data)

    def settimeout(self, seconds: float | None) -> None:
        """As a socket's."""
        self._sock.settimeout(seconds)

    def close(self) -> None:
        """As a socket's."""
        self._closed = True
        self._sock.close()


class WatchedTransport(paramiko.Transport):
    """Notes with which words the server hung up."""

    farewell = ""

    def _parse_disconnect(self, m: Message) -> None:
        m.get_int()
        self.farewell = shown(m.get_binary())


class Answers(AuthHandler):
    """Notes each answer to a request for authentication; a question is answered with the password once at most."""

    def __init__(self, transport: paramiko.Transport) -> None:
        super().__init__(transport)
        self.methods: tuple[str, ...] | None = None
        """What the server says can go on, once it refused."""
        self.partial = False
        self.change = False
        self.question = False
        self.notice = ""
        self._secret: str | None = None

    def ask(self, method: str, user: str, password: str | None) -> threading.Event:
        """Send one request; the event is set at its answer."""
        again = self.methods is not None
        self.methods, self.partial, self.notice = None, False, ""
        self.auth_event = threading.Event()
        self.auth_method, self.username, self.password, self._secret, self.submethods = (
            method,
            user,
            password,
            password,
            "",
        )
        if again:
            # The service was asked for already; some servers mind being asked twice.
            accepted = Message()
            accepted.add_string("ssh-userauth")
            handler: Any = self
            handler._parse_service_accept(Message(accepted.asbytes()))  # noqa: SLF001  of the class above
        else:
            with self.transport.lock:
                paramikos: Any = super()
                paramikos._request_auth()  # noqa: SLF001  of the class above
        return self.auth_event

    def _parse_userauth_failure(self, m: Message) -> None:
        methods = tuple(shown(word, 40) for word in m.get_binary().decode("ascii", "replace").split(",")[:16])
        self.partial = m.get_boolean()
        self.methods = methods
        self._over()

    def _parse_userauth_banner(self, m: Message) -> None:
        self.notice = shown(m.get_binary(), words.LONGEST)

    def _parse_userauth_info_request(self, m: Message) -> None:
        if self.auth_method == "password":
            # The same number is SSH_MSG_USERAUTH_PASSWD_CHANGEREQ here (RFC 4252, 8).
            self.change = True
            self._over()
            return
        texts = [shown(m.get_binary()), shown(m.get_binary())]
        m.get_binary()
        count = m.get_int()
        prompts = [(shown(m.get_binary()), m.get_boolean()) for _ in range(min(count, _MOST_PROMPTS))]
        texts += [text for text, _ in prompts]
        self._answer(" ".join(texts), prompts)

    def _answer(self, text: str, prompts: list[tuple[str, bool]]) -> None:
        if not prompts:
            self._respond()
        elif words.says_change(text):
            self.change = True
            self._over()
        elif self._secret is None or len(prompts) != 1 or prompts[0][1]:
            self.question = True
            self._over()
        else:
            secret, self._secret = self._secret, None
            self._respond(secret)

    def _respond(self, *answers: str) -> None:
        response = Message()
        response.add_byte(b"\x3d")
        response.add_int(len(answers))
        for answer in answers:
            response.add_string(answer)
        self.send(response)

    def send(self, message: Message) -> None:
        """Send one message of the transport."""
        transport: Any = self.transport
        send = transport._send_message  # noqa: SLF001  as paramiko's own handlers do
        send(message)

    def _over(self) -> None:
        if self.auth_event is not None:
            self.auth_event.set()


class Client:
    """One SSH connection."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        quiet = logging.getLogger(_QUIET)
        quiet.disabled = True
        self._deadline = deadline
        bounded: Any = BoundedSocket(sock)
        self.transport = WatchedTransport(bounded)
        self.transport.set_log_channel(_QUIET)
        self.transport.banner_timeout = self.transport.auth_timeout = deadline.left()
        self.transport.handshake_timeout = deadline.left()
        self.answers = Answers(self.transport)

    def agree(self) -> None:
        """Exchange keys; the host key is not kept. Raises EndedError."""
        try:
            self.transport.start_client(timeout=max(self._deadline.left(), 0.001))
        except paramiko.ssh_exception.IncompatiblePeer:
            raise mismatch("ssh-agree: no common algorithm") from None
        except (paramiko.SSHException, OSError, EOFError):
            self._hung_up("in the key exchange")
            raise unclear("ssh-exchange: failed") from None
        self.transport.auth_handler = self.answers

    def login(self, method: str, user: str, password: str | None = None) -> bool:
        """Ask once; whether it was accepted. What else was answered stands in `answers`. Raises EndedError."""
        answered = self.answers.ask(method, user, password)
        while not answered.wait(0.02):
            if self._deadline.left() <= 0:
                raise silent("no answer to a login")
            if not self.transport.is_active():
                break
        known = self.answers.methods is not None or self.answers.change or self.answers.question
        if not known and not self.answers.is_authenticated():
            self._hung_up("without an answer to a login")
            raise closed("without an answer to a login")
        return self.answers.is_authenticated()

    def _hung_up(self, when: str) -> None:
        if words.says_locked(self.transport.farewell):
            raise EndedError(AttemptOutcome.LOCKED, f"locked: the server says so {when}")
        if self._deadline.left() <= 0:
            raise silent(when)
        if not self.transport.is_active() and not self.transport.remote_version:
            raise closed("at accept")

    def session(self) -> bool:
        """Open a session and close it; nothing is run in it."""
        try:
            channel = self.transport.open_session(timeout=max(self._deadline.left(), 0.001))
        except (paramiko.SSHException, OSError, EOFError):
            return False
        channel.close()
        return True

    def close(self) -> None:
        """Say goodbye, so that the server ends the session at once; end the connection and its thread."""
        if self.transport.is_active():
            goodbye = Message()
            goodbye.add_byte(b"\x01")
            goodbye.add_int(_BY_APPLICATION)
            goodbye.add_string("")
            goodbye.add_string("")
            with suppress(paramiko.SSHException, OSError, EOFError):
                self.answers.send(goodbye)
        self.transport.close()
