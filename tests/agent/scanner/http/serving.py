"""A door to loopback alone, and a scripted server."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field


class LoopbackDoor:
    """Connects to 127.0.0.1 only, and counts what is open at once."""

    def __init__(self):
        self.open = 0
        self.most = 0
        self.connections = 0
        self.protocols = set()

    def connect(self, protocol, address, port, timeout):
        assert address == "127.0.0.1"
        self.protocols.add(protocol)
        door = self

        class Counted(socket.socket):
            counted = False

            def close(self):
                if self.counted:
                    self.counted = False
                    door.open -= 1
                super().close()

            def detach(self):
                if self.counted:
                    self.counted = False
                    door.open -= 1
                return super().detach()

        sock = Counted(socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(timeout)
        try:
            sock.connect((address, port))
        except OSError:
            sock.close()
            raise
        sock.counted = True
        self.open += 1
        self.connections += 1
        self.most = max(self.most, self.open)
        return sock

    def datagram(self, protocol, address, port, payload, timeout):
        raise AssertionError("HTTP sends no datagram")

    def permitted(self, protocol, address):
        return True


@dataclass
class Request:
    """What a client sent."""

    method: str
    path: str
    headers: list = field(default_factory=list)
    body: bytes = b""

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


RESET = object()
"""Close with a reset."""


def reply(status=200, body=b"", *headers, length=True):
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drip(data, pause=0.05):
    """One byte at a time."""
    for place in range(len(data)):
        yield data[place : place + 1]
        time.sleep(pause)


class Scripted:
    """Answers each connection with what `handler(request)` gives: bytes, or a sequence of bytes and RESET."""

    def __init__(self, handler, context=None):
        self.handler = handler
        self.requests = []
        self.connections = 0
        self._context = context
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while not self._ended.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with contextlib.suppress(OSError, ValueError):
                sock.settimeout(5)
                if self._context is not None:
                    sock = self._context.wrap_socket(sock, server_side=True)
                self._answer(sock)
            with contextlib.suppress(OSError):
                sock.close()

    def _answer(self, sock):
        request = _read(sock)
        if request is None:
            return
        self.requests.append(request)
        given = self.handler(request)
        for piece in [given] if isinstance(given, bytes) else given:
            if self._ended.is_set():
                return
            if piece is RESET:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            sock.sendall(piece)

    def close(self):
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


def _read(sock):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    method, path, _ = first.split(" ")
    request = Request(method, path, [tuple(line.split(": ", 1)) for line in lines])
    while len(body) < int(request.header("Content-Length") or 0):
        body += sock.recv(65536)
    request.body = body
    return request


def tls_context(certificate, key, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    if version is not None:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
    context.load_cert_chain(certificate, key)
    return context


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]
