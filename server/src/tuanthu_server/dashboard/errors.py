"""Known errors in the language of the page."""

from django.utils.translation import get_language

from tuanthu_server.errors import TuanthuError


def told(error: TuanthuError) -> str:
    """What went wrong and what to do."""
    return error.en if (get_language() or "").startswith("en") else error.vi
