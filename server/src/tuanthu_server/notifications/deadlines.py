"""Deadlines of reports to the authorities: data, shipped with the collector or given by the operator."""

import calendar
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from tuanthu_policy.text import Text
from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError

SHIPPED: Final = Path(__file__).with_name("deadlines.toml")


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"audience": "for"}):
    """A day that comes every year, by the end of which something must be done."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]
    month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    day: Annotated[int, msgspec.Meta(ge=1, le=31)]
    audience: Literal["everybody", "department", "units"]
    remind: Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=300)]], msgspec.Meta(min_length=1)]
    """Days before it on which it is told."""
    vi: str
    en: str
    source: str

    @property
    def title(self) -> Text:
        """What must be done."""
        return Text(self.vi, self.en)

    def concerns(self, *, whole: bool) -> bool:
        """Whether it is for somebody who sees the whole department, or for an officer of units."""
        return self.audience == "everybody" or (self.audience == "department") is whole

    def next_on(self, today: date) -> date:
        """The day it falls on next, today included; the last of a shorter month."""
        here = self._in(today.year)
        return here if here >= today else self._in(today.year + 1)

    def reminder(self, today: date) -> int | None:
        """The reminder whose turn it is: the nearest that came, so that a missed day is made up for; else None."""
        left = (self.next_on(today) - today).days
        return min((days for days in self.remind if days >= left), default=None)

    def _in(self, year: int) -> date:
        return date(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    deadline: list[Deadline] = []


def deadlines(config: Config) -> list[Deadline]:
    """Those of the operator's file, else the shipped ones; raises ConfigError for a file that is wrong."""
    path = Path(config.deadlines_file) if config.deadlines_file else SHIPPED
    try:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).deadline
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(
            f"deadlines_file: không đọc được {path}: {error}", f"deadlines_file: cannot read {path}: {error}"
        ) from None
    if len({one.id for one in found}) != len(found):
        raise ConfigError(f"deadlines_file: {path} có id trùng nhau", f"deadlines_file: {path} has an id twice")
    return found
