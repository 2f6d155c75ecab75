"""Changing to a new identity as one step: key, certificate and identity together, whenever the machine stops.

A new identity is made in a folder of its own. Once its `identity.json` is there the change is decided, and whoever
needs the identity first brings the change to its end.
"""

import time
from pathlib import Path
from typing import Final

from tuanthu_agent import identity as identities
from tuanthu_agent import signing
from tuanthu_agent.errors import IdentityError, TuanthuError
from tuanthu_agent.files import write_private
from tuanthu_agent.identity import Identity
from tuanthu_agent.signing import Signer

STAGE: Final = "reenrol"
TRIES: Final = 5
TRY_SECONDS: Final = 0.2
_NAMES: Final = (identities.CA_NAME, signing.KEY_NAME, identities.FILE_NAME)


def finish(data_dir: Path) -> None:
    """Bring a decided change to its end; nothing to do if there is none. Raises TuanthuError."""
    stage = data_dir / STAGE
    if not (stage / identities.FILE_NAME).exists():
        return
    try:
        for name in _NAMES:
            if (stage / name).exists():
                write_private(data_dir / name, (stage / name).read_bytes())
        # What decides goes last.
        for name in _NAMES:
            (stage / name).unlink(missing_ok=True)
        stage.rmdir()
    except FileNotFoundError:
        return  # another process has just ended it
    except OSError as error:
        raise TuanthuError(
            f"Không đổi xong danh tính trong {data_dir}: {error.strerror}. Kiểm tra dung lượng đĩa và quyền ghi.",
            f"Cannot end the change of identity in {data_dir}: {error.strerror}. Check free space and permissions.",
        ) from None


def load_pair(data_dir: Path) -> tuple[Identity, Signer]:
    """The identity with its own key, never one with another's; raises IdentityError, TuanthuError."""
    for _ in range(TRIES):
        finish(data_dir)
        identity, signer = identities.load(data_dir), signing.load(data_dir)
        if identity.public_key in ("", signer.public_key):
            return identity, signer
        time.sleep(TRY_SECONDS)  # another process is changing it
    raise IdentityError(
        f"Khoá {data_dir / signing.KEY_NAME} không phải khoá của {data_dir / identities.FILE_NAME}; "
        "hãy ghi danh lại: tuanthu-agent enrol --again",
        f"The key {data_dir / signing.KEY_NAME} does not belong to {data_dir / identities.FILE_NAME}; "
        "enrol again: tuanthu-agent enrol --again",
    )
