"""What is known of an antivirus product for Windows: one row of the table that the vendors' files make up."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Callable, Final, Optional, Sequence, Tuple

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look

DOCUMENTED: Final = "documented"
"""By the vendor or Microsoft."""
PUBLIC: Final = "public code"
"""Read in the same way by published inventory or monitoring software."""
GENERAL: Final = "general knowledge"
"""Known from practice, without a document at hand."""

Read = Callable[[Item, Look], None]


@dataclass(frozen=True)
class Known:
    """Where one field comes from, and how sure that is."""

    field: str
    source: str
    """What stands in the fact `sources`."""
    where: str
    """Key, class or file, for people."""
    grade: str


@dataclass(frozen=True)
class Product:
    """One product. Names are lower case; nothing here is a localised text."""

    id: str
    name: str
    vendor: str
    services: Tuple[str, ...]
    """Key names of the services that scan, `*` standing for anything; never an agent's that only manages or reports."""
    folders: Tuple[str, ...]
    """Folders of the program's path that give the product away in the Security Center."""
    brands: Tuple[str, ...] = ()
    """Brand words in an uninstall entry's name, the same in every language; only for what a removal left behind."""
    licence_kind: str = ""
    """Empty: the same product is sold and given away."""
    free: Tuple[str, ...] = ()
    """Brand words of its free editions in an uninstall entry's name."""
    paid: Tuple[str, ...] = ()
    """The same of editions that are sold."""
    requires: Tuple[str, ...] = ()
    """Key names of services that tell this product from another one with the same scanner."""
    platform: str = "clients and servers"
    """For which Windows its maker sells it; it is looked for on all."""
    by_folder: bool = False
    """The names of its services are not known for sure: any service that runs from its folder is one of them."""
    grade: str = GENERAL
    """How sure the names of services and folders are."""
    known: Tuple[Known, ...] = ()
    """Fields beyond those that services and Security Center give."""
    read: Optional[Read] = None
    """Fills in what `known` lists."""

    def has_service(self, name: str) -> bool:
        """Whether a service of that key name is one of its scanners."""
        return any(fnmatchcase(name.lower(), pattern) for pattern in self.services)

    def lies_in(self, folders: Sequence[str]) -> bool:
        """Whether a program with these folders (lower case) in its path is its own."""
        return any(fnmatchcase(folder, pattern) for folder in folders for pattern in self.folders)
