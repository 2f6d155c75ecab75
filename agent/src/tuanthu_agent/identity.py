"""Who this agent is to its collector: `identity.json` in the data folder."""

from datetime import datetime
from pathlib import Path

import msgspec

from tuanthu_agent.errors import IdentityError
from tuanthu_agent.files import write_private

FILE_NAME = "identity.json"
CA_NAME = "ca.pem"


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The outcome of an enrolment."""

    agent: str
    """UUID given by the collector."""
    server: str
    """Address of the collector: `https://host:port`."""
    unit_code: str
    unit_name: str
    enrolled_at: datetime
    pinned: bool
    """Whether connections are verified by `ca.pem` alone (else by the machine's trust store)."""
    public_key: str = ""
    """The key that the collector pinned (base64url); empty in identities of former versions."""
    role: str = ""
    """`workstation` or `server`; empty in identities of former versions, like what follows."""
    owner: str = ""
    """Who answers for the machine."""
    location: str = ""
    """Where the machine stands."""
    authority: str = ""
    """The raw public key (base64url) of the authority whose scan scopes this machine obeys; empty: of none."""
    publisher: str = ""
    """The raw public key (base64url) by which the collector's bundles are believed; empty: none is pinned yet."""


def save(data_dir: Path, identity: Identity) -> None:
    """Write the identity; raises TuanthuError."""
    write_private(data_dir / FILE_NAME, msgspec.json.format(msgspec.json.encode(identity), indent=2))


def load(data_dir: Path) -> Identity:
    """The identity; raises IdentityError if the machine is not enrolled or the file is damaged."""
    identity = find(data_dir)
    if identity is None:
        raise IdentityError(
            f"Máy này chưa ghi danh (không có {data_dir / FILE_NAME}). "
            "Hãy chạy: tuanthu-agent enrol --server ĐỊA_CHỈ --token MÃ --ca-fingerprint DẤU_VÂN_TAY",
            f"This machine is not enrolled (no {data_dir / FILE_NAME}). "
            "Run: tuanthu-agent enrol --server URL --token TOKEN --ca-fingerprint FINGERPRINT",
        )
    return identity


def find(data_dir: Path) -> Identity | None:
    """The identity, or None if the machine is not enrolled; raises IdentityError if the file is damaged."""
    path = data_dir / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Identity)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise IdentityError(f"{path} không dùng được: {error}", f"{path} cannot be used: {error}") from None


def trusted_ca(data_dir: Path, identity: Identity) -> Path | None:
    """The pinned CA certificate, or None for the machine's trust store; raises IdentityError if the pin is lost."""
    if not identity.pinned:
        return None
    path = data_dir / CA_NAME
    if not path.is_file():
        raise IdentityError(
            f"Mất chứng thư gốc đã ghim {path}; hãy ghi danh lại với --ca-fingerprint",
            f"The pinned CA certificate {path} is missing; enrol again with --ca-fingerprint",
        )
    return path
