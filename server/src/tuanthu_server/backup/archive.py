"""The file of a backup: a tar whose first member lists all others with their digests."""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath

import msgspec

from tuanthu_server.errors import InputError

MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files/"
FORMAT = 1
CHUNK = 1 << 20


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds."""

    format: int
    version: str
    """Of the program that made it."""
    database: str
    """`sqlite` or `postgresql`."""
    created_at: datetime
    digests: dict[str, str]
    """SHA-256 in hex by member."""


def write(path: Path, manifest: Manifest, members: Mapping[str, Path]) -> None:
    """Write the file whole or not at all, for its owner only; raises InputError where it is there already."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
                _add(tar, MANIFEST, io.BytesIO(msgspec.json.encode(manifest)), len(msgspec.json.encode(manifest)))
                for name, source in members.items():
                    with source.open("rb") as file:
                        _add(tar, name, file, source.stat().st_size)
            raw.flush()
            os.fsync(raw.fileno())
        os.link(fresh, path)
    except FileExistsError:
        raise InputError(f"{path} đã có; hãy chọn tên khác", f"{path} exists; choose another name") from None
    except OSError as error:
        raise InputError(f"Không ghi được {path}: {error}", f"Cannot write {path}: {error}") from None
    finally:
        fresh.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, name: str, file: "io.BufferedIOBase", size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, file)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def unpack(path: Path, folder: Path) -> Manifest:
    """Put every member below an empty folder and check its digest; raises InputError, and then nothing may be used."""
    try:
        with tarfile.open(path, "r:") as tar:
            members = list(_checked(tar))
            manifest = _manifest(tar, members)
            for member in members[1:]:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _extract(tar, member, target)
                if digest_of(target) != manifest.digests.get(member.name):
                    raise _broken(path, member.name)
            if manifest.digests.keys() != {member.name for member in members[1:]}:
                raise _broken(path, "thiếu hoặc thừa tệp")
    except (OSError, tarfile.TarError, EOFError) as error:
        raise _broken(path, str(error)) from None
    return manifest


def _checked(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Members that are plain files below the folder: a backup is read as if a stranger had written it."""
    for member in tar:
        parts = PurePosixPath(member.name).parts
        known = member.name in {MANIFEST, DATABASE} or member.name.startswith(FILES)
        if not (member.isreg() and known and parts and ".." not in parts and "\\" not in member.name):
            raise tarfile.TarError(member.name)
        yield member


def _manifest(tar: tarfile.TarFile, members: list[tarfile.TarInfo]) -> Manifest:
    file = tar.extractfile(members[0]) if members and members[0].name == MANIFEST else None
    if file is None:
        raise tarfile.TarError(MANIFEST)
    try:
        found = msgspec.json.decode(file.read(), type=Manifest)
    except msgspec.DecodeError as error:
        raise tarfile.TarError(str(error)) from None
    if found.format != FORMAT:
        raise InputError(
            f"Bản sao lưu theo định dạng {found.format}: hãy dùng phiên bản {found.version} trở lên",
            f"The backup has format {found.format}: use version {found.version} or later",
        )
    return found


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    source = tar.extractfile(member)
    if source is None:
        raise tarfile.TarError(member.name)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _broken(path: Path, what: str) -> InputError:
    return InputError(f"{path} không phải bản sao lưu nguyên vẹn: {what}", f"{path} is no whole backup: {what}")
