"""TLS as old devices speak it, for checks alone: nothing secret of ours ever goes over it but documented passwords."""

import socket
import ssl
import warnings
from typing import Final

from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols.faults import EndedError, network_reason
from tuanthu_agent.scanner.protocols.seen import Seen, shown
from tuanthu_agent.scanner.protocols.stream import Deadline, opened

OBSOLETE: Final = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})


def legacy_context() -> ssl.SSLContext:
    """From TLS 1.0 on, any cipher, any certificate: a device's own is self-signed and often expired."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


def wrap(sock: socket.socket, seconds: float) -> ssl.SSLSocket:
    """Shake hands within `seconds`; raises OSError, having closed the socket."""
    sock.settimeout(max(seconds, 0.001))
    try:
        return legacy_context().wrap_socket(sock)
    except OSError:
        sock.close()
        raise


def parse_certificate(der: bytes) -> dict[str, str]:
    """Subject and issuer; empty for what is no certificate. Pure."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
        names = {"tls.subject": certificate.subject, "tls.issuer": certificate.issuer}
        return {subject: shown(name.rfc4514_string()) for subject, name in names.items()}
    except ValueError:
        return {}


def read_tls(door: Door, service: Service, seconds: float) -> Seen:
    """The certificate and the newest version that the service agrees to."""
    deadline = Deadline(seconds)
    try:
        with opened(door, service, deadline) as stream:
            sock = stream.sock
            if not isinstance(sock, ssl.SSLSocket):
                return Seen(reason="tls: not a TLS service")
            version = sock.version() or ""
            subjects = {"tls.version": version, **parse_certificate(sock.getpeercert(binary_form=True) or b"")}
    except EndedError as ended:
        return Seen(reason=ended.reason)
    except OSError as error:
        return Seen(reason=network_reason(error))
    return Seen(subjects, ("obsolete-tls",) if version in OBSOLETE else ())
