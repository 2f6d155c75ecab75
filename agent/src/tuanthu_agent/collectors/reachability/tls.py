"""The third step: TLS, verified by the machine's own trust store."""

from __future__ import annotations

import contextlib
import platform
import socket
import ssl
import time
from typing import Any, Callable, Dict, Final, Optional, Tuple

from tuanthu_agent.collectors.reachability.connecting import StepError

TLS_SECONDS: Final = 8.0
DAYS: Final = (180, 90, 60, 30, 14, 7, 3, 1)
VERSIONS: Final = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_EXPIRED: Final = 10
_NOT_YET: Final = 9
_NAME: Final = (62, 63, 64)
"""OpenSSL's codes X509_V_ERR_…: name, e-mail or address mismatch."""
_OLD_REASONS: Final = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "PROTOCOL_VERSION", "WRONG_SSL_VERSION")
Connect = Callable[[], socket.socket]


def make_context() -> ssl.SSLContext:
    """Verifies by the machine's trust store. Reading that store costs more than a handshake: one serves for all."""
    return ssl.create_default_context()


def handshake(context: ssl.SSLContext, connection: socket.socket, host: str) -> ssl.SSLSocket:
    """A verified TLS connection; raises StepError. The given connection is used up either way."""
    return _wrap(context, connection, host)


def by_windows(connect: Connect, host: str) -> Optional[ssl.SSLSocket]:
    """A connection that Windows itself verifies; None where it refuses, too, or this is no Windows.

    Windows keeps few roots at hand and fetches others, and certificates in between, when they are needed, as browsers
    see it; OpenSSL only knows those at hand. What is said of the certificate's expiry stays unknown this way.
    """
    if platform.system() != "Windows":
        return None
    try:
        import truststore
    except ImportError:
        return None
    try:
        return _wrap(truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT), connect(), host)
    except StepError:
        return None


def describe(connection: ssl.SSLSocket) -> Dict[str, Any]:
    """Version, expiry and days left of a verified connection."""
    certificate: Any = connection.getpeercert() or {}
    facts: Dict[str, Any] = {"tls_valid": True}
    version = connection.version()
    if version in VERSIONS:
        facts["tls_version"] = version
    seconds = expiry(certificate.get("notAfter"))
    if seconds is not None:
        facts["tls_expires"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
        facts["tls_days_left"] = days_left(seconds - time.time())
    return facts


def expiry(text: object) -> Optional[int]:
    """The moment that a certificate names (`Jun 26 21:41:46 2027 GMT`), seconds since 1970; None for nonsense."""
    try:
        seconds = ssl.cert_time_to_seconds(str(text))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 253402300800 else None


def days_left(seconds: float) -> int:
    """Whole days, rounded down in steps, so that the fact changes a few times in a certificate's life only."""
    days = int(seconds // 86400)
    return next((step for step in DAYS if days >= step), 0)


def version_spoken(connect: Connect, host: str) -> Optional[str]:
    """The version to which a server agrees with a client that takes every version; None where none. Sends no request.

    For servers whose certificate or version was refused: nothing that is said here is believed but the version.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with contextlib.suppress(ssl.SSLError):  # a library without security levels
        context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with _wrap(context, connect(), host) as connection:
            version = connection.version()
    except StepError:
        return None
    return version if version in VERSIONS else None


def _wrap(context: ssl.SSLContext, connection: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        connection.settimeout(TLS_SECONDS)
        return context.wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        code = certificate_code(error.verify_code)
    except ssl.SSLError as error:
        code = "tls-old-protocol" if (error.reason or "") in _OLD_REASONS else "tls-failed"
    except (socket.timeout, TimeoutError):  # noqa: UP041  two things in Python 3.8
        code = "tls-timeout"
    except (OSError, ValueError):
        code = "tls-failed"
    connection.close()
    raise StepError(code)


def certificate_code(number: int) -> str:
    """Our word for OpenSSL's reason to refuse a certificate."""
    if number == _EXPIRED:
        return "tls-expired"
    if number == _NOT_YET:
        return "tls-not-yet-valid"
    return "tls-name" if number in _NAME else "tls-chain"


def refused(code: str) -> Tuple[bool, Dict[str, Any]]:
    """Whether a failure speaks of the certificate or the version, and what it says as facts."""
    if code in ("tls-expired", "tls-not-yet-valid", "tls-name", "tls-chain"):
        return True, {"tls_valid": False, **({"tls_days_left": 0} if code == "tls-expired" else {})}
    return code in ("tls-old-protocol", "tls-failed"), {}
