"""Who this probe is to its collector: the full agent's `identity.json`, so that it can take over one day."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from tuanthu_agent.errors import IdentityError
from tuanthu_agent.files import write_private

FILE_NAME: Final = "identity.json"
CA_NAME: Final = "ca.pem"


@dataclass(frozen=True)
class Identity:
    """The outcome of an enrolment; meanings as in the full agent's."""

    agent: str
    server: str
    unit_code: str
    unit_name: str
    enrolled_at: str
    pinned: bool
    public_key: str
    role: str = ""
    owner: str = ""
    location: str = ""


def save(folder: Path, identity: Identity) -> None:
    """Keep the identity; raises TuanthuError."""
    content = {name: value for name, value in asdict(identity).items() if value != ""}
    write_private(folder / FILE_NAME, json.dumps(content, ensure_ascii=False, indent=2).encode("utf-8"))


def load(folder: Path) -> Identity:
    """The identity; raises IdentityError if the machine is not enrolled or the file is damaged."""
    path = folder / FILE_NAME
    try:
        content = json.loads(path.read_text("utf-8"))
        return Identity(**{one.name: content.get(one.name, "") for one in fields(Identity)})
    except FileNotFoundError:
        raise IdentityError(
            f"Máy này chưa ghi danh (không có {path}). Hãy chạy lệnh: enrol --server ĐỊA_CHỈ --token MÃ "
            "--ca-fingerprint DẤU_VÂN_TAY",
            f"This machine is not enrolled (no {path}). Run: enrol --server URL --token TOKEN "
            "--ca-fingerprint FINGERPRINT",
        ) from None
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise IdentityError(f"{path} không dùng được: {error}", f"{path} cannot be used: {error}") from None


def trusted_ca(folder: Path, identity: Identity) -> Path | None:
    """The pinned CA certificate, or None for the machine's trust store; raises IdentityError if the pin is lost."""
    if not identity.pinned:
        return None
    path = folder / CA_NAME
    if not path.is_file():
        raise IdentityError(
            f"Mất chứng thư gốc đã ghim {path}; hãy ghi danh lại với --ca-fingerprint",
            f"The pinned CA certificate {path} is missing; enrol again with --ca-fingerprint",
        )
    return path
