"""Reading the subject that a test names: of an HTTP answer, or of the evidence of a fingerprint."""

import hashlib
import html
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final
from xml.etree.ElementTree import Element

from tuanthu_policy.devices import trees
from tuanthu_policy.devices.answer import LONGEST_BODY, Answer
from tuanthu_policy.devices.challenges import parse_challenges

Reader = Callable[[str], tuple[str, ...]]
"""Name of a subject → its values; none where it is not there."""
NAMED: Final = ("status", "location", "realm", "scheme", "title", "body", "body.md5")
PREFIXES: Final = ("header.", "cookie.", "json.", "xml.")
LONGEST_TITLE: Final = 300
_SPACE: Final = re.compile(r"\s+")


def is_subject(where: str) -> bool:
    """Whether an answer can have such a subject."""
    return where in NAMED or any(where.startswith(prefix) and len(where) > len(prefix) for prefix in PREFIXES)


def page_title(text: str) -> str | None:
    """The text of the first `<title>`; None where there is none or it does not end."""
    lower = text.lower()  # may be longer than the text where it holds letters such as İ: only a title is misread then
    start = lower.find("<title")
    opened = lower.find(">", start) if start >= 0 else -1
    end = lower.find("</title", opened) if opened >= 0 else -1
    if end < 0:
        return None
    return _SPACE.sub(" ", html.unescape(text[opened + 1 : end][: LONGEST_TITLE * 4])).strip()[:LONGEST_TITLE]


def cookies(answer: Answer) -> dict[str, str]:
    """What Set-Cookie sets, by name; the last of one name counts."""
    found: dict[str, str] = {}
    for value in answer.header("set-cookie"):
        name, equals, rest = value.partition(";")[0].partition("=")
        if equals and name.strip():
            found[name.strip()] = rest.strip().strip('"')
    return found


class AnswerReader:
    """The subjects of one answer; each is read once."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._kept: dict[str, tuple[str, ...]] = {}

    def __call__(self, where: str) -> tuple[str, ...]:
        """The values of a subject."""
        if where not in self._kept:
            self._kept[where] = self._read(where)
        return self._kept[where]

    def _read(self, where: str) -> tuple[str, ...]:
        prefix, dot, rest = where.partition(".")
        if where in _BY_NAME:
            return _BY_NAME[where](self.answer)
        return _BY_PREFIX[prefix](self, rest) if dot and prefix in _BY_PREFIX else ()

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or `trees.ABSENT`."""
        return trees.read_json(self.answer.text())

    @cached_property
    def xml(self) -> Element | None:
        """The root of the body as XML."""
        return trees.read_xml(self.answer.body[:LONGEST_BODY])


def _some(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _challenged(answer: Answer) -> list[tuple[str, str | None]]:
    return [(one.scheme, one.realm) for one in parse_challenges(answer.header("www-authenticate"))]


_BY_NAME: Final[dict[str, Callable[[Answer], tuple[str, ...]]]] = {
    "status": lambda answer: (str(answer.status),),
    "location": lambda answer: answer.header("location")[:1],
    "scheme": lambda answer: tuple(dict.fromkeys(scheme for scheme, _ in _challenged(answer))),
    "realm": lambda answer: tuple(dict.fromkeys(realm for _, realm in _challenged(answer) if realm is not None)),
    "title": lambda answer: _some(page_title(answer.text())),
    "body": lambda answer: (answer.text(),),
    "body.md5": lambda answer: (hashlib.md5(answer.body, usedforsecurity=False).hexdigest(),),
}
_BY_PREFIX: Final[dict[str, Callable[[AnswerReader, str], tuple[str, ...]]]] = {
    "header": lambda reader, name: reader.answer.header(name),
    "cookie": lambda reader, name: _some(cookies(reader.answer).get(name)),
    "json": lambda reader, path: _some(trees.json_value(reader.json, path)),
    "xml": lambda reader, path: trees.xml_value(reader.xml, path),
}


def page_evidence(answer: Answer) -> dict[str, str]:
    """The `http.…` subjects of a start page, for the evidence of a fingerprint. Several values: one a line."""
    found: dict[str, str] = {}
    read = AnswerReader(answer)
    for name in NAMED:
        values = read(name)
        if values:
            found[f"http.{name}"] = "\n".join(values)
    for key in dict.fromkeys(key.lower() for key, _ in answer.headers):
        found[f"http.header.{key}"] = "\n".join(answer.header(key))
    for name, value in cookies(answer).items():
        found[f"http.cookie.{name}"] = value
    return found


def evidence_reader(evidence: Mapping[str, str]) -> Reader:
    """The subjects of a fingerprint. Names of header fields are read in any case."""
    kept = {_folded(name): value for name, value in evidence.items()}

    page = AnswerReader(Answer(200, (), kept.get("http.body", "").encode("utf-8", "replace")))

    def read(where: str) -> tuple[str, ...]:
        name = _folded(where)
        if name.startswith(("http.json.", "http.xml.")):
            return page(name.removeprefix("http."))
        if name not in kept:
            return ()
        if name == "ports":
            return tuple(kept[name].split())
        several = name in {"http.realm", "http.scheme"} or name.startswith(("http.header.", "http.cookie."))
        return tuple(kept[name].split("\n")) if several else (kept[name],)

    return read


def _folded(name: str) -> str:
    return name.lower() if name.startswith("http.header.") else name
