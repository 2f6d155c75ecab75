"""Names and settings of the documents: our defaults, overridden by `report.toml` in the data folder."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.model import Organisation

FILE_NAME = "report.toml"
_PLACE = re.compile(r"\{(code|name|owner)\}")


class HeadTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Names of one kind of report; `{number}`, and of a unit `{name}`, `{code}` and `{owner}`, are replaced."""

    parent_agency: str
    agency: str
    name: str
    place: str
    number: str
    addressees: list[str]
    signer_authority: str
    signer_title: str
    signer_name: str
    recipients: list[str]


class LegalTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Legal bases beside the framework's own document."""

    bases: list[str]


class ReportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which framework the report is about."""

    framework: str


class PdfSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where to look for fonts first."""

    font_dir: str


class ReportTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    department: HeadTexts
    unit: HeadTexts
    legal: LegalTexts
    report: ReportSettings
    pdf: PdfSettings


def load_texts(data_dir: Path) -> ReportTexts:
    """Defaults and `report.toml`; raises ReportError that names the file and the key."""
    values = tomllib.loads(files("tuanthu_server.reports").joinpath("texts.toml").read_text(encoding="utf-8"))
    path = data_dir / FILE_NAME
    for table, keys in _read(path).items():
        values[table] = {**values.get(table, {}), **keys} if isinstance(keys, dict) else keys
    try:
        return msgspec.convert(values, ReportTexts)
    except msgspec.ValidationError as error:
        raise ReportError(f"{path}: nội dung không hợp lệ: {error}", f"{path}: invalid: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReportError(f"Không đọc được {path}: {error}", f"Cannot read {path}: {error}") from None


def organisation(texts: ReportTexts, unit: tuple[str, str] | None, owner: str = "") -> Organisation:
    """Head and foot of the department's report, or of that of one unit (code, name). The number comes later.

    `owner` is the body that the unit belongs to, its parent agency in the head; the department where none is known.
    """
    head = texts.department if unit is None else texts.unit
    values = {} if unit is None else {"code": unit[0], "name": unit[1], "owner": owner or texts.department.name}

    def fill(text: str) -> str:
        return clean(_PLACE.sub(lambda found: values.get(found[1], found[0]), text))

    return Organisation(
        parent_agency=fill(head.parent_agency),
        agency=fill(head.agency),
        name=fill(head.name),
        place=fill(head.place),
        number=fill(head.number),
        addressees=[fill(text) for text in head.addressees],
        legal_bases=[clean(text) for text in texts.legal.bases],
        signer_authority=fill(head.signer_authority),
        signer_title=fill(head.signer_title),
        signer_name=fill(head.signer_name),
        recipients=[fill(text) for text in head.recipients],
    )


def with_number(names: Organisation, number: int) -> Organisation:
    """The same with the number of the register in the document's symbol."""
    return msgspec.structs.replace(names, number=names.number.replace("{number}", str(number)))
