"""How a share is computed and written; pages, reports and commands have it from here."""

import msgspec


class Share(msgspec.Struct, frozen=True):
    """A part of a whole. `whole` is None where it is not known, and 0 where there is nothing to divide by."""

    part: int
    whole: int | None

    @property
    def tenths(self) -> int | None:
        """Tenths of a per cent, cut: 1000 only where nothing is missing. None where there is no whole."""
        return self.part * 1000 // self.whole if self.whole else None

    @property
    def is_tiny(self) -> bool:
        """Whether there is something, but less than a tenth of a per cent."""
        return self.tenths == 0 and self.part > 0

    def number(self, language: str = "vi") -> str:
        """Per cent without its sign: `66,6`, `100`, `<0,1`; empty where there is no whole."""
        sign = "." if language.startswith("en") else ","
        if self.tenths is None:
            return ""
        if self.is_tiny:
            return f"<0{sign}1"
        whole, tenth = divmod(self.tenths, 10)
        return str(whole) if self.tenths in (0, 1000) else f"{whole}{sign}{tenth}"


def mean_text(part: int, whole: int | None, language: str = "vi") -> str:
    """So many for each: `1,9`, cut to a tenth; empty where there is nothing to divide by."""
    if not whole:
        return ""
    one, tenth = divmod(part * 10 // whole, 10)
    return f"{one}{'.' if language.startswith('en') else ','}{tenth}"
