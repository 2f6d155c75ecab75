"""Sockets whose whole life is bounded: a device that drips a byte a second outlives neither its time nor its size."""

import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, Final

DEFAULT_SECONDS: Final = 60.0
DEFAULT_BYTES: Final = 4 * 1024 * 1024
_SLICE: Final = 64 * 1024


class BoundExceededError(OSError):
    """The connection used up its time or its bytes. No TimeoutError: waiting longer cannot help."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """`deadline-exceeded` or `too-much`."""


class Bound:
    """What is left of a connection's time and bytes; shared by a socket and the TLS on top of it."""

    def __init__(self, seconds: float, most_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._bytes = most_bytes

    def tighten(self, seconds: float, most_bytes: int | None) -> None:
        """Make it shorter or smaller; never longer or larger."""
        self._end = min(self._end, self._clock() + seconds)
        if most_bytes is not None:
            self._bytes = min(self._bytes, most_bytes)

    def wait(self, wanted: float | None) -> float | None:
        """How long one call may wait, which may be 0 (not at all); raises BoundExceededError."""
        left = self._end - self._clock()
        if left <= 0:
            raise BoundExceededError("deadline-exceeded")
        return left if wanted is None else min(wanted, left)

    def take(self, count: int) -> None:
        """Count bytes that came in; raises BoundExceededError."""
        self._bytes -= count
        if self._bytes < 0:
            raise BoundExceededError("too-much")


class _Bounded(socket.socket):
    """Each call waits no longer than its own timeout and than what is left of the whole."""

    bound: Bound | None = None
    _wanted: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        """How long one call may wait; the whole life stays bounded."""
        self._wanted = value
        super().settimeout(value)

    def setblocking(self, flag: bool, /) -> None:  # noqa: FBT001  the signature of sockets
        """As `settimeout(None)` or `settimeout(0.0)`."""
        self.settimeout(None if flag else 0.0)

    def gettimeout(self) -> float | None:
        """What `settimeout` was given."""
        return self._wanted

    def _turn(self) -> None:
        if self.bound is not None:
            super().settimeout(self.bound.wait(self._wanted))

    def _came(self, count: int) -> None:
        if self.bound is not None:
            self.bound.take(count)

    def _out(self, error: OSError) -> OSError:
        """A wait that ended because the whole was over says so."""
        if isinstance(error, TimeoutError) and self.bound is not None:
            try:
                self.bound.wait(None)
            except BoundExceededError as over:
                return over
        return error

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """See socket.socket."""
        self._turn()
        try:
            data = super().recv(buflen, flags)
        except OSError as error:
            raise self._out(error) from None
        self._came(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """See socket.socket."""
        self._turn()
        try:
            count = super().recv_into(buffer, nbytes or memoryview(buffer).nbytes, flags)
        except OSError as error:
            raise self._out(error) from None
        self._came(count)
        return count

    def send(self, data: Any, flags: int = 0, /) -> int:
        """See socket.socket."""
        self._turn()
        try:
            return super().send(data, flags)
        except OSError as error:
            raise self._out(error) from None

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """See socket.socket; in slices, so that a peer that takes a byte a second is not waited for anew each time."""
        view = memoryview(data).cast("B")
        while view.nbytes:
            view = view[self.send(view[:_SLICE], flags) :]


class BoundedSocket(_Bounded):
    """A TCP connection with a bound. What is not bounded is refused."""

    def recvfrom(self, *_: Any, **__: Any) -> Any:
        """Not on connections."""
        raise NotImplementedError("recvfrom")

    def recvfrom_into(self, *_: Any, **__: Any) -> Any:
        """Not on connections."""
        raise NotImplementedError("recvfrom_into")

    def recvmsg(self, *_: Any, **__: Any) -> Any:
        """Not on connections."""
        raise NotImplementedError("recvmsg")

    def recvmsg_into(self, *_: Any, **__: Any) -> Any:
        """Not on connections."""
        raise NotImplementedError("recvmsg_into")


class BoundedTls(_Bounded, ssl.SSLSocket):
    """TLS on a bounded connection."""


def bounded(family: int, bound: Bound) -> BoundedSocket:
    """A new TCP socket that is bounded from the first call on; not connected."""
    made = BoundedSocket(family, socket.SOCK_STREAM)
    made.bound = bound
    return made


def tighten(sock: socket.socket, seconds: float, most_bytes: int | None = None) -> None:
    """Let the rest of a connection's life be at most so long and large; of no effect on sockets from elsewhere."""
    if isinstance(sock, _Bounded) and sock.bound is not None:
        sock.bound.tighten(seconds, most_bytes)


def secure(sock: socket.socket, context: ssl.SSLContext, name: str | None = None) -> ssl.SSLSocket:
    """TLS on a connection, the handshake done, its bounds kept; takes the socket over and closes it where that fails.

    Raises OSError (ssl.SSLError among them). `context` is used for this connection alone: its socket class is set.
    """
    bound = sock.bound if isinstance(sock, _Bounded) else None
    wanted = sock.gettimeout()
    context.sslsocket_class = BoundedTls
    try:
        tls = context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
    except BaseException:
        sock.close()
        raise
    try:
        if isinstance(tls, BoundedTls):
            tls.bound = bound
            tls.settimeout(wanted)
            tls._turn()  # noqa: SLF001  the same room
        tls.do_handshake()
    except BaseException:
        tls.close()
        raise
    return tls
