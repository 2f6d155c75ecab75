"""Receivers of notifications on loopback: an HTTP server that does what it is told, and a mail server."""

import contextlib
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class HttpReceiver:
    """Keeps what was posted; answers as `answers` say, in turn, and 200 once they are used up.

    An answer is a status, or a status with header fields; `hang` answers nothing, `drip` a byte now and then.
    """

    def __init__(self, context=None) -> None:
        self.answers: list = []
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # a client that leaves is no news
        if context is not None:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def url(self, path: str = "", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self._server.server_port}/{path.lstrip('/')}"

    def told(self) -> list[dict]:
        return [json.loads(body) for _, _, body in self.posts]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((self.path, dict(self.headers), body))
                answer = receiver.answers.pop(0) if receiver.answers else 200
                if answer == "hang":
                    receiver.released.wait(30)
                elif answer == "drip":
                    self._drip()
                else:
                    status, fields = answer if isinstance(answer, tuple) else (answer, {})
                    self.send_response(status)
                    for name, value in fields.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            do_GET = do_POST  # noqa: N815 (the name that the library calls)

            def _drip(self):
                with contextlib.suppress(OSError):
                    while not receiver.released.wait(0.05):
                        self.wfile.write(b"H")
                        self.wfile.flush()

            def log_message(self, *_):
                pass

        return Handler


class MailServer:
    """A mail server that keeps what it took; `refuse` is its answer to any recipient."""

    def __init__(self, *, context=None, implicit: bool = False, login: tuple[str, str] | None = None) -> None:
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import SMTP, AuthResult

        self.mails: list = []
        self.refuse = ""
        self.logins: list[tuple[str, str]] = []

        def sign_in(server, session, envelope, mechanism, data):
            given = (data.login.decode(), data.password.decode())
            self.logins.append(given)
            return AuthResult(success=given == login, handled=False)

        class OnLoopback(Controller):
            def factory(self):
                known = {"authenticator": sign_in, "auth_required": True} if login else {}
                plain = {"auth_require_tls": not implicit} if login else {}
                tls = {} if implicit or context is None else {"tls_context": context, "require_starttls": True}
                return SMTP(self.handler, enable_SMTPUTF8=True, hostname="localhost", **known, **plain, **tls)

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        more = {"ssl_context": context} if implicit else {}
        self._controller = OnLoopback(self, hostname="127.0.0.1", port=self.port, **more)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (the library calls it so)
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (the library calls it so)
        self.mails.append(envelope)
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_) -> None:
        self._controller.stop()
