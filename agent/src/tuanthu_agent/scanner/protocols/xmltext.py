"""XML of devices, through defusedxml: names without their namespaces. Pure."""

from typing import Final
from xml.etree.ElementTree import Element, ParseError

MOST_BYTES: Final = 128 * 1024


def parse_xml(raw: bytes) -> Element | None:
    """The root; None for what is not XML, defines entities, or is too long."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(raw) > MOST_BYTES:
        return None
    try:
        root = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    return root if isinstance(root, Element) else None


def local(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def every(root: Element | None, name: str) -> list[Element]:
    """All elements of that name, in order."""
    return [] if root is None else [element for element in root.iter() if local(element) == name]


def first(root: Element | None, name: str) -> Element | None:
    """The first element of that name."""
    return next(iter(every(root, name)), None)


def text_of(root: Element | None, name: str) -> str | None:
    """The text of the first element of that name; None where it is absent or empty."""
    found = first(root, name)
    text = (found.text or "").strip() if found is not None else ""
    return text or None
