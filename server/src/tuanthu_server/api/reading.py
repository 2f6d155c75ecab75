"""How an operation is declared: what it needs is asked before it runs, and stands in its description."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field, field_validator

from tuanthu_server.access import looking_back
from tuanthu_server.access.bearer import in_whose_name
from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api.problems import Problem
from tuanthu_server.errors import InputError

ERRORS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}
OF_BODIES = {400: Problem, 413: Problem, 415: Problem}
"""What can be wrong with what is sent."""


class AsOf(Schema):
    """Which moment."""

    as_of: str = Field(
        "",
        max_length=40,
        description="The end of a past day of Viet Nam (`2026-11-20`), or a past moment (RFC 3339); empty for now",
    )

    @field_validator("as_of")
    @classmethod
    def _of_the_past(cls, text: str) -> str:
        try:
            looking_back.read_moment(text, datetime.now(UTC))
        except InputError as error:
            raise ValueError(error.en) from None
        return text


def operation(
    router: Router,
    path: str,
    answers: Any,
    *,
    permission: Permission = Permission.SEE,
    method: str = "GET",
    status: int = 200,
    past: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An operation: its function gets the asker's `Reach` in place of the request.

    With `past` it takes `as_of`, and the reach is then that of the moment.
    """

    def declared(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            within = reach(request)
            within.require(permission)
            if past:
                when: AsOf = kwargs.pop("when")
                within = looking_back.on(within, looking_back.read_moment(when.as_of, datetime.now(UTC)))
            with in_whose_name(request, within):
                return function(within, *args, **kwargs)

        own = signature(function)
        asked = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)
        taken = [Parameter("when", Parameter.KEYWORD_ONLY, annotation=Query[AsOf])] if past else []
        parameters = [asked, *list(own.parameters.values())[1:], *taken]
        run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
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
