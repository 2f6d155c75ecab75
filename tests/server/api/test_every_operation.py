"""Every operation of the interface with every role, with somebody of another unit and with no one."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.assets.people import person, signed_in

from tuanthu_server.accounts.permissions import OF_ROLE, Permission
from tuanthu_server.accounts.roles import Role
from tuanthu_server.api.urls import api
from tuanthu_server.inventory.models import Agent, Asset

pytestmark = pytest.mark.django_db(transaction=True)


def _json(body):
    return body, {"content_type": "application/json"}


ASKED = {"authority": "CV 12", "reason": "chờ", "expires_at": "2031-01-01T00:00:00Z"}
STATED = {"control": "x/y", "statement": "Đã làm", "attested_by": "BS. Đạt"}
BODIES = {
    "tokens": lambda unit, _: _json({"unit": unit.code}),
    "waivers": lambda _, asset: _json({"rule": "firewall.enabled", "asset": asset, **ASKED}),
    "approve": lambda *_: _json({}),
    "revoke": lambda *_: _json({"reason": "x"}),
    "decide": lambda *_: _json({"answer": "same", "reason": "x"}),
    "assets/move": lambda unit, _: _json({"unit": unit.code, "reason": "x"}),
    "drafts": lambda *_: ({"file": SimpleUploadedFile("a.zip", b"no")}, {}),
    "try": lambda *_: _json({}),
    "publish": lambda *_: _json({"digest": "x", "reason": "y"}),
    "retire": lambda *_: _json({"reason": " "}),
    "import": lambda *_: ({"file": SimpleUploadedFile("a.csv", b"code,name")}, {}),
    "rename": lambda *_: _json({"name": "Khác", "reason": "x", "dry_run": True}),
    "move": lambda *_: _json({"relation": "owner", "to": "-", "reason": "x", "dry_run": True}),
    "merge": lambda *_: _json({"into": "BV-9", "reason": "x", "dry_run": True}),
    "close": lambda *_: _json({"reason": "x", "dry_run": True}),
    "attestations": lambda unit, _: ({"unit": unit.code, **STATED, "file": SimpleUploadedFile("a.pdf", b"%PDF-")}, {}),
}


def operations():
    for path, item in api.get_openapi_schema()["paths"].items():
        for method, operation in item.items():
            yield method, re.sub(r"^/api/v1", "", path), operation


def test_every_operation_with_every_role_an_outsider_and_no_one(judged):
    unit, other = judged
    people = {
        role: signed_in(person(f"người-{role}", role, *([unit] if role == Role.OFFICER else []))) for role in Role
    }
    stranger = signed_in(person("người-ngoài", Role.OFFICER, other))
    pk = Asset.objects.get(name="MÁY-1").pk
    given = {
        "code": unit.code,
        "asset_id": pk,
        "framework": "directive-14-2018",
        "control": "coverage",
        "rule": "firewall.enabled",
        "number": 9999,
        "agent": Agent.objects.get(asset=pk).pk,
        "before": 1,
        "after": 1,
    }
    assert len(list(operations())) > 20
    for method, path, operation in operations():
        address = "/api/v1" + re.sub(r"{(\w+)}", lambda found: str(given[found[1]]), path)
        query = {"rule": "firewall.enabled"} if path == "/results" else {}
        permission = Permission(operation["x-permission"])
        if method == "post":
            sort, name = path.split("/")[1], path.rpartition("/")[2]
            query, more = BODIES.get(f"{sort}/{name}", BODIES.get(name))(unit, pk)
        else:
            more = {}
        refused = getattr(Client(), method)(address, query, **more)
        assert refused.status_code == 401, (method, path)
        for role, client in people.items():
            answer = getattr(client, method)(address, query, **more)
            allowed = permission in OF_ROLE[role]
            assert (answer.status_code == 403) == (not allowed), (method, path, role, answer.content)
        seen = getattr(stranger, method)(address, query, **more)
        if permission not in OF_ROLE[Role.OFFICER]:
            assert seen.status_code == 403, (method, path)
        elif "{code}" in path or "{asset_id}" in path or method == "post":
            assert seen.status_code == 404, (method, path)
        assert "MÁY-1" not in seen.content.decode(), (method, path)
        assert "Trạm Y tế xã Đoàn Kết" not in seen.content.decode(), (method, path)
