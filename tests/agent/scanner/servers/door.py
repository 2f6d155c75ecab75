"""A door onto loopback alone, which counts what goes through it."""

import socket
import ssl
import threading


class CountedSocket(socket.socket):
    """A TCP socket that tells its door when it ends, TLS on top of it included."""

    door = None

    def close(self):
        door, self.door = self.door, None
        if door is not None:
            door.closed()
        super().close()

    def detach(self):
        door, self.door = self.door, None
        if door is not None:
            door.wrapped()
        return super().detach()


class LoopDoor:
    """Connects to loopback; anything else fails the test."""

    def __init__(self):
        self.opened = 0
        self.open = 0
        self.most = 0
        self.datagrams = 0
        self._lock = threading.Lock()

    def connect(self, protocol, address, port, timeout):
        assert address == "127.0.0.1"
        plain = socket.create_connection((address, port), timeout)
        counted = CountedSocket(fileno=plain.detach())
        counted.settimeout(timeout)
        with self._lock:
            self.opened += 1
            self.open += 1
            self.most = max(self.most, self.open)
        counted.door = self
        return counted

    def closed(self):
        with self._lock:
            self.open -= 1

    def wrapped(self):
        """TLS takes the descriptor over and closes it itself; it is no longer followed."""
        self.closed()

    def datagram(self, protocol, address, port, payload, timeout):
        assert address == "127.0.0.1"
        self.datagrams += 1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.connect((address, port))
            sock.send(payload)
            try:
                return [sock.recv(65535)]
            except TimeoutError:
                return []

    def permitted(self, protocol, address):
        return address == "127.0.0.1"


def server_tls(certificate):
    """A TLS context of a server, with a certificate and its key in one file."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made
