"""Two units with judged machines and a device."""

from datetime import UTC, datetime

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device, scan
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.compliance.policies import publish
from tuanthu_server.units.models import Unit


@pytest.fixture
def judged(intake, unit):
    publish(load_policy())
    other = Unit.objects.create(code="BV-9", name="Bệnh viện Mẫu", kind="hospital", created_at=datetime.now(UTC))
    for place, name in ((unit, "MÁY-1"), (unit, "MÁY-2"), (other, "MÁY-BV")):
        agent = enrol_agent(place, name)
        seen = [observation("host", {"os_family": "linux"}), observation("firewall", {"active": False, "products": []})]
        if name == "MÁY-1":
            seen += [device(login="fail", vendor="Hikvision", model="DS-2CD2143"), scan(whole=True, hosts=3)]
        deliver(intake, agent, agent.report(seen))
    return unit, other
