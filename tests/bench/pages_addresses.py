"""Addresses of every sort of page and of what the interface reads."""

import random

from tuanthu_policy.fact import AssetSort
from tuanthu_server.accounts.models import User
from tuanthu_server.compliance.models import Attestation, PolicyVersion, Waiver
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.compliance.worklist import work_items
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit


def addresses(now: Standing) -> dict[str, list[str]]:
    """By sort; of many of a sort a seeded choice, the largest unit and the rule that fails most among them."""
    draw = random.Random(1)
    units = _units(now, draw)
    machines, devices = (
        list(Asset.objects.filter(retired_at=None, **which).order_by("pk").values_list("pk", flat=True))
        for which in ({"role__in": ("workstation", "server")}, {"role": "device"})
    )
    some_machines, some_devices = draw.sample(machines, 20), draw.sample(devices, min(10, len(devices)))
    rules = [one.rule.id for one in sorted(work_items(now, list(now.units)), key=lambda one: -one.failed)]
    shown = [*rules[:3], *draw.sample(rules, min(7, len(rules)))]
    about = [rule for rule in shown if now.policy.policy.sorts[rule] is not AssetSort.DEVICE]
    names = [Asset.objects.get(pk=machine).name for machine in some_machines[:3]]
    return {
        "overview": ["/"],
        "work": ["/to-do/"],
        "work of a unit": [f"/to-do/?unit={code}" for code in units[:5]],
        "work rule": [f"/to-do/{rule}/" for rule in shown],
        "work rule CSV": [f"/to-do/{rule}.csv" for rule in shown[:3]],
        "search": ["/search/?q=tram", *(f"/search/?q={one}" for one in (*names, "windows", "00:1a:2b", "không-có"))],
        "units": ["/units/"],
        "places": ["/places/", "/places/?by=place"],
        "unit's history": [f"/units/{code}/history/" for code in units[:5]],
        "machines to check": ["/machines/"],
        "agents": ["/agents/"],
        "unit, largest": [f"/units/{units[0]}/"],
        "unit": [f"/units/{code}/" for code in units],
        "machine": [f"/assets/{pk}/" for pk in some_machines],
        "device": [f"/assets/{pk}/" for pk in some_devices],
        "devices": ["/devices/"],
        "unit's devices": [f"/devices/{code}/" for code in units[:10]],
        "computers": ["/computers/"],
        "lines": ["/lines/"],
        "scans": ["/scans/"],
        "indicators": ["/indicators/"],
        "controls": ["/controls/"],
        "control": draw.sample(_controls(now), min(20, len(_controls(now)))),
        **_of_people(units),
        **_interface(units, some_machines, about),
    }


def _units(now: Standing, draw: random.Random) -> list[str]:
    largest = max(now.units.values(), key=lambda one: one.assets).unit_id
    codes = dict(Unit.objects.values_list("pk", "code"))
    return [codes[largest], *draw.sample(sorted(codes.values()), min(19, len(codes)))]


def _controls(now: Standing) -> list[str]:
    return [
        f"/controls/{framework.id}/{control.id}/"
        for framework in now.policy.policy.frameworks.values()
        for control in framework.controls
    ]


def _of_people(units: list[str]) -> dict[str, list[str]]:
    versions = list(PolicyVersion.objects.order_by("pk").values_list("pk", flat=True))
    waiver, attestation = (
        list(model.objects.order_by("pk").values_list("pk", flat=True)[:3]) for model in (Waiver, Attestation)
    )
    person = User.objects.exclude(username="bench").order_by("pk").values_list("pk", flat=True)[0]
    return {
        "waivers": ["/waivers/"],
        "waiver": [f"/waivers/{pk}/" for pk in waiver],
        "new waiver": ["/waivers/new/"],
        "attestations": ["/attestations/"],
        "attestations, filtered": ["/attestations/?state=missing", f"/attestations/?unit={units[0]}"],
        "attestation": [f"/attestations/{pk}/" for pk in attestation],
        "new attestation": ["/attestations/new/"],
        "policies": ["/policies/"],
        "policy's change": [f"/policies/{versions[0]}/{versions[-1]}/"],
        "security log": ["/security-log/"],
        "people": ["/people/"],
        "person": [f"/people/{person}/", "/people/new/"],
        "enrolment": ["/enrolment/"],
        "account": ["/account/"],
        "notifications": ["/notifications/"],
    }


def _interface(units: list[str], machines: list[int], rules: list[str]) -> dict[str, list[str]]:
    found = {
        "overview": ["overview"],
        "changes": ["changes"],
        "work": ["work"],
        "indicators": ["indicators"],
        "units": ["units?size=1000"],
        "unit": [f"units/{code}" for code in units[:5]],
        "assets": ["assets", "assets?page=50", f"assets?unit={units[0]}", "assets?q=tram"],
        "asset's results": [f"assets/{pk}/results" for pk in machines],
        "asset's observations": [f"assets/{pk}/observations" for pk in machines],
        "asset's changes": [f"assets/{pk}/changes" for pk in machines],
        "results": [f"results?rule={rule}" for rule in rules],
        "results, 1000 a page": [f"results?size=1000&rule={rules[0]}"],
        "devices": ["devices"],
        "scans": ["scans"],
        "lines": ["lines"],
        "demands": ["demands"],
        "attestations": ["attestations"],
        "waivers": ["waivers", "waivers?state=proposed"],
    }
    return {f"API {name}": [f"/api/v1/{path}" for path in paths] for name, paths in found.items()}
