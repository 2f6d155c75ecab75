"""A text for people, in Vietnamese first and English second."""

import msgspec


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both languages of one text; neither may be empty."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The English text for a language tag that starts with `en`, else the Vietnamese."""
        return self.en if language.startswith("en") else self.vi
