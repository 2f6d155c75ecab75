"""What a format is."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from tuanthu_server.reports.snapshot.model import DepartmentReport


class Rendered(NamedTuple):
    """One finished file."""

    filename: str
    content_type: str
    content: bytes


class Exporter(ABC):
    """A format. The same snapshot gives the same bytes, whenever it is rendered."""

    id: ClassVar[str]
    title: ClassVar[str]
    filename: ClassVar[str]
    content_type: ClassVar[str]

    @abstractmethod
    def content(self, snapshot: DepartmentReport) -> bytes:
        """The bytes of the file; raises ReportError when this machine lacks something that the format needs."""

    def render(self, snapshot: DepartmentReport) -> Rendered:
        """The file with its default name and its type."""
        return Rendered(self.filename, self.content_type, self.content(snapshot))
