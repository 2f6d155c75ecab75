"""No view answers without a permission: one that declares none is open to nobody."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from tuanthu_server.access.people import reach


class PermissionMiddleware:
    """Asks for the permission that the view declares (`accounts.permissions.needs`); stands after sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: object) -> None:
        """Raise PermissionDenied unless the person may use the view."""
        if not getattr(view, "login_required", True):
            return
        permission = getattr(view, "permission", None)
        if permission is None:
            raise PermissionDenied("undeclared")
        reach(request).require(permission)
