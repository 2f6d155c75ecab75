"""XML of strangers, by expat alone: no document types, no entities, bounded in depth, elements and text."""

from __future__ import annotations

from typing import Any, Dict, Final, Iterator, List, Optional
from xml.parsers import expat

MOST_BYTES: Final = 128 * 1024
MOST_ELEMENTS: Final = 2000
MOST_DEPTH: Final = 24
MOST_TEXT: Final = 512


class XmlError(ValueError):
    """No XML, or more than anybody needs."""


class Node:
    """An element without its namespace and attributes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = ""
        self.children: List[Node] = []

    def find(self, name: str) -> str:
        """The text of the first child of that name, stripped; empty where there is none."""
        return next((child.text.strip() for child in self.children if child.name == name), "")

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


class _Builder:
    def __init__(self) -> None:
        self.root: Optional[Node] = None
        self._open: List[Node] = []
        self._count = 0

    def start(self, name: str, attributes: Dict[str, str]) -> None:  # noqa: ARG002  as expat calls it
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise XmlError("too large")
        node = Node(name.rpartition(":")[2][:64])
        if self._open:
            self._open[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self._open.append(node)

    def end(self, name: str) -> None:  # noqa: ARG002  as expat calls it
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open and len(self._open[-1].text) < MOST_TEXT:
            self._open[-1].text += data[:MOST_TEXT]


def _refuse(*arguments: Any) -> int:  # noqa: ARG001  as expat calls it
    raise XmlError("document type or entity")


def parse_xml(data: bytes) -> Node:
    """The root element; raises XmlError for everything else, a document type declaration among it. Pure."""
    if len(data) > MOST_BYTES:
        raise XmlError("too large")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(data.strip(b"\0 \t\r\n"), True)  # noqa: FBT003  the last piece
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise XmlError(str(error)) from None
    if builder.root is None:
        raise XmlError("empty")
    return builder.root
