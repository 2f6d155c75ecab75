"""Whether a product is installed and runs, by the service control manager and its program on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Sequence

from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.paths import folder_of, folders_of, program_of
from tuanthu_agent.collectors.antivirus.windows.product import Product
from tuanthu_agent.windows.interface import Service


@dataclass(frozen=True)
class Installed:
    """What the services say of one product."""

    present: bool = False
    running: bool | None = None
    """None: it is starting or stopping, or could not be told."""
    leftover: bool = False
    """A service is registered, and no program of it is to be found."""
    doubtful: bool = False
    """A service is registered, and its program's place may not be looked at."""
    programs: tuple[str, ...] = ()
    """Folders of the programs of its services, lower case."""


def assign(products: Sequence[Product], look: Look) -> Dict[str, List[Service]]:
    """The scanners' services by product; one that several could claim goes where its program lies, or to the first."""
    own: Dict[str, List[Service]] = {}
    for one in (look.services or {}).values():
        claiming = [product for product in products if belongs(product, one) and has_all(product, look)]
        folders = folders_of(program_of(one.path))
        placed = [product for product in claiming if product.lies_in(folders)]
        told_apart = [product for product in claiming if product.requires]
        for product in (told_apart or placed or claiming)[:1]:
            own.setdefault(product.id, []).append(one)
    return own


def has_all(product: Product, look: Look) -> bool:
    """Whether the services that it requires are registered."""
    return all(name in (look.services or {}) for name in product.requires)


def look_up(own: Sequence[Service], look: Look) -> Installed:
    """A running service is proof. A stopped one needs its program on the disk: removals leave services behind."""
    programs = tuple(sorted({folder_of(path) for one in own if (path := program_of(one.path))}))
    if any(one.running for one in own):
        return Installed(present=True, running=True, programs=programs)
    there = [look.host.has(path) if (path := program_of(one.path)) else False for one in own]
    if True in there:
        return Installed(present=True, running=stopped(own), programs=programs)
    return Installed(leftover=False in there, doubtful=None in there)


def belongs(product: Product, service: Service) -> bool:
    """Whether a service is one of the product's scanners."""
    if product.has_service(service.name):
        return True
    return product.by_folder and product.lies_in(folders_of(program_of(service.path)))


def stopped(services: Iterable[Service]) -> bool | None:
    """False where all are stopped or paused; None while one is starting or stopping."""
    return None if any(one.state == "changing" for one in services) else False


def beside(look: Look, program: str) -> bool | None:
    """Whether a service runs from the folder of a program that is in no table; None where none is registered there."""
    if look.services is None:
        return None
    folder = folder_of(program)
    own: List[Service] = [
        one for one in look.services.values() if folder_of(program_of(one.path) or "") == folder and folder
    ]
    if any(one.running for one in own):
        return True
    return stopped(own) if own else None
