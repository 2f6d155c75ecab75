"""The agent's Ed25519 key and the signatures that it makes (see docs/protocol.md)."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from tuanthu_agent import files
from tuanthu_agent.errors import IdentityError
from tuanthu_policy.envelope import b64url

ALGORITHM = "Ed25519"
KEY_NAME = "agent.key"
CLOSE_ON_WINDOWS = 'icacls "{0}" /inheritance:r /grant:r *S-1-5-18:F *S-1-5-32-544:F *S-1-3-4:F'
"""For the system, administrators and the owner, by their identifiers, which no language changes."""


class Signer:
    """Signs with one private key, which it never shows."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._public = private.public_key().public_bytes_raw()
        self._key = OKPKey.import_key(private)

    @property
    def public_key(self) -> str:
        """The raw public key, base64url without padding."""
        return b64url(self._public).decode()

    def sign(self, payload: bytes, typ: str) -> str:
        """A detached compact JWS (`header..signature`) over exactly these bytes."""
        whole = jws.serialize_compact({"alg": ALGORITHM, "typ": typ}, payload, self._key, algorithms=[ALGORITHM])
        header, _, signature = whole.split(".")
        return f"{header}..{signature}"


def load_or_create(data_dir: Path) -> Signer:
    """The machine's key; a new one, readable by the agent's user alone, if there is none. Raises IdentityError."""
    path = data_dir / KEY_NAME
    if not path.exists():
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            files.close_folder(data_dir)
        except OSError as error:
            raise IdentityError(
                f"Không bảo vệ được thư mục {data_dir}: {error}. Hãy chạy với quyền quản trị.",
                f"Cannot protect the folder {data_dir}: {error}. Run as an administrator.",
            ) from None
        files.write_private(path, pem)
    return load(data_dir)


def load(data_dir: Path) -> Signer:
    """The machine's key; raises IdentityError where it is missing, unreadable, open to others or no Ed25519 key."""
    path = data_dir / KEY_NAME
    try:
        pem = path.read_bytes()
        is_open = bool(files.public_readers(path)) if files.on_windows() else bool(path.stat().st_mode & 0o077)
    except OSError as error:
        raise IdentityError(
            f"Không đọc được khoá {path}: {error.strerror}. Hãy ghi danh: tuanthu-agent enrol",
            f"Cannot read the key {path}: {error.strerror}. Enrol first: tuanthu-agent enrol",
        ) from None
    if is_open:
        remedy = CLOSE_ON_WINDOWS if files.on_windows() else "chmod 600 {0}"
        raise IdentityError(
            f"Khoá {path} đang để người khác đọc được; hãy chạy: {remedy.format(path)}",
            f"The key {path} is open to other users; run: {remedy.format(path)}",
        )
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise IdentityError(f"{path} không phải khoá Ed25519 (PEM)", f"{path} is no Ed25519 key (PEM)")
    return Signer(private)
