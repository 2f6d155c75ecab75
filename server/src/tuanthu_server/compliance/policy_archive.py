"""A policy as people send it: its folder in a .zip, unpacked with care, since anybody may have made the file.

Nothing is unpacked but the YAML files of a policy; what a file says of its own size is not believed.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from tuanthu_server.errors import InputError

MEGABYTE: Final = 1024 * 1024
MOST_BYTES: Final = 10 * MEGABYTE
"""Of the file as it is sent."""
MOST_FILES: Final = 10_000
MOST_UNPACKED: Final = 20 * MEGABYTE
MOST_OF_ONE: Final = MEGABYTE
MOST_RATIO: Final = 200
"""Unpacked ÷ packed; YAML comes to 20 at most. Small files may exceed it: their sum is bounded anyway."""
RATIO_FROM: Final = 64 * 1024
LONGEST_NAME: Final = 200
PARTS: Final = frozenset({"facts", "rules", "controls", "indicators", "devices", "services"})
"""The folders of a policy; whatever else lies in the archive is left there."""
_STORED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


def unpack(archive: IO[bytes], folder: Path) -> None:
    """Write the policy in an archive into an empty folder; raises InputError for what is no such thing."""
    try:
        with zipfile.ZipFile(archive) as opened:
            _unpack(opened, folder)
    except _BROKEN as error:
        raise InputError(
            f"Tệp .zip hỏng hoặc không đọc được: {error}", f"The .zip is damaged or cannot be read: {error}"
        ) from None


def _unpack(opened: zipfile.ZipFile, folder: Path) -> None:
    infos = opened.infolist()
    if len(infos) > MOST_FILES:
        raise InputError(
            f"Tệp .zip có {len(infos)} tệp, tối đa {MOST_FILES}",
            f"The .zip holds {len(infos)} files, {MOST_FILES} at most",
        )
    left = MOST_UNPACKED
    seen: set[str] = set()
    for info, parts in list(_wanted(infos)):
        name = "/".join(parts)
        if name in seen:
            raise _refused(info, "có hai lần trong tệp .zip", "is in the .zip twice")
        seen.add(name)
        content = _content(opened, info, left)
        left -= len(content)
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _wanted(infos: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """The files of the policy with their places in it; the folder may lie within one other folder."""
    placed = [(info, _checked(info)) for info in infos]
    depth = 0 if any(parts[0] in PARTS for _, parts in placed if len(parts) > 1) else 1
    around: set[tuple[str, ...]] = set()
    for info, parts in placed:
        inner = parts[depth:]
        if not info.is_dir() and len(inner) > 1 and inner[0] in PARTS and inner[-1].endswith(".yml"):
            around.add(parts[:depth])
            if len(around) > 1:
                raise _refused(info, "thuộc thư mục chính sách thứ hai", "is of a second folder of a policy")
            yield info, inner


def _checked(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The steps of a name that leads nowhere else, of a plain file or folder."""
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(info, "là liên kết hoặc tệp đặc biệt", "is a link or a special file")
    if info.flag_bits & _ENCRYPTED:
        raise _refused(info, "bị mã hóa bằng mật khẩu", "is encrypted")
    parts = tuple(name.rstrip("/").split("/"))
    escapes = any(part in ("", ".", "..") for part in parts) or any(mark in name for mark in "\\:\0")
    if escapes or len(name) > LONGEST_NAME or not name.isprintable():
        raise _refused(info, "có đường dẫn không hợp lệ", "has a path that is not allowed")
    return parts


def _content(opened: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    if info.compress_type not in _STORED:
        raise _refused(info, "nén bằng cách không hỗ trợ", "is compressed in a way that is not taken")
    most = min(MOST_OF_ONE, left)
    with opened.open(info) as file:
        content = file.read(most + 1)
    if len(content) > most or (len(content) > RATIO_FROM and len(content) > MOST_RATIO * max(1, info.compress_size)):
        raise _refused(info, "giải nén ra quá lớn", "unpacks to too much")
    return content


def _refused(info: zipfile.ZipInfo, vi: str, en: str) -> InputError:
    name = "".join(letter if letter.isprintable() else "?" for letter in info.orig_filename[:LONGEST_NAME])
    return InputError(f"Tệp “{name}” trong .zip {vi}", f"The file “{name}” in the .zip {en}")
