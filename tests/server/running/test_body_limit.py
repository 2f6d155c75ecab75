"""Bodies of pages end at a size, whatever they declare."""

import asyncio

import msgspec
import pytest

from tuanthu_server.body_limit import LimitedBodies


def asked(parts: list[bytes], declared: str | None = None, path: str = "/") -> tuple[list[bytes], list[dict]]:
    """What the application behind the limit was given, and what was answered."""
    given, said = [], []
    left = iter(parts)

    async def receive():
        return {"type": "http.request", "body": next(left), "more_body": True}

    async def application(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            given.append(message["body"])
            if sum(map(len, given)) == sum(map(len, parts)):
                return

    async def send(message):
        said.append(message)

    headers = [] if declared is None else [(b"content-length", declared.encode())]
    asyncio.run(LimitedBodies(application, 10)({"type": "http", "path": path, "headers": headers}, receive, send))
    return given, said


@pytest.mark.parametrize("declared", ["11", "9" * 400])
def test_what_says_that_it_is_too_large_is_refused_unread(declared):
    given, said = asked([b"x" * 11], declared)

    assert given == []
    assert said[0]["status"] == 413


@pytest.mark.parametrize("declared", [None, "3", "viel", "-5"])
def test_what_turns_out_to_be_too_large_is_cut_off(declared):
    given, said = asked([b"x" * 6, b"y" * 6], declared, "/api/v1/waivers")

    assert given == [b"x" * 6]
    assert (said[0]["status"], dict(said[0]["headers"])[b"content-type"]) == (413, b"application/problem+json")
    assert msgspec.json.decode(said[1]["body"])["title_en"] == "The body is too large"


def test_what_fits_is_taken():
    assert asked([b"x" * 4, b"y" * 6], "10") == ([b"x" * 4, b"y" * 6], [])
