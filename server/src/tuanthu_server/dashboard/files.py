"""Answers that a browser saves as a file."""

from django.http import HttpResponse


def attachment(name: str, content: bytes, media_type: str = "text/csv; charset=utf-8") -> HttpResponse:
    """The file under an ASCII name."""
    return HttpResponse(
        content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
