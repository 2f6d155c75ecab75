"""Whatever people and machines do in any order: a total is the sum of its units, and what is counted is what is listed."""

import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device, scan
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import attestations, policies, waivers
from tuanthu_server.compliance.models import Waiver
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.errors import TuanthuError
from tuanthu_server.inventory.models import Agent, Asset
from tuanthu_server.organisation import machines
from tuanthu_server.organisation import units as register
from tuanthu_server.organisation.merging import merge
from tuanthu_server.organisation.person import By
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitLink
from tuanthu_server.units.queries import today

pytestmark = pytest.mark.django_db(transaction=True)
BY = By("Hằng", "thử")
STEPS = 45
CELLS = ("passed", "failed", "waived", "stale", "unknown", "error", "notchecked", "notapplicable")


class Sector:
    """Five units, and what may happen to them; each method is one thing that happens."""

    def __init__(self, seed: int, intake) -> None:
        self.by_chance, self.intake, self.agents = random.Random(seed), intake, []
        self.now = datetime.now(UTC)
        policies.publish(load_policy(), self.now - timedelta(days=40))
        self.people = [person_numbered(person(f"quản-trị-{n}", Role.ADMINISTRATOR).pk) for n in "ab"]
        made = self.now - timedelta(days=300)
        units = [Unit.objects.create(code=f"U{n}", name=f"Trạm {n}", created_at=made) for n in range(5)]
        for unit, stated in zip(units, (None, 1, 3, 9, 2), strict=True):
            UnitExpectation.objects.create(unit=unit, valid_from=date(2025, 1, 1), machines=stated)
        since = date(2025, 7, 1)
        UnitLink.objects.create(unit=units[1], target=units[0], relation=Relation.SUPERVISOR, valid_from=since)
        self.officer = person("cán-bộ-đức", Role.OFFICER, units[0])

    def unit(self) -> Unit:
        return self.by_chance.choice(Unit.objects.filter(closed_at=None))

    def machine(self) -> int:
        return self.by_chance.choice(Asset.objects.filter(retired_at=None).exclude(role="device")).pk

    def enrol(self) -> None:
        self.agents.append(enrol_agent(self.unit(), f"máy-{len(self.agents)}"))
        made = self.now - timedelta(days=30)
        Asset.objects.filter(pk=Agent.objects.get(pk=self.agents[-1].id).asset_id).update(created_at=made)

    def report(self) -> None:
        agent, at = self.by_chance.choice(self.agents), self.now - timedelta(hours=self.by_chance.randrange(120))
        seen = [observation("firewall", {"active": self.by_chance.random() < 0.5, "products": []}, at=at)]
        if self.by_chance.random() < 0.4:
            key = f"mac:44:19:b6:00:00:0{self.by_chance.randrange(5)}"
            seen += [scan(at, hosts=3), device(key, at, login=self.by_chance.choice(["pass", "fail", "unknown"]))]
        deliver(self.intake, agent, agent.report(seen))

    def move(self) -> None:
        machines.move_machine(self.machine(), self.unit().code, BY, today() - timedelta(self.by_chance.choice([0, 9])))

    def retire(self) -> None:
        machines.retire(self.machine(), BY)

    def join(self) -> None:
        machines.same_machine(self.machine(), self.machine(), BY)

    def merge(self) -> None:
        merge(self.unit().code, self.unit().code, BY)

    def close(self) -> None:
        register.close(self.unit().code, BY)

    def waive(self) -> None:
        where = {"asset": self.machine()} if self.by_chance.random() < 0.5 else {"unit": self.unit().pk}
        asked = {"rule": "firewall.enabled", "authority": "CV 1", "reason": "x", "valid_from": datetime.now(UTC)}
        ends = datetime.now(UTC) + timedelta(seconds=self.by_chance.choice([0.2, 9e5]))
        made = waivers.propose(waivers.Proposal(**where, **asked, expires_at=ends), self.people[0])
        waivers.approve(made.pk, self.people[1])

    def revoke(self) -> None:
        waivers.revoke(self.by_chance.choice(Waiver.objects.all()).pk, self.people[1], "xong")

    def attest(self) -> None:
        control = self.by_chance.choice(list(load_policy().attested_controls()))
        said = {"statement": "x", "attested_by": "y", "file_name": "a.pdf", "content": b"%PDF-1"}
        attestations.add(
            attestations.Draft(control=control, unit=self.unit().pk, valid_from=datetime.now(UTC), **said),
            self.people[0],
        )


THINGS = (
    ["enrol"] * 6 + ["report"] * 14 + ["move", "waive"] * 3 + ["retire", "join", "merge", "close", "revoke", "attest"]
)


@pytest.mark.parametrize("seed", [3, 8])
def test_totals_are_their_units_and_their_details_everywhere(intake, seed):
    sector = Sector(seed, intake)
    for _ in range(STEPS):
        with suppress(TuanthuError, IndexError):  # what makes no sense now is refused, and changes nothing
            getattr(sector, sector.by_chance.choice(THINGS))()

    assert verify_counters() == []
    assert not Asset.objects.filter(retired_at=None, unit__closed_at__isnull=False).exists()
    for who in (sector.officer, person("ông-phúc", Role.VIEWER)):
        adds_up(signed_in(who))


def adds_up(client) -> None:
    whole, page = client.get("/api/v1/overview").json(), client.get("/").context["total"]
    codes = [one["code"] for one in client.get("/api/v1/units").json()["items"]]
    units = [client.get(f"/api/v1/units/{code}").json()["figures"] for code in codes]

    assert whole["assets"] == page.assets == sum(one["assets"] for one in units)
    assert client.get("/api/v1/devices").json()["total"] == whole["devices"]["devices"]
    for table in ("rules", "controls", "attested"):
        for code, counts in whole[table].items():
            assert {cell: sum(one[table][code][cell] for one in units) for cell in CELLS} == {
                cell: counts[cell] for cell in CELLS
            }, code
    for item in client.get("/api/v1/work?size=1000").json()["items"]:
        asked = {"rule": item["rule"], "devices": str(item["about_devices"]).lower()}
        assert client.get("/api/v1/results", asked).json()["total"] == item["failed"]
        assert len(client.get(f"/to-do/{item['rule']}.csv").content.splitlines()) - 1 == item["failed"]
