"""`docs/api.md` says what there is: every operation stands in it, and every example is run."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.api.urls import api
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```\n(GET|POST) (\S+)(?: (\{[^\n]*\}))?\n(.+?)\n```", TEXT, re.DOTALL)
MORE = "…"


@pytest.fixture
def administrator(intake, unit):
    long_ago = datetime.now(UTC) - timedelta(days=9)
    publish(load_policy(), long_ago)
    agent = enrol_agent(unit, "MAY-1")
    Asset.objects.update(created_at=long_ago)
    seen = [observation("host", {"os_family": "linux"}), observation("firewall", {"active": False, "products": []})]
    deliver(intake, agent, agent.report([*seen, device(login="fail", vendor="Hikvision", device_class="camera")]))
    return signed_in(person("bà-hằng", Role.ADMINISTRATOR))


def test_every_operation_is_documented_with_its_summary():
    for path, item in api.get_openapi_schema()["paths"].items():
        for method, operation in item.items():
            line = f"| `{method.upper()} {path.removeprefix('/api/v1')}` | {operation['summary']} |"
            assert line in TEXT, line


def test_every_example_is_as_it_stands(administrator):
    assert len(EXAMPLES) > 5
    for method, address, body, expected in EXAMPLES:
        if method == "GET":
            answer = administrator.get(address.replace("DAY", f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"))
        else:
            given = body.replace("EXPIRY", (datetime.now(UTC) + timedelta(days=30)).isoformat())
            answer = administrator.post(address, given, content_type="application/json")
        agree(answer.json(), parsed(expected), address)


def parsed(text: str):
    """The example as JSON; `…` becomes a mark for whatever there is more."""
    plain = re.sub(
        rf",? *{MORE}(?=[}}\]])", "", text.replace(f'"{MORE}"', '"\\u2026"').replace(f"[{MORE}]", '["\\u2026"]')
    )
    return json.loads(plain)


def agree(said, expected, where):
    if expected == MORE:
        return
    if isinstance(expected, dict):
        assert expected.keys() <= said.keys(), where
        for name, value in expected.items():
            agree(said[name], value, f"{where}.{name}")
    elif isinstance(expected, list) and expected != [MORE]:
        assert len(said) == len(expected), where
        for one, other in zip(said, expected, strict=True):
            agree(one, other, where)
    elif expected != [MORE]:
        assert said == expected, where
