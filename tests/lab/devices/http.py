"""A small HTTP/1.1 server in which a kind of device says what each request gets."""

import asyncio
import json
import re
import secrets
import socket
import struct
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.lab.devices.state import Answer

SLOW_SECONDS, TICKS = 0.7, 20
REASONS = {200: "OK", 302: "Found", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}  # fmt: skip


@dataclass
class Request:
    """What came; `peer` is the client's address, `entry` its connection."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    peer: str
    entry: object = None

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def form(self):
        kind = self.headers.get("content-type", "")
        if "multipart/form-data" in kind:
            return dict(re.findall(r'name="([^"]+)"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', self.text, re.DOTALL))
        return dict(parse_qsl(self.text, keep_blank_values=True))

    def json(self):
        try:
            found = json.loads(self.body)
        except ValueError:
            found = {}
        return found if isinstance(found, dict | list) else {}

    def cookie(self, name):
        for part in self.headers.get("cookie", "").split(";"):
            left, _, right = part.strip().partition("=")
            if left == name:
                return right
        return ""


@dataclass
class Response:
    """What goes back."""

    body: str | bytes = ""
    status: int = 200
    headers: list = field(default_factory=list)
    kind: str = "text/html"

    def encode(self, server):
        body = self.body.encode() if isinstance(self.body, str) else self.body
        fields = [("Content-Type", self.kind), ("Content-Length", str(len(body))), *self.headers]
        if server:
            fields.insert(0, ("Server", server))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        return f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'X')}\r\n{head}\r\n".encode() + body


def page(title, body="", **head):
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head.get('head', '')}</head><body>{body}</body></html>"


def as_json(value, status=200, headers=()):
    return Response(json.dumps(value), status, list(headers), "application/json")


def moved(where, status=302, headers=()):
    return Response("", status, [("Location", where), *headers])


NOT_FOUND = Response(page("404 Not Found", "<h1>Not Found</h1>"), 404)


class Web:
    """The web service of one device; a kind's class answers requests.

    `answer` returns None for what it does not know: a 404, and a write where the method is one that changes things.
    """

    server = "httpd"
    success_words = "logout"
    """What a careless client takes for the page behind the login."""

    def __init__(self, device, service):
        self.device, self.service, self.state, self.kind = device, service, device.state, device.kind
        self.names = device.kind.names

    def start_page(self, request):
        """What `/` shows to a stranger."""
        return Response(page(self.device.model))

    def answer(self, request):
        raise NotImplementedError

    def login(self, request, user, check, *, each_request=False):
        """One login; `check` is a password or tells whether a password is the one that was sent."""
        test = check if callable(check) else lambda password: password == check
        before = len(self.state.attempts)
        answer = self.state.login(
            f"http/{self.service.port}",
            user,
            test,
            request.peer,
            each_request=each_request,
            exclusive=not each_request,
        )
        request.entry.logins += len(self.state.attempts) - before
        request.headers["lab-login"] = str(answer)
        return answer

    def open_session(self):
        return self.state.open_session(secrets.token_hex(16))

    def respond(self, request):
        """The answer with what the mutation does to it."""
        if self.device.mutation == "catch-all":
            return self.dressed(self.start_page(request), 200)
        found = self.answer(request)
        if found is None:
            if request.method not in ("GET", "HEAD", "OPTIONS", "POST"):
                self.state.wrote(f"{request.method} {request.path}")
            elif request.method == "POST" and request.headers.get("lab-login") is None:
                self.state.wrote(f"POST {request.path} {request.text[:60]}")
            return NOT_FOUND
        if self.device.mutation == "words-before-login" and request.path in ("/", "/index.asp", "/index.html"):
            return self.dressed(found, found.status)
        return found

    def dressed(self, response, status):
        text = response.body if isinstance(response.body, str) else response.body.decode("utf-8", "replace")
        return Response(f"{text}<!-- {self.success_words} -->", status, response.headers, response.kind)

    async def __call__(self, reader, writer, entry):
        """Serve one connection until it ends."""
        while True:
            request = await read_request(reader, entry)
            if request is None:
                return
            response = self.respond(request)
            if self.device.mutation == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            if "lab-login" in request.headers and self.device.mutation == "reset":
                reset(writer)
                return
            data = response.encode(self.server)
            if "lab-login" in request.headers and self.device.mutation == "tarpit":
                await drip(reader, writer, data, entry)
                return
            writer.write(data)
            await writer.drain()
            if request.headers.get("connection", "").lower() == "close":
                return


async def read_request(reader, entry):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return None
    entry.talked = True
    first, *rest = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rest if row)}
    length = headers.get("content-length", "0")
    body = await reader.readexactly(min(int(length), 1 << 20)) if length.isdigit() else b""
    split = urlsplit(words[1])
    query = dict(parse_qsl(split.query, keep_blank_values=True))
    return Request(words[0], unquote(split.path), query, headers, body, entry.peer[0], entry)


def reset(writer):
    """End with a RST instead of a FIN."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def drip(reader, writer, data, entry):
    """A byte a second, until the client has enough."""
    for count in range(120 * TICKS):
        if reader.at_eof() or writer.is_closing():
            entry.close()
            return
        if count % TICKS == 0:
            writer.write(data[count // TICKS : count // TICKS + 1])
        await asyncio.sleep(1 / TICKS)


def refused(answer):
    return answer in (Answer.REFUSED, Answer.LOCKED)
