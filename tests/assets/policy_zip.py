"""A policy's folder in a .zip, as an administrator sends it."""

import io
import zipfile
from functools import lru_cache

from tuanthu_policy.folder import policy_folder

PARTS = ("facts", "rules", "controls", "indicators", "devices", "services")


def zipped(files) -> io.BytesIO:
    """An archive of names (or `ZipInfo`) and contents."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    found.seek(0)
    return found


def policy_zip(within="", changed=None, parts=PARTS) -> io.BytesIO:
    """The shipped policy below a folder, with some files changed."""
    return zipped({within + name: content for name, content in (_shipped(parts) | (changed or {})).items()})


@lru_cache(maxsize=4)
def _shipped(parts) -> dict[str, bytes]:
    folder = policy_folder()
    files = (file for part in parts for file in sorted((folder / part).rglob("*.yml")))
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
