"""Why a bundle is not used."""

from tuanthu_agent.errors import TuanthuError


class BundleError(TuanthuError):
    """A bundle was refused; what was kept before stays. `code` is a stable word."""

    def __init__(self, code: str, vi: str, en: str) -> None:
        super().__init__(vi, en)
        self.code = code
