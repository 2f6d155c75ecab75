"""Values of JSON and XML by path. Total: what cannot be read is absent."""

import json
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

ABSENT: Final = object()
_LONGEST_NUMBER: Final = 400


def read_json(text: str) -> Any:
    """The document, or `ABSENT`."""
    try:
        return json.loads(text.lstrip("\ufeff"), parse_constant=_refuse, parse_int=_integer)
    except (ValueError, RecursionError):
        return ABSENT


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("number")
    return int(text)


def json_value(document: Any, path: str) -> str | None:
    """The value at `a.b.0`, as text: `true`, `12`, compact JSON for a list or an object. None: not there, or null."""
    value = document
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(value):
            value = value[int(step[:9])]
        else:
            return None
    return _text(value)


def _text(value: Any) -> str | None:
    if value is None or value is ABSENT:
        return None
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return None


def read_xml(body: bytes) -> Element | None:
    """The root; None for what is no XML, has a document type or entities."""
    try:
        root = fromstring(body.strip(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    return root if isinstance(root, Element) else None


def xml_value(root: Element | None, path: str) -> tuple[str, ...]:
    """The texts at `root/child/leaf`, without regard to name spaces; `@name` at the end is an attribute."""
    if root is None:
        return ()
    first, *steps = path.split("/")
    found = [root] if _local(root) == first else []
    for index, step in enumerate(steps):
        if step.startswith("@") and index == len(steps) - 1:
            return tuple(one.attrib[step[1:]] for one in found if step[1:] in one.attrib)
        found = [child for one in found for child in one if _local(child) == step]
    return tuple((one.text or "").strip() for one in found)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
