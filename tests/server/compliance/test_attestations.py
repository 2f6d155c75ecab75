"""What people state on clauses: with a file, an end, and a history that stays."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from tests.assets.policies import SMALL, read

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import attestations, policies
from tuanthu_server.compliance.models import AttestationEvent, EvidenceFile
from tuanthu_server.compliance.people import person
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.stated import stated_at
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import store as stores
from tuanthu_server.units.models import Unit

PDF = b"%PDF-1.7 quy\xe1\xba\xbft \xc4\x91\xe1\xbb\x8bnh"
TICK = timedelta(microseconds=1)


@pytest.fixture
def asked(transactional_db):
    """A policy with a clause that only a person can state, and one that is measured too."""
    data = yaml.safe_load(SMALL)
    controls = data["frameworks"][0]["controls"]
    demand = {"what": {"vi": "thử", "en": "test"}, "valid_for": "90d"}
    controls[0]["attestation"] = demand
    controls.append({**controls[0], "id": "said", "rules": []})
    found = read(yaml.safe_dump(data, allow_unicode=True))
    policies.publish(found, datetime.now(UTC) - timedelta(days=5))
    return found


@pytest.fixture
def recorder(transactional_db, django_user_model):
    django_user_model.objects.create_user("lan", password="x", first_name="Lan")
    return person("lan")


def draft(where, **changes):
    values = {
        "control": "test/said",
        "unit": where.pk,
        "statement": "Đã thực hiện",
        "attested_by": "BS. Nguyễn Văn Đạt",
    }
    values |= {"valid_from": datetime.now(UTC), "file_name": "quyết định.pdf", "content": PDF}
    return attestations.Draft(**values | changes)


def stated(unit, at=None, code="test/said"):
    return standing(at).units[unit.pk].attested[code].worst


def test_a_statement_makes_its_clause_pass_for_its_unit_alone(asked, unit, recorder):
    other = Unit.objects.create(code="TYT-02", name="Trạm khác", kind="station", created_at=datetime.now(UTC))
    assert stated(unit) is Outcome.NOTCHECKED
    attestations.add(draft(unit), recorder)
    found = standing()
    assert found.units[unit.pk].clause("test/said") is Outcome.PASS
    assert found.units[other.pk].clause("test/said") is Outcome.NOTCHECKED
    total = totals_of(found, [unit.pk, other.pk], {}).attested["test/said"]
    assert (total.passed, total.notchecked, total.total) == (1, 1, 2)


def test_a_clause_that_is_measured_too_is_no_better_than_what_is_measured(asked, unit, recorder):
    attestations.add(draft(unit, control="test/one"), recorder)
    assert stated(unit, code="test/one") is Outcome.PASS
    assert standing().units[unit.pk].clause("test/one") is Outcome.UNKNOWN  # no machine was ever measured


def test_what_is_denied_fails(asked, unit, recorder):
    attestations.add(draft(unit, fulfilled=False), recorder)
    assert stated(unit) is Outcome.FAIL


def test_an_expired_statement_counts_as_if_it_never_was(asked, unit, recorder):
    from tuanthu_server.inventory import store as stores

    end = datetime.now(UTC) + timedelta(days=1)
    attestations.add(draft(unit, expires_at=end), recorder)
    assert attestations.statements_at(stores.current(), end - TICK)[unit.pk].keys() == {"test/said"}
    assert attestations.statements_at(stores.current(), end) == {}


def test_a_statement_changes_nothing_that_was_before_it(asked, unit, recorder):
    before = datetime.now(UTC)
    made = attestations.add(draft(unit, valid_from=before - timedelta(days=3)), recorder)
    between = datetime.now(UTC)
    attestations.revoke(made.pk, recorder, "nhầm đơn vị")
    assert [stated(unit, at) for at in (before, between, None)] == [
        Outcome.NOTCHECKED, Outcome.PASS, Outcome.NOTCHECKED,
    ]  # fmt: skip
    assert [event.action for event in AttestationEvent.objects.order_by("pk")] == ["made", "revoked"]
    with pytest.raises(InputError):
        attestations.revoke(made.pk, recorder, "lần nữa")


def test_a_new_statement_ends_the_former_for_good(asked, unit, recorder):
    first = attestations.add(draft(unit), recorder)
    second = attestations.add(draft(unit, fulfilled=False), recorder)
    assert stated(unit) is Outcome.FAIL
    attestations.revoke(second.pk, recorder, "nhầm")
    assert stated(unit) is Outcome.NOTCHECKED
    assert attestations.state_of(attestations.listed()[1], datetime.now(UTC)) == "replaced"
    assert first.events.count() == 2


def test_verification_tells_the_statements_from_every_row_of_history(asked, unit, recorder, monkeypatch):
    first = attestations.add(draft(unit), recorder)
    second = attestations.add(draft(unit, control="test/one"), recorder)
    attestations.revoke(first.pk, recorder, "nhầm")
    assert attestations.holding(datetime.now(UTC)) == {unit.pk: {"test/one": second.pk}}
    assert verify_counters() == []
    monkeypatch.setattr(attestations, "statements_at", lambda *_: {})
    assert [line.split(":")[0] for line in verify_counters()] == ["attestations"]


def test_what_is_kept_of_statements_ends_when_one_of_them_ends(asked, unit, recorder):
    end = datetime.now(UTC) + timedelta(days=3)
    attestations.add(draft(unit, expires_at=end, remind_at=end), recorder)

    def told(at):
        return stated_at(stores.current(), at, ("test/said",), str).get(unit.pk, {}).get("test/said")

    assert told(datetime.now(UTC)) == told(end - TICK) == str(Outcome.PASS)
    assert told(end) is None
    assert told(end - TICK) == str(Outcome.PASS)
    number = attestations.add(draft(unit, fulfilled=False), recorder).pk
    assert told(datetime.now(UTC)) == str(Outcome.FAIL)
    attestations.revoke(number, recorder, "nhầm")
    assert told(datetime.now(UTC)) is None


def test_the_evidence_is_kept_byte_for_byte_once(asked, unit, recorder):
    for control in ("test/said", "test/one"):
        attestations.add(draft(unit, control=control), recorder)
    kept = EvidenceFile.objects.get()
    assert (bytes(kept.body), kept.media_type, kept.size) == (PDF, "application/pdf", len(PDF))
    assert kept.digest == hashlib.sha256(PDF).hexdigest()
    number = attestations.listed()[0].pk
    assert attestations.evidence_of(number) == ("quyết định.pdf", "application/pdf", PDF)
    page = attestations.add(draft(unit, file_name="trang.html"), recorder)
    assert attestations.evidence_of(page.pk)[0] == "trang.html.pdf"
    EvidenceFile.objects.update(body=PDF + b" ")
    for wrong in (number, 10**6):
        with pytest.raises(InputError):
            attestations.evidence_of(wrong)


def test_somebody_is_reminded_before_the_end(asked, unit, recorder):
    made = attestations.add(draft(unit), recorder)
    assert made.expires_at - made.remind_at == attestations.REMINDER
    moments = (made.remind_at - TICK, made.remind_at, made.expires_at - TICK, made.expires_at)
    assert [[one.pk for one in attestations.to_remind(at)] for at in moments] == [[], [made.pk], [made.pk], []]
    attestations.add(draft(unit, remind_at=datetime.now(UTC) + timedelta(days=80)), recorder)
    assert attestations.to_remind(made.remind_at) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"control": "test/two"},
        {"control": "không/có"},
        {"unit": 10**6},
        {"statement": " "},
        {"attested_by": ""},
        {"content": b"MZ\x90"},
        {"content": b""},
        {"content": b"%PDF-" + bytes(attestations.MOST_BYTES)},
        {"valid_from": datetime.now(UTC) + timedelta(days=1)},
        {"expires_at": datetime.now(UTC) + timedelta(days=91)},
        {"expires_at": datetime.now(UTC) - timedelta(days=1)},
        {"remind_at": datetime.now(UTC) + timedelta(days=200)},
    ],
)
def test_it_refuses_what_is_no_statement(asked, unit, recorder, changes):
    with pytest.raises(InputError):
        attestations.add(draft(unit, **changes), recorder)
    assert AttestationEvent.objects.count() == 0


def test_nobody_unknown_or_locked_out_writes_history(recorder, django_user_model):
    django_user_model.objects.update(is_active=False)
    for name in ("lan", "không ai"):
        with pytest.raises(InputError):
            person(name)
