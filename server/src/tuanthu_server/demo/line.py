"""The simulated unit's line to the Internet, which all its machines share, and the systems that they must reach."""

import random
from datetime import timedelta
from functools import cache
from typing import Any, Final

from tuanthu_policy.service_address import address_of
from tuanthu_policy.tables import load_services
from tuanthu_server.demo.scene import Scene, Sight, sight, utc
from tuanthu_server.demo.watch import watched

SERVICES: Final = "dak-lak-health"
_FIBRE: Final = (("VNPT Technology", "GW040"), ("ZTE", "F670"), ("Huawei", "HG8145"), ("DASAN", "H646"))
_COPPER: Final = ("TP-Link", "TD-W8968")
_FAILURES: Final = ("tcp-timeout", "tcp-refused", "dns-failed", "http-status", "tls-expired", "http-timeout")
_NO_DNS: Final = ("dns-failed",)

Item = dict[str, Any]


def wan_sight(draw: random.Random, scene: Scene) -> Sight:
    """Sort, speed and steadiness of the line, as far as this machine could tell."""
    if not scene.connected:
        return sight("wan", {"access_grade": "unknown"}, "no-default-route", "access-undecided: fibre")
    facts, gaps = _access(scene.line_dice("access"))
    luck = draw.random()
    if luck < 0.92:
        facts["first_hop_ms"] = 10 if facts.get("fibre") else draw.choice((20, 50, 100))
    else:
        gaps.append("first-hop-unknown: first_hop_ms")
    if luck < 0.85:
        facts |= _speed(draw, scene, fibre=facts.get("fibre") is True)
    else:
        gaps.append("transfer-none: download_mbps, upload_mbps")
    return sight("wan", facts | _watch(draw, scene, gaps), *gaps)


def _access(draw: random.Random) -> tuple[Item, list[str]]:
    """What the gateway tells: a known model proves the sort, a hint makes it likely, silence decides nothing."""
    luck = draw.random()
    facts: Item = {"external_address_kind": "public" if luck < 0.7 else "cgnat", "link_up": True}
    if luck < 0.68:
        vendor, model = draw.choice(_FIBRE)
        return facts | _grade("confirmed", vendor, model, "fibre"), []
    if luck < 0.84:
        hint = _evidence("upnp", "WANAccessType", "PON", "fibre", "hint")
        return facts | {"access_grade": "likely", "fibre": True, "evidence": [hint]}, []
    if luck < 0.92:
        return facts | _grade("not-fibre", *_COPPER, "copper"), []
    return {"access_grade": "unknown", "evidence": []}, ["upnp-silent", "snmp-silent", "access-undecided: fibre"]


def _grade(grade: str, vendor: str, model: str, points_to: str) -> Item:
    return {
        "access_grade": grade,
        "fibre": points_to == "fibre",
        "evidence": [_evidence("model", "modelName", model, points_to, "proof")],
        "gateway_vendor": vendor,
        "gateway_model": model,
    }


def _evidence(source: str, key: str, value: str, points_to: str, weight: str) -> Item:
    return {"source": source, "key": key, "value": value, "points_to": points_to, "weight": weight}


def _speed(draw: random.Random, scene: Scene, *, fibre: bool) -> Item:
    down = draw.choice((35.0, 60.0, 80.0)) if fibre else draw.choice((4.0, 8.0, 15.0))
    measured = utc(scene.at - timedelta(hours=draw.randint(2, 160)))
    return {"download_mbps": down, "upload_mbps": down / 2 if fibre else 1.5, "transfer_at": measured}


def _watch(draw: random.Random, scene: Scene, gaps: list[str]) -> Item:
    """What the watch of the line saw; of a few it has only just begun."""
    if draw.random() < 0.08:
        gaps.append("line-watched-too-short: interruption_count, longest_interruption_seconds")
        return {
            "watched_since": utc(scene.at - timedelta(hours=10)),
            "line_state": "up",
            "interruptions": [],
            "watched_hours": 8,
        }
    return watched(scene, scene.at - scene.watching)


def reachability_sight(draw: random.Random, scene: Scene) -> Sight:
    """Whether the sector's systems can be reached: of most machines all can, of some one or two cannot."""
    wanted = _services()
    counts = {
        "service_count": len(wanted),
        "required_count": sum(one["required"] for one in wanted),
        "required_tls_count": sum(one["required"] for one in wanted),
    }
    if scene.luck(draw, 1) < 0.05:
        return sight("reachability", counts, "probes-passive")
    broken = {} if scene.kept else _broken(draw, [str(one["id"]) for one in wanted])
    items = [_service(draw, scene, one, "dns-failed" if not scene.connected else broken.get(one["id"], ""))
             for one in wanted]  # fmt: skip
    return sight(
        "reachability", {"services": items} | counts | _counted([one for one in items if one["required"]], items)
    )


def _broken(draw: random.Random, names: list[str]) -> dict[str, str]:
    """Services that this machine does not reach, with the step that failed."""
    if draw.random() < 0.78:
        return {}
    return {draw.choice(names): draw.choice(_FAILURES) for _ in range(draw.randint(1, 2))}


def _service(draw: random.Random, scene: Scene, wanted: Item, failure: str) -> Item:
    item: Item = {**wanted, "tls": True, "via": "direct", "reachable": not failure}
    if failure:
        item["failure"] = failure
    if failure in _NO_DNS:
        return item
    item["dns_ms"] = draw.choice((10, 20, 50))
    if failure.startswith("tcp"):
        return item
    left = -3 if failure == "tls-expired" else int(_days_left(str(wanted["id"])))
    expires = utc(scene.at + timedelta(days=left, hours=1))
    item |= {"tcp_ms": draw.choice((20, 50)), "tls_ms": 50, "tls_valid": failure != "tls-expired"}
    item |= {"tls_version": "TLSv1.3", "tls_expires": expires, "tls_days_left": left}
    if not failure or failure == "http-status":
        item |= {"http_ms": draw.choice((50, 100, 200)), "http_status": 503 if failure else 200}
    return item


def _days_left(name: str) -> int:
    return random.Random(name).randint(30, 300)  # noqa: S311 - invented facts, no secrets


def _counted(required: list[Item], items: list[Item]) -> Item:
    facts: Item = {
        "reachable_count": sum(one["reachable"] for one in items),
        "unreachable_required_count": sum(not one["reachable"] for one in required),
        "dns_failed_required_count": sum(one.get("failure") in _NO_DNS for one in required),
    }
    invalid = sum(one.get("tls_valid") is False for one in required)
    whole = all("tls_valid" in one for one in required)
    if invalid or whole:
        facts["tls_invalid_required_count"] = invalid
    if whole:
        facts |= {"tls_old_required_count": 0, "least_tls_days_left": min(one["tls_days_left"] for one in required)}
    return facts


@cache
def _services() -> tuple[Item, ...]:
    """The services of the policy's set, with their addresses."""
    found = []
    for one in load_services(SERVICES).services:
        address = address_of(one.url)
        if address is not None:
            found.append({"id": one.id, "host": address[1], "port": address[2], "required": one.required})
    return tuple(sorted(found, key=lambda item: str(item["id"])))
