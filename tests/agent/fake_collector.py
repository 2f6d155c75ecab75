"""A collector over real HTTPS on loopback, whose answers a test chooses. It verifies signatures as the protocol asks."""

import datetime as dt
import gzip
import hashlib
import http.server
import ipaddress
import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import NameOID

from tuanthu_policy.envelope import b64url_decode, signing_input

NOW = dt.datetime.now(dt.UTC)


def issue(name, issuer=None, *, ca=False):
    """A certificate with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    parent, parent_key = issuer or (None, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.subject if parent else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(parent_key.public_key()), critical=False)
    )
    if not ca:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    else:
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(parent_key, hashes.SHA256()), key


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def fingerprint(certificate):
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def problem(code, status, *, retry=False, last_sequence=None, retry_after=None):
    body = {
        "type": f"urn:tuanthu:error:{code}",
        "title": f"Từ chối: {code}",
        "title_en": f"Refused: {code}",
        "status": status,
        "detail": "chi tiết",
        "detail_en": "detail",
        "retry": retry,
    }
    if last_sequence is not None:
        body["last_sequence"] = last_sequence
    headers = {"Content-Type": "application/problem+json"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return status, headers, json.dumps(body).encode()


@dataclass
class FakeCollector:
    """Keeps reports by sequence number; `script` holds answers to give before the honest ones."""

    folder: object
    key: str = ""
    reports: dict = field(default_factory=dict)
    arrivals: list = field(default_factory=list)
    script: list = field(default_factory=list)
    resend: list = field(default_factory=list)
    enrolments: list = field(default_factory=list)
    authority: str = ""
    scan_order: dict | None = None
    order_requests: list = field(default_factory=list)
    newer: bool = False
    """Whether its answers have fields that no agent of today knows."""

    def __post_init__(self):
        self.ca = issue("CA của máy chủ trung tâm", ca=True)
        certificate, key = issue("localhost", self.ca)
        path = self.folder / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(pem(certificate) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                self.answer(200, {}, pem(outer.ca[0]))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                step = outer.script.pop(0) if outer.script else None
                if step == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    # All that refers to it is closed, so that the number of its handle is not written to afterwards,
                    # when it may be another connection's.
                    for open_one in (self.rfile, self.wfile, self.connection):
                        open_one.close()
                    return
                if step == "lost answer":
                    outer.take(self.path, self.headers, body)
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                self.answer(*(step or outer.take(self.path, self.headers, body)))

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def take(self, path, headers, body):
        """What an honest collector does."""
        if path.endswith("/enrol"):
            request = json.loads(body)
            self.key = request["public_key"]
            self.verify(headers["Tuanthu-Signature"], body, "tuanthu-enrol+json")
            known = [one["public_key"] for one in self.enrolments]
            self.enrolments.append(request)
            answer = {
                "agent": "01a20b99-e4bc-7871-9771-d41d698fbc84",
                "unit_code": "BV-01",
                "unit_name": "Bệnh viện Đa khoa",
                "server_time": NOW.isoformat(),
            }
            if self.authority:
                answer["authority"] = self.authority
            return (200 if request["public_key"] in known else 201), {}, self.told(answer)
        if path.endswith("/scan-order"):
            payload = b64url_decode(headers["Tuanthu-Scan"].encode())
            self.verify(headers["Tuanthu-Signature"], payload, "tuanthu-scan-order+json")
            self.order_requests.append(json.loads(payload))
            return (204, {}, b"") if self.scan_order is None else (200, {}, self.told(self.scan_order))
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Tuanthu-Sent-At"]
        payload = gzip.decompress(body)
        self.verify(headers["Tuanthu-Signature"], payload, "tuanthu-envelope+json")
        envelope = json.loads(payload)
        assert envelope["agent"] == headers["Tuanthu-Agent"]
        number = envelope["sequence"]
        if number in self.reports and self.reports[number] != payload:
            return problem("sequence-conflict", 409, last_sequence=max(self.reports))
        status = "replayed" if number in self.reports else "stored"
        self.reports[number] = payload
        self.arrivals.append(number)
        resend, self.resend = self.resend, []
        answer = {"sequence": number, "status": status, "resend": resend, "missing": [], "server_time": NOW.isoformat()}
        return 200, {}, self.told(answer)

    def told(self, answer):
        return json.dumps(answer | {"later": {"deeper": [1]}} if self.newer else answer).encode()

    def verify(self, signature, payload, typ):
        protected, middle, mark = signature.split(".")
        assert middle == ""
        assert json.loads(b64url_decode(protected.encode())) == {"alg": "Ed25519", "typ": typ}
        public = Ed25519PublicKey.from_public_bytes(b64url_decode(self.key.encode()))
        public.verify(b64url_decode(mark.encode()), signing_input(protected.encode(), payload))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
