"""Which device the gateway is, by its own words: its web page and UPnP names, against the device catalogue."""

from __future__ import annotations

import re
import socket
import time
from typing import Dict, Final, Iterable, List, Tuple

from tuanthu_agent.collectors import web
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.wan.grading import HINT, Evidence
from tuanthu_agent.collectors.wan.upnp import printable

PAGE_SECONDS: Final = 4.0
MOST_PAGE: Final = 16 * 1024
_TITLE: Final = re.compile(r"<title[^>]{0,100}>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_REALM: Final = re.compile(r'realm="([^"]{1,120})"', re.IGNORECASE)


def read_page(gateway: str) -> web.Answer:
    """The start page of the gateway, asked for once, without any credentials; raises WebError."""
    deadline = time.monotonic() + PAGE_SECONDS
    try:
        with socket.create_connection((gateway, 80), timeout=PAGE_SECONDS) as connection:
            return web.converse(connection, web.request("GET", gateway, "/"), deadline, MOST_PAGE)
    except OSError:
        raise web.WebError("refused") from None


def page_words(answer: web.Answer) -> Dict[str, str]:
    """Server, realm and title of a page. Pure and total."""
    words = {"Server": answer.fields.get("server", "")}
    realm = _REALM.search(answer.fields.get("www-authenticate", ""))
    words["realm"] = realm.group(1) if realm else ""
    title = _TITLE.search(answer.body.decode("utf-8", "replace"))
    words["title"] = title.group(1) if title else ""
    return {name: printable(text) for name, text in words.items() if printable(text)}


def ask_gateway(found: Findings, gateway: str) -> List[Evidence]:
    """What its web page shows; a gap where there is none."""
    try:
        answer = read_page(gateway)
    except web.WebError:
        found.miss("web-no-answer: gateway")
        return []
    found.used("web")
    return [Evidence("web", name, text) for name, text in sorted(page_words(answer).items())]


def match_models(words: Iterable[str], models: Iterable[Tuple[str, str, str]]) -> List[Evidence]:
    """The models of the device catalogue whose names stand in these words. Pure.

    `models`: maker, sort of line and a pattern for text in capitals. All of them come from one device: one source.
    """
    texts = [text.upper() for text in words]
    found = []
    for vendor, access, pattern in models:
        named = next(filter(None, (re.search(pattern, text) for text in texts)), None)
        if named is not None:
            found.append(Evidence("model", "catalogue", f"{vendor} {named.group()}", access, HINT))
    return found


def read_models(found: Findings) -> List[Tuple[str, str, str]]:
    """What the device catalogue says of models, for `match_models`; none, with a gap, where it cannot be read."""
    try:
        from tuanthu_policy.access_lines import load_access_lines
        from tuanthu_policy.errors import PolicyError
    except ImportError:
        found.miss("access-lines-unreadable: no policy on this machine")
        return []
    try:
        return list(load_access_lines())
    except PolicyError as error:
        found.miss(f"access-lines-unreadable: {error.en}"[:200])
        return []
