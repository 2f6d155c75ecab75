"""What can go wrong with an identity provider."""

from tuanthu_server.errors import TuanthuError


class OidcError(TuanthuError):
    """Nobody is signed in; `en` tells the cause and goes to the log, the page shows `vi` or `en`."""


def unreachable(cause: object) -> OidcError:
    """The provider did not answer as it should."""
    return OidcError(f"Máy chủ định danh không trả lời đúng: {cause}", f"The identity provider did not answer: {cause}")


def refused(cause: str) -> OidcError:
    """What it said does not hold."""
    return OidcError(f"Không chấp nhận trả lời của máy chủ định danh: {cause}", f"Its answer was refused: {cause}")
