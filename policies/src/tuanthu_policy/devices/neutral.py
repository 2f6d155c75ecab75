"""Answers that prove nothing. No test of an entry that is to be proof may hold on any of them."""

from typing import Final

from tuanthu_policy.devices.answer import Answer

_HTML: Final = (("Content-Type", "text/html; charset=utf-8"), ("Server", "httpd"))
_PAGE: Final = b"<html><head><title>Welcome</title></head><body><h1>Welcome</h1><p>It works. OK</p></body></html>"
_JSON: Final = (("Content-Type", "application/json"),)

NEUTRAL: Final[dict[str, Answer]] = {
    "empty-200": Answer(200),
    "catch-all-200": Answer(200, _HTML, _PAGE),
    "session-200": Answer(200, (*_HTML, ("Set-Cookie", "id=0; path=/")), _PAGE),
    "no-content": Answer(204),
    "empty-json": Answer(200, _JSON, b"{}"),
    "empty-xml": Answer(200, (("Content-Type", "application/xml"),), b"<root/>"),
    "redirect": Answer(302, (("Location", "/"),)),
    "to-tls": Answer(301, (("Location", "https://192.0.2.1/"),)),
    "bad-request": Answer(400, _HTML, b"<html><title>400 Bad Request</title><h1>400 Bad Request</h1></html>"),
    "forbidden": Answer(403, _HTML, b"<html><title>403 Forbidden</title><h1>403 Forbidden</h1></html>"),
    "not-found": Answer(404, _HTML, b"<html><title>404 Not Found</title><h1>404 Not Found</h1></html>"),
    "too-many": Answer(429),
    "broken": Answer(500, _HTML, b"<html><title>500 Internal Server Error</title></html>"),
    "busy": Answer(503, _HTML, b"<html><title>503 Service Unavailable</title></html>"),
}
"""Name → answer. A bare 401 is none of them: it says that the credentials were not taken."""
UNAUTHORISED: Final = Answer(401, (("WWW-Authenticate", 'Basic realm="x"'),), b"<html><title>401</title></html>")
"""What may be a refusal, and never a success."""
