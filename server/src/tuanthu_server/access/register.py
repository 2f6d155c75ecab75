"""The register as a file: who may see it, take one in, and look before that."""

import base64
import binascii
from datetime import date
from typing import Final

import msgspec
import zstandard

from tuanthu_server.access.reach import Reach
from tuanthu_server.access.unit_changes import require_all
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.errors import ConfigError, InputError
from tuanthu_server.organisation import register_file
from tuanthu_server.organisation.person import checked
from tuanthu_server.sealing import keyring
from tuanthu_server.units import exporting
from tuanthu_server.units.difference import Difference
from tuanthu_server.units.exporting import RegisterLine
from tuanthu_server.units.queries import expectations_on, links_on, today
from tuanthu_server.units.reading import parse_units
from tuanthu_server.units.rows import UnitRow

MOST_BYTES: Final = 5 * 1024 * 1024
"""Of a file that comes through a page or the interface; the command takes larger ones."""
MOST_SEALED: Final = 2 * 1024 * 1024
_MOST_OPENED: Final = 64 * 1024 * 1024


class Kept(msgspec.Struct, frozen=True):
    """A file that was looked at, until it is confirmed."""

    source: str
    rows: list[UnitRow]


class Shown(msgspec.Struct, frozen=True):
    """What a file would change, and what confirms exactly that."""

    source: str
    difference: Difference
    digest: str
    sealed: str
    """The file's rows, sealed for the person who looked: they come back with the confirmation."""


def lines(within: Reach, day: date | None = None) -> list[RegisterLine]:
    """Units in reach, with what holds on a day."""
    within.require(Permission.SEE)
    when = day or today()
    units = list(within.units(when))
    real = [unit for unit in units if not unit.demonstration]
    links = [link for link in links_on(when) if within.has_unit(link.unit_id)]
    return exporting.register_lines(real or units, links, expectations_on(when, within.unit_ids))


def as_csv(within: Reach) -> bytes:
    """Units in reach as a file that the import takes; where there are real ones, without the demonstration."""
    return exporting.register_csv(lines(within))


def template() -> bytes:
    """An empty workbook."""
    return exporting.template()


def look(within: Reach, data: bytes, source: str) -> Shown:
    """What a file would change; raises UnitFileError with every problem, and InputError for one too large."""
    require_all(within)
    name = "".join(letter for letter in source if letter.isprintable())[:200] or "CSV"
    rows = _rows(data, name)
    return _shown(within, Kept(name, rows))


def look_again(within: Reach, sealed: str) -> Shown:
    """What the file that was looked at would change now; raises UnitFileError, and InputError for an unknown seal."""
    require_all(within)
    return _shown(within, _opened(within, sealed))


def confirm(within: Reach, sealed: str, digest: str, reason: str) -> Difference:
    """Take in the file that was looked at; raises ChangedMeanwhileError where it would now change something else."""
    require_all(within)
    kept = _opened(within, sealed)
    return _take(within, kept, reason, digest)


def take(within: Reach, data: bytes, source: str, reason: str, digest: str | None = None) -> Difference:
    """Take in a file at once; raises UnitFileError, and ChangedMeanwhileError where `digest` was of another change."""
    require_all(within)
    return _take(within, Kept(source[:200], _rows(data, source)), reason, digest)


def _rows(data: bytes, source: str) -> list[UnitRow]:
    if len(data) > MOST_BYTES:
        raise InputError(
            f"Tệp quá lớn, tối đa {MOST_BYTES >> 20} MB; tệp lớn hơn nhập bằng lệnh trên máy chủ",
            f"The file is too large, at most {MOST_BYTES >> 20} MB; import a larger one by the command",
        )
    return parse_units(data, source)


def _take(within: Reach, kept: Kept, reason: str, digest: str | None) -> Difference:
    by = checked(person_numbered(within.user_id).name, reason.replace("\0", "").strip() or kept.source)
    return register_file.take(kept.rows, kept.source, by, digest)


def _shown(within: Reach, kept: Kept) -> Shown:
    difference = register_file.compare(kept.rows, kept.source)
    packed = zstandard.compress(msgspec.msgpack.encode(kept))
    sealed = base64.b64encode(keyring().seal(_purpose(within), packed)).decode("ascii")
    if len(sealed) > MOST_SEALED:
        raise InputError(
            "Tệp có quá nhiều dòng để xem trên trang; hãy chia nhỏ hoặc nhập bằng lệnh trên máy chủ",
            "The file has too many lines for a page; split it, or import it by the command",
        )
    return Shown(kept.source, difference, register_file.digest_of(kept.rows, difference), sealed)


def _opened(within: Reach, sealed: str) -> Kept:
    try:
        packed = keyring().open(_purpose(within), base64.b64decode(sealed[:MOST_SEALED], validate=True))
        plain = zstandard.decompress(packed, max_output_size=_MOST_OPENED)
        return msgspec.msgpack.decode(plain, type=Kept)
    except (ConfigError, binascii.Error, ValueError, zstandard.ZstdError, msgspec.MsgspecError):
        raise InputError(
            "Bản xem trước không còn dùng được; hãy chọn lại tệp", "This preview serves no more; choose the file again"
        ) from None


def _purpose(within: Reach) -> str:
    return f"unit-file {within.user_id}"
