"""Enrolling this machine: trust the collector's CA by its fingerprint, prove possession of the key, keep who we are."""

import hashlib
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tuanthu_agent import identity as identities
from tuanthu_agent import reenrolment, signing
from tuanthu_agent.config import Config
from tuanthu_agent.errors import EnrolmentError, TransportError
from tuanthu_agent.files import write_private
from tuanthu_agent.host import Host
from tuanthu_agent.identity import Identity
from tuanthu_agent.logs import log
from tuanthu_agent.published.publisher import publisher_of
from tuanthu_agent.stating import clean_fingerprint, describe
from tuanthu_agent.transport import API, Transport, network_error
from tuanthu_policy.envelope import (
    ENROL_TYPE,
    SCHEMA_VERSION,
    SIGNATURE_FIELD,
    EnrolRequest,
    EnrolResponse,
    MachineIdentity,
)

MOST_CA_BYTES: Final = 64 * 1024


def fetch_ca(server: str, fingerprint: str, timeouts: tuple[float, float], proxy: str = "") -> bytes:
    """The collector's CA certificate (PEM), fetched without trust and kept only if its fingerprint is the given one.

    Raises EnrolmentError where it is another, TransportError where it cannot be fetched.
    """
    wanted = clean_fingerprint(fingerprint)
    session = requests.Session()
    session.trust_env = False
    if proxy:
        session.proxies = {"https": proxy}
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            session.get(  # the fingerprint is what decides
                server + API + "ca.pem",
                timeout=timeouts,
                verify=False,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            response.raise_for_status()
            pem = response.raw.read(MOST_CA_BYTES, decode_content=True)
    except requests.exceptions.RequestException as error:
        raise network_error(server, error) from None
    finally:
        session.close()
    return match_fingerprint(pem, wanted)


def match_fingerprint(pem: bytes, wanted: str) -> bytes:
    """The one certificate with that SHA-256 (hex, of its DER) among those fetched; raises EnrolmentError."""
    found = []
    for certificate in read_certificates(pem):
        actual = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
        if actual == wanted:
            return certificate.public_bytes(Encoding.PEM)
        found.append(actual)
    shown = ", ".join(found) or "-"
    raise EnrolmentError(
        f"Máy chủ đưa ra chứng thư có dấu vân tay {shown}, không phải {wanted}. "
        "Có thể có kẻ đứng giữa, hoặc dấu vân tay chép sai. Không ghi danh.",
        f"The server shows a certificate with fingerprint {shown}, not {wanted}. "
        "Somebody may be in between, or the fingerprint was copied wrongly. Not enrolled.",
    )


def read_certificates(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file; none if it holds no sound one."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        return []


def read_ca_file(path: Path) -> bytes:
    """A CA certificate given as a file; raises EnrolmentError."""
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise EnrolmentError(
            f"Không đọc được {path}: {error.strerror}", f"Cannot read {path}: {error.strerror}"
        ) from None
    if not read_certificates(pem):
        raise EnrolmentError(f"{path} không chứa chứng thư PEM nào", f"{path} holds no PEM certificate")
    return pem


def describe_machine(host: Host, config: Config, role: str, owner: str, location: str) -> MachineIdentity:
    """What the machine says of itself."""
    return MachineIdentity(**describe(host, config.hostname, role, owner, location))


def enrol(config: Config, server: str, token: str, ca: bytes | None, machine: MachineIdentity) -> Identity:
    """Ask to be enrolled and keep the identity that is given.

    Asking again with the same token after a lost answer gives the same agent: the key is made once and kept. Raises
    EnrolmentError, TransportError, IdentityError.
    """
    signer = signing.load_or_create(config.data_dir)
    pin = config.data_dir / identities.CA_NAME
    if ca is not None:
        write_private(pin, ca)
    request = EnrolRequest(
        schema_version=SCHEMA_VERSION,
        token=token.strip(),
        public_key=signer.public_key,
        created_at=datetime.now(UTC),
        machine=machine,
    )
    body = msgspec.json.encode(request)
    timeouts = (float(config.connect_seconds), float(config.read_seconds))
    transport = Transport(server, pin if ca is not None else None, timeouts, config.proxy)
    try:
        _, answer = transport.post("enrol", body, {SIGNATURE_FIELD: signer.sign(body, ENROL_TYPE)})
        response = msgspec.json.decode(answer, type=EnrolResponse)
        publisher = pinned_publisher(transport)
    except msgspec.DecodeError as error:
        raise TransportError(
            f"{server} trả lời không đúng giao thức: {error}",
            f"{server} does not speak the protocol: {error}",
            permanent=False,
            code="not-a-collector",
        ) from None
    finally:
        transport.close()
    identity = Identity(
        agent=response.agent,
        server=server,
        unit_code=response.unit_code,
        unit_name=response.unit_name,
        enrolled_at=datetime.now(UTC),
        pinned=ca is not None,
        public_key=signer.public_key,
        role=machine.role,
        owner=stated(machine.owner),
        location=stated(machine.location),
        authority=stated(response.authority),
        publisher=publisher,
    )
    identities.save(config.data_dir, identity)
    log.info("enrolled", agent=identity.agent, unit=identity.unit_code, server=server)
    return identity


def pinned_publisher(transport: Transport) -> str:
    """The key that signs the collector's bundles; empty where it cannot be had now: it is pinned with the first one."""
    try:
        return publisher_of(transport)
    except TransportError as error:
        log.info("no-publisher", code=error.code, detail=error.en)
        return ""


def stated(text: str | msgspec.UnsetType) -> str:
    """What was stated of the machine; empty where nothing was."""
    return "" if isinstance(text, msgspec.UnsetType) else text


def enrol_again(config: Config, server: str, token: str, ca: bytes | None, machine: MachineIdentity) -> Identity:
    """Enrol with a new key; until that has succeeded the former identity stays in use. Raises as `enrol`."""
    stage = config.data_dir / reenrolment.STAGE
    identity = enrol(msgspec.structs.replace(config, data_dir=stage), server, token, ca, machine)
    reenrolment.finish(config.data_dir)
    return identity
