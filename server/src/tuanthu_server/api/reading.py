"""How an operation is declared: what it needs is asked before it runs, and stands in its description."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from django.http import HttpRequest
from ninja import Router

from tuanthu_server.access.bearer import in_whose_name
from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api.problems import Problem

ERRORS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}
OF_BODIES = {400: Problem, 413: Problem, 415: Problem}
"""What can be wrong with what is sent."""


def operation(
    router: Router,
    path: str,
    answers: Any,
    *,
    permission: Permission = Permission.SEE,
    method: str = "GET",
    status: int = 200,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An operation: its function gets the asker's `Reach` in place of the request."""

    def declared(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            within = reach(request)
            within.require(permission)
            with in_whose_name(request, within):
                return function(within, *args, **kwargs)

        own = signature(function)
        asked = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)
        run.__signature__ = own.replace(parameters=[asked, *list(own.parameters.values())[1:]])  # type: ignore[attr-defined]
        router.api_operation(
            [method],
            path,
            response={status: answers, **ERRORS, **({} if method == "GET" else OF_BODIES)},
            operation_id=function.__name__,
            summary=(function.__doc__ or "").partition("\n")[0],
            openapi_extra={"x-permission": permission.value},
        )(run)
        return function

    return declared
