"""Finding assets by what people know of them: a name, a serial number, an address."""

from django.db.models import Q, QuerySet

from tuanthu_server.inventory.models import Asset


def find_assets(assets: "QuerySet[Asset]", words: str, most: int) -> list[Asset]:
    """Those of these assets that are not retired and whose fields hold every word; machines first, then by name.

    MAC addresses are found however they are written: with colons, dashes or nothing between.
    """
    found = assets.filter(retired_at__isnull=True)
    for word in words.split():
        found = found.filter(_holds(word))
    return list(found.order_by("device_key", "name", "pk")[:most])


def _holds(word: str) -> Q:
    fields = ("name", "serial", "os", "owner", "location", "vendor", "model", "address", "device_key")
    condition = Q()
    for field in fields:
        for spelling in {word, word.upper(), word.lower()}:  # SQLite's own knows the case of English letters only
            condition |= Q(**{f"{field}__icontains": spelling})
    digits = word.replace(":", "").replace("-", "").replace(".", "").lower()
    if len(digits) >= SHORTEST_MAC and all(letter in "0123456789abcdef" for letter in digits):
        mac = ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))
        condition |= Q(macs__icontains=mac) | Q(device_key__icontains=mac)
    return condition


SHORTEST_MAC = 6
"""Digits of a MAC that are worth looking for: a vendor's part."""
