"""Errors as problem documents (RFC 9457), in both languages: `title`, `detail` and their `_en` twins."""

import math
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from tuanthu_policy.text import Text
from tuanthu_server.accounts.rates import TooManyRequestsError
from tuanthu_server.errors import TuanthuError

MEDIA_TYPE: Final = "application/problem+json"
LEAST: Final = 400
"""Answers from this status on are problems."""
TITLES: Final = {
    400: Text("Yêu cầu sai", "Bad request"),
    401: Text("Chưa đăng nhập", "Not signed in"),
    403: Text("Không có quyền", "Not allowed"),
    404: Text("Không có", "Not found"),
    405: Text("Không dùng được cách này ở đây", "Method not allowed"),
    409: Text("Chưa làm được lúc này", "Not possible now"),
    422: Text("Tham số sai", "Wrong parameter"),
    429: Text("Quá nhiều yêu cầu", "Too many requests"),
}
UNSEEN: Final = Text(
    "Không có thứ này, hoặc nó nằm ngoài phạm vi của người hỏi.",
    "There is no such thing, or it is out of the reach of whoever asks.",
)
UNKNOWN_PERSON: Final = Text(
    "Hãy gửi mã API trong tiêu đề Authorization: Bearer …, hoặc đăng nhập trên trang web.",
    "Send an API token as Authorization: Bearer …, or sign in on the pages.",
)


class Fault(Schema):
    """One parameter that is wrong."""

    where: str = Field(description="Where it stands: `query.size`")
    message: str = Field(description="What is wrong with it")


class Problem(Schema):
    """RFC 9457."""

    type: str = Field("about:blank", description="Kind of problem")
    title: str = Field(description="Tiếng Việt")
    title_en: str
    status: int
    detail: str = Field("", description="Tiếng Việt")
    detail_en: str = ""
    faults: list[Fault] = Field([], description="Which parameters are wrong")


def answer(status: int, detail: Text | None = None, faults: list[dict[str, str]] | None = None) -> HttpResponse:
    """A problem as the answer to a request."""
    phrase = HTTPStatus(status).phrase
    title = TITLES.get(status, Text(phrase, phrase))
    said = detail or Text("", "")
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title.vi,
        "title_en": title.en,
        "status": status,
        "detail": said.vi,
        "detail_en": said.en,
        "faults": faults or [],
    }
    return HttpResponse(msgspec.json.encode(body), status=status, content_type=MEDIA_TYPE)


def handle(api: NinjaAPI) -> None:
    """Have every error of the interface answered by a problem."""

    def unknown_person(_: HttpRequest, __: Any) -> HttpResponse:
        refused = answer(401, UNKNOWN_PERSON)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused

    def refused(_: HttpRequest, error: Any) -> HttpResponse:
        return answer(403, Text(f"Cần quyền: {error}", f"This needs the permission: {error}"))

    def known(_: HttpRequest, error: Any) -> HttpResponse:
        return answer(409, Text(error.vi, error.en))

    def wrong(_: HttpRequest, error: Any) -> HttpResponse:
        faults = [{"where": ".".join(map(str, one["loc"])), "message": str(one["msg"])} for one in error.errors]
        names = ", ".join(fault["where"] for fault in faults)
        return answer(422, Text(f"Tham số sai: {names}", f"Wrong parameters: {names}"), faults)

    def too_many(_: HttpRequest, error: Any) -> HttpResponse:
        held = answer(429, Text("Hãy thử lại sau.", "Try again later."))
        held.headers["Retry-After"] = str(max(1, math.ceil(error.seconds)))
        return held

    def other(_: HttpRequest, error: Any) -> HttpResponse:
        return answer(error.status_code, Text(str(error), str(error)))

    api.add_exception_handler(AuthenticationError, unknown_person)
    api.add_exception_handler(PermissionDenied, refused)
    api.add_exception_handler(Http404, lambda _, __: answer(404, UNSEEN))
    api.add_exception_handler(TuanthuError, known)
    api.add_exception_handler(TooManyRequestsError, too_many)
    api.add_exception_handler(ValidationError, wrong)
    api.add_exception_handler(HttpError, other)
