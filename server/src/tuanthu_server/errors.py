"""Errors that a person reads: what is wrong, with which input, and what to do."""


class TuanthuError(Exception):
    """Base of the collector's own errors; `vi` and `en` say the same.

    Commands print `vi` (and `en` below it) and exit with 3; nothing else in the code base exits.
    """

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


class ConfigError(TuanthuError):
    """A setting is missing or wrong."""


class InputError(TuanthuError):
    """A file or argument given by a person is wrong."""
