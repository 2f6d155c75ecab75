"""One request of a catalogue entry, filled in and ready to be sent. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from tuanthu_policy.devices.family import Request
from tuanthu_policy.devices.templates import fill, fill_tree

METHODS: Final = ("GET", "POST", "PUT", "DELETE", "HEAD")
AUTHS: Final = ("session", "none", "basic", "digest")
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
_LONGEST_PATH: Final = 4096


class RequestError(ValueError):
    """A request that must not be sent as it came out: line breaks, another host."""


class Rendered(msgspec.Struct, frozen=True):
    """What is sent; framing, cookies and authentication are added by the one who sends it."""

    method: str
    path: str
    """Begins with `/`; only printable ASCII."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    auth: str = "session"


def render(request: Request, variables: Mapping[str, str]) -> Rendered:
    """Fill in a request; raises TemplateError or RequestError. `{origin}` is a variable like the others."""
    headers = {name: fill(value, variables) for name, value in request.headers.items()}
    body, kind = _body(request, variables)
    if kind and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = kind
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or not value.isprintable():
            raise RequestError(f"header {name}")
    path = local_path(fill(request.path, variables), variables.get("origin", ""))
    return Rendered(request.method, path, tuple(headers.items()), body, request.auth)


def _body(request: Request, variables: Mapping[str, str]) -> tuple[bytes, str]:
    if request.form is not msgspec.UNSET:
        fields = {name: fill(value, variables) for name, value in request.form.items()}
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    if request.json is not msgspec.UNSET:
        return json.dumps(fill_tree(request.json, variables), ensure_ascii=False).encode(), "application/json"
    return (b"", "") if request.text is msgspec.UNSET else (fill(request.text, variables).encode(), "")


def local_path(text: str, origin: str) -> str:
    """The path and query of an address at the same origin, or of a path; raises RequestError for any other."""
    if origin and text.lower().startswith(f"{origin.lower()}/"):
        text = text[len(origin) :]
    try:
        parts = urlsplit(text)
    except ValueError:
        raise RequestError("path") from None
    if parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//") or len(text) > _LONGEST_PATH:
        raise RequestError("path")
    if not text.isprintable() or " " in text:
        raise RequestError("path")
    return quote(text.partition("#")[0], safe="/?&=%:@!$'()*+,;~[]|-._")
