"""Kinds of which the catalogue has a draft only: how they log in is not known well enough to try, and no miss."""

from tuanthu_policy.devices.loader import load_devices


def drafts():
    """Ids of the draft entries of the shipped catalogue."""
    return {family.id for family in load_devices().values() if family.status == "draft"}


def untestable(findings, hosts, ids=None):
    """Kinds that were recognised as a draft, and nowhere in these findings as another entry."""
    ids = drafts() if ids is None else ids
    families = {}
    for line in findings:
        families.setdefault(line["ip"], set()).add(line["device"]["family"])
    of_kind = {}
    for host in hosts:
        of_kind.setdefault(host.kind, set()).update(families.get(host.address, set()) - {None})
    return frozenset(kind for kind, seen in of_kind.items() if seen and seen <= ids)
