"""Errors as problem documents (RFC 9457), in both languages: `title`, `detail` and their `_en` twins."""

import math
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from pydantic import Field

from tuanthu_policy.text import Text
from tuanthu_server.access.looking_back import wait_for
from tuanthu_server.accounts.rates import TooManyRequestsError
from tuanthu_server.compliance.past import NotReadyError
from tuanthu_server.errors import TuanthuError
from tuanthu_server.units.rows import UnitFileError

MEDIA_TYPE: Final = "application/problem+json"
JSON_TYPES: Final = ("application/json", "")
"""A program that forgets to say so means JSON."""
LEAST: Final = 400
"""Answers from this status on are problems."""
MOST_FAULTS: Final = 500
UNSEEN: Final = Text(
    "Không có thứ này, hoặc nó nằm ngoài phạm vi của người hỏi.",
    "There is no such thing, or it is out of the reach of whoever asks.",
)
TITLES: Final = {
    400: Text("Yêu cầu sai", "Bad request"),
    401: Text("Chưa đăng nhập", "Not signed in"),
    403: Text("Không có quyền", "Not allowed"),
    404: Text("Không có", "Not found"),
    405: Text("Không dùng được cách này ở đây", "Method not allowed"),
    409: Text("Chưa làm được lúc này", "Not possible now"),
    413: Text("Nội dung quá lớn", "The body is too large"),
    415: Text("Kiểu nội dung không dùng được", "Unsupported media type"),
    422: Text("Tham số sai", "Wrong parameter"),
    429: Text("Quá nhiều yêu cầu", "Too many requests"),
    500: Text("Máy chủ gặp lỗi", "Server error"),
}
DETAILS: Final = {
    400: Text(
        "Máy chủ không hiểu yêu cầu: nội dung không phải JSON đúng, hoặc tên máy chủ sai.",
        "The request is not understood: the body is no valid JSON, or the host name is wrong.",
    ),
    403: Text("Thiếu hoặc sai mã CSRF của trang.", "The page's CSRF token is missing or wrong."),
    404: UNSEEN,
    405: Text("Tiêu đề Allow cho biết các cách dùng được ở đây.", "The header Allow names what works here."),
    413: Text("Gửi tối đa 11 MB; tệp minh chứng tối đa 10 MB.", "At most 11 MB; evidence files at most 10 MB."),
    415: Text(
        "Hãy gửi application/json; riêng xác nhận là multipart/form-data.",
        "Send application/json; attestations as multipart/form-data.",
    ),
    500: Text(
        "Lỗi đã được ghi lại. Hãy thử lại sau; nếu vẫn lỗi, báo cho người quản trị.",
        "It was noted. Try again later; if it stays, tell the administrator.",
    ),
}
"""What is said where nothing more is known."""
UNKNOWN_PERSON: Final = Text(
    "Hãy gửi mã API trong tiêu đề Authorization: Bearer …, hoặc đăng nhập trên trang web.",
    "Send an API token as Authorization: Bearer …, or sign in on the pages.",
)


class Fault(Schema):
    """One parameter that is wrong."""

    where: str = Field(description="Where it stands: `query.size`, or the cell of a file")
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
    return HttpResponse(document(status, detail, faults), status=status, content_type=MEDIA_TYPE)


def document(status: int, detail: Text | None = None, faults: list[dict[str, str]] | None = None) -> bytes:
    """A problem."""
    phrase = HTTPStatus(status).phrase
    title = TITLES.get(status, Text(phrase, phrase))
    said = detail or DETAILS.get(status, Text("", ""))
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title.vi,
        "title_en": title.en,
        "status": status,
        "detail": said.vi,
        "detail_en": said.en,
        "faults": faults or [],
    }
    return msgspec.json.encode(body)


class MediaTypeError(ValueError):
    """A body that is no JSON and does not claim to be."""


class JsonOnly(Parser):
    """Takes a body for what it says it is, and nothing else for JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body; raises MediaTypeError."""
        if request.content_type not in JSON_TYPES:
            raise MediaTypeError(request.content_type)
        return super().parse_body(request)


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

    def unreadable(_: HttpRequest, error: Any) -> HttpResponse:
        faults = [
            {"where": f"{one.sheet}!{one.column_name}{one.line}".lstrip("!"), "message": f"{one.vi} ({one.en})"}
            for one in error.problems[:MOST_FAULTS]
        ]
        count = len(error.problems)
        told = Text(f"Tệp có {count} lỗi; chưa nhập dòng nào", f"The file has {count} errors; nothing was imported")
        return answer(422, told, faults)

    def waiting(_: HttpRequest, error: Any) -> HttpResponse:
        wait_for(error)
        held = answer(409, Text(error.vi, error.en))
        held.headers["Retry-After"] = "5"
        return held

    def wrong(_: HttpRequest, error: Any) -> HttpResponse:
        faults = [{"where": ".".join(map(str, one["loc"])), "message": str(one["msg"])} for one in error.errors]
        names = ", ".join(fault["where"] for fault in faults)
        return answer(422, Text(f"Tham số sai: {names}", f"Wrong parameters: {names}"), faults)

    def too_many(_: HttpRequest, error: Any) -> HttpResponse:
        held = answer(429, Text("Hãy thử lại sau.", "Try again later."))
        held.headers["Retry-After"] = str(max(1, math.ceil(error.seconds)))
        return held

    def other(_: HttpRequest, error: Any) -> HttpResponse:
        return answer(415 if isinstance(error.__cause__, MediaTypeError) else error.status_code)

    api.add_exception_handler(AuthenticationError, unknown_person)
    api.add_exception_handler(PermissionDenied, refused)
    api.add_exception_handler(Http404, lambda _, __: answer(404, UNSEEN))
    api.add_exception_handler(TuanthuError, known)
    api.add_exception_handler(UnitFileError, unreadable)
    api.add_exception_handler(NotReadyError, waiting)
    api.add_exception_handler(TooManyRequestsError, too_many)
    api.add_exception_handler(ValidationError, wrong)
    api.add_exception_handler(HttpError, other)
