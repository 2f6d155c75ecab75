"""The antimalware of a simulated machine: licensed, free and built-in products in all their states."""

import random
from datetime import datetime, timedelta
from typing import Any

from tuanthu_policy.observation import Facts
from tuanthu_server.demo.facts import Sight, utc

Product = tuple[str, str, str, str]
PRODUCTS: tuple[Product, ...] = (
    ("defender", "Microsoft Defender Antivirus", "Microsoft", "builtin"),
    ("bkav", "Bkav Pro Endpoint", "Bkav", "licensed"),
    ("kaspersky", "Kaspersky Endpoint Security", "Kaspersky", "licensed"),
    ("eset", "ESET Endpoint Antivirus", "ESET", "licensed"),
    ("cmc", "CMC Antivirus", "CMC", "free"),
)
CLAMAV: Product = ("clamav", "ClamAV", "Cisco Talos", "free")


def antivirus_sight(draw: random.Random, host: Facts, at: datetime) -> Sight:
    """The antimalware: from well kept over old signatures and stopped services to none, or nobody could look."""
    luck = draw.random()
    if luck < 0.08:
        return Sight("antivirus", "simulated", "ok", {"product_count": 0, "products": []})
    if luck < 0.12:
        return Sight("antivirus", "simulated", "failed", {}, "permission-denied: simulated")
    if luck < 0.13:
        return Sight("antivirus", "simulated", "error", {}, "deadline: simulated")
    product = CLAMAV if host["os_family"] == "linux" else draw.choice(PRODUCTS)
    item = _product(draw, product, at)
    if luck < 0.19:
        item |= {"running": False, "realtime": False}
    elif luck < 0.26:
        item |= {"realtime": False}
    elif luck < 0.38:
        item |= {"signature_date": _old(draw, at), "update_running": False}
    elif luck < 0.41:
        del item["realtime"]
        facts = {"product_count": 1, "products": [item]}
        return Sight("antivirus", "simulated", "partial", facts, "permission-denied: simulated")
    return Sight("antivirus", "simulated", "ok", {"product_count": 1, "products": [item]})


def _product(draw: random.Random, product: Product, at: datetime) -> dict[str, Any]:
    identity, name, vendor, licence = product
    item = {
        "id": identity,
        "name": name,
        "vendor": vendor,
        "version": f"{draw.randint(8, 24)}.{draw.randint(0, 9)}.{draw.randint(100, 999)}",
        "running": True,
        "realtime": True,
        "signature_date": utc(at - timedelta(hours=draw.randint(4, 100))),
        "signature_source": "product",
        "auto_update": draw.random() < 0.94,
        "update_running": True,
        "licence_kind": licence,
    }
    if licence == "licensed":
        item |= _management(draw, at)
    if licence != "free":
        item["tamper_protection"] = draw.random() < 0.9
    return item


def _management(draw: random.Random, at: datetime) -> dict[str, Any]:
    """A licence that ends some day (of a few it has ended), and for most a management server that is heard from."""
    ends = at + timedelta(days=draw.randint(-20, 600))
    facts = {"licence_expires": utc(ends), "licence_valid": ends > at, "managed": draw.random() < 0.7}
    if facts["managed"]:
        facts |= {
            "management_server": "av.mau.invalid",
            "management_contact": utc(at - timedelta(hours=draw.choice((1, 3, 8, 20, 90)))),
        }
    return facts


def _old(draw: random.Random, at: datetime) -> str:
    return utc(at - timedelta(days=draw.randint(8, 120)))
