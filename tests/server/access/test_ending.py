"""What ends soon is told to those whom it concerns, on pages, by the API and in the digest, until it is renewed."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from tests.assets.people import person, signed_in
from tests.assets.policies import SMALL, read

from tuanthu_server.access.ending import SOON, ending
from tuanthu_server.access.people import reach_of
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import attestations, waivers
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset
from tuanthu_server.notifications.expiring import expiring
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Place:
    """A station with a machine, another unit, and people who waive and state."""

    def __init__(self):
        data = yaml.safe_load(SMALL)
        controls = data["frameworks"][0]["controls"]
        demand = {"what": {"vi": "Quyết định", "en": "an order"}, "valid_for": "300d"}
        controls.append({**controls[0], "id": "said", "rules": [], "attestation": demand})
        self.now = datetime.now(UTC)
        publish(read(yaml.safe_dump(data, allow_unicode=True)), self.now - 5 * DAY)
        self.unit, self.other = (
            Unit.objects.create(code=code, name=name, created_at=self.now)
            for code, name in (("TYT-01", "Trạm Y tế xã Đoàn Kết"), ("BV-9", "Bệnh viện khác"))
        )
        self.asset = Asset.objects.create(unit=self.unit, name="MÁY-1", created_at=self.now)
        self.officer = person("cán-bộ-đức", Role.OFFICER, self.unit)
        self.head = person("bà-hằng", Role.ADMINISTRATOR)

    def waive(self, days, approved=True, **where):
        given = {"authority": "CV 12", "reason": "chờ kinh phí", "valid_from": self.now} | where
        asked = waivers.Proposal(**{"rule": "alpha.good"} | given, expires_at=self.now + days * DAY)
        one = waivers.propose(asked, person_numbered(self.officer.pk))
        return waivers.approve(one.pk, person_numbered(self.head.pk)) if approved else one

    def state(self, days, **more):
        words = {"statement": "Đã phân công", "attested_by": "BS. Đạt", "file_name": "a.pdf", "content": b"%PDF-1.7"}
        given = {"control": "test/said", "unit": self.unit.pk} | words | more
        draft = attestations.Draft(**given, valid_from=self.now, expires_at=self.now + days * DAY)
        return attestations.add(draft, person_numbered(self.officer.pk))

    def told(self, who):
        now = datetime.now(UTC)
        return [(one.sort, one.number) for one in ending(reach_of(who), now, now + SOON)]


@pytest.fixture
def place(db):
    return Place()


def test_what_holds_and_ends_within_a_month_is_told_the_first_to_end_first(place):
    late, early = place.waive(20, unit=place.unit.pk), place.waive(9, asset=place.asset.pk)
    place.waive(5, approved=False, unit=place.unit.pk)
    place.waive(40, control="test/two", rule="", unit=place.unit.pk)
    stated = place.state(12)
    wanted = [("waiver", early.pk), ("attestation", stated.pk), ("waiver", late.pk)]
    assert place.told(place.officer) == place.told(place.head) == wanted


def test_what_is_renewed_or_has_ended_or_whose_reminder_comes_later_is_not_told(place):
    place.waive(9, unit=place.unit.pk)
    place.waive(99, unit=place.unit.pk)
    ended = place.waive(8, asset=place.asset.pk)
    waivers.revoke(ended.pk, person_numbered(place.head.pk), "đã sửa")
    place.state(10)
    place.state(100)
    place.state(9, unit=place.other.pk, fulfilled=False)
    assert place.told(place.head) == []
    early = place.state(100, remind_at=datetime.now(UTC) + timedelta(seconds=5))
    assert [one.number for one in ending(reach_of(place.head), early.remind_at, early.remind_at + SOON)] == [early.pk]


def test_pages_programs_and_the_digest_tell_it_and_nobody_hears_of_other_units(place):
    waiver, stated = place.waive(9, asset=place.asset.pk), place.state(12)
    stranger = person("người-ngoài", Role.OFFICER, place.other)
    client = signed_in(place.officer)
    for address in ("/", "/to-do/", "/to-do/?unit=TYT-01"):
        page = client.get(address).content.decode()
        assert f'<a href="/waivers/{waiver.pk}/">thử</a>' in page
        assert f'<a href="/attestations/{stated.pk}/">thử</a>' in page
        assert "Sắp hết hạn" not in signed_in(stranger).get(address.partition("?")[0]).content.decode()
    assert [one["sort"] for one in client.get("/api/v1/ending").json()] == ["waiver", "attestation"]
    told = expiring(reach_of(place.officer), datetime.now(UTC))
    assert [one.title.vi for one in told] == [
        f"Miễn trừ {waiver.pk}, thử, MÁY-1",
        f"Xác nhận {stated.pk}, thử, Trạm Y tế xã Đoàn Kết",
    ]
    assert [one.path for one in told] == [f"waivers/{waiver.pk}/", f"attestations/{stated.pk}/"]
    assert expiring(reach_of(stranger), datetime.now(UTC)) == []
