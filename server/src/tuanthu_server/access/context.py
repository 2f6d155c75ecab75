"""What templates know of the person's reach."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tuanthu_server.access.people import reach


def with_reach(request: HttpRequest) -> dict[str, Any]:
    """`reach` in every template; worked out only where it is used."""
    return {"reach": SimpleLazyObject(lambda: reach(request))} if hasattr(request, "user") else {}
