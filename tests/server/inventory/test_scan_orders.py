"""Who may scan: the authority that is trusted, scopes that are assigned, and what an agent is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.assets.collector import deliver, enrol_agent
from tests.assets.signing import observation, sign

from tuanthu_policy.envelope import SCAN_ORDER_TYPE, TRANSFER_TYPE, EnrolledMachine, b64url, b64url_decode
from tuanthu_server.authority import signing
from tuanthu_server.errors import InputError
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.ingest.scan_orders import scan_order

KEY = Ed25519PrivateKey.generate()
OTHER = Ed25519PrivateKey.generate()


def scope(unit="TYT-01", key=KEY, **changes):
    blank = signing.blank(datetime.now(UTC), 30)
    made = msgspec.structs.replace(
        blank, unit=unit, networks=["10.20.0.0/24"], authorisation="Quyết định 123/QĐ-SYT", **changes
    )
    return signing.sign(made, key).encode()


@pytest.fixture
def trusted(transactional_db):
    from tuanthu_server.scans import trust

    return trust.trust(KEY.public_key())


def assign(token, agent):
    from tuanthu_server.scans import assignments

    return assignments.assign(token, agent.id)


def fields(agent, typ=SCAN_ORDER_TYPE, named=None, **changes):
    request = {"schema_version": 1, "agent": named or agent.id, "created_at": datetime.now(UTC).isoformat()} | changes
    payload = msgspec.json.encode(request)
    return {
        "tuanthu-agent": agent.id,
        "tuanthu-scan": b64url(payload).decode(),
        "tuanthu-signature": sign(agent.key, payload, typ),
    }


def ask(intake, headers):
    return asyncio.run(scan_order(intake, headers))


def test_an_agent_pins_the_authority_that_was_trusted_when_it_enrolled(unit, policy):
    from tests.assets.signing import TestAgent

    from tuanthu_server.ingest.enrolment import enrol
    from tuanthu_server.inventory import tokens
    from tuanthu_server.scans import trust

    response, _ = enrol(*TestAgent().enrolment(tokens.issue(unit), "máy trước"))
    assert response.authority is msgspec.UNSET
    trust.trust(KEY.public_key())
    response, _ = enrol(*TestAgent().enrolment(tokens.issue(unit), "máy sau"))
    assert b64url_decode(response.authority.encode()) == KEY.public_key().public_bytes_raw()


def test_a_designated_agent_gets_its_scope_byte_for_byte_and_the_machines_of_its_unit(intake, enrolled, trusted):
    agent, other = enrolled("máy quét"), enrolled("Máy tiếp đón")
    lan = {"interfaces": [{"name": "eth0", "mac": "AA-BB-CC-00-00-01"}, {"name": "x", "mac": 7}, "odd"]}
    deliver(intake, other, other.report([observation("lan", lan)]))
    token = scope()
    assign(token, agent)
    order = ask(intake, fields(agent))
    assert order.scope.encode() == token
    assert order.enrolled == [
        EnrolledMachine(macs=[], names=["máy quét"]),
        EnrolledMachine(macs=["aa:bb:cc:00:00:01"], names=["Máy tiếp đón"]),
    ]
    assert ask(intake, fields(other)) is None


def test_a_machine_that_was_moved_away_does_not_scan_by_the_scope_of_the_unit_that_it_left(intake, enrolled, trusted):
    from tuanthu_server.inventory.models import Asset
    from tuanthu_server.organisation.machines import move_machine
    from tuanthu_server.organisation.person import checked
    from tuanthu_server.scans.words import state_of
    from tuanthu_server.units.models import Unit

    agent = enrolled("máy quét")
    given = assign(scope(), agent)
    Unit.objects.create(code="BV-9", name="Bệnh viện Mẫu", created_at=datetime.now(UTC))
    move_machine(Asset.objects.get().pk, "BV-9", checked("Hằng", "điều chuyển"))

    assert ask(intake, fields(agent)) is None
    given.refresh_from_db()
    assert (state_of(given).en, given.revoked_reason) == ("revoked", "the machine left the unit")


def test_a_new_scope_takes_the_place_of_the_old_one_and_both_stay_on_record(intake, enrolled, trusted):
    from tuanthu_server.scans.models import ScopeAssignment
    from tuanthu_server.scans.words import state_of

    agent = enrolled()
    first, second = scope(), scope()
    assign(first, agent)
    assign(second, agent)
    assert ask(intake, fields(agent)).scope.encode() == second
    assert [state_of(one).en for one in ScopeAssignment.objects.order_by("pk")] == ["superseded", "in force"]


def test_a_revoked_scope_is_told_no_more(intake, enrolled, trusted):
    from tuanthu_server.scans import assignments

    agent = enrolled()
    found = assign(scope(), agent)
    assert assignments.revoke(found.scope_id, "đổi máy") == 1
    assert ask(intake, fields(agent)) is None
    with pytest.raises(InputError):
        assignments.revoke(uuid4())


def test_a_scope_that_another_key_signed_or_somebody_widened_is_not_taken(enrolled, trusted):
    agent = enrolled()
    with pytest.raises(InputError, match="does NOT verify"):
        assign(scope(key=OTHER), agent)
    header, payload, signature = scope().split(b".")
    wider = b64url_decode(payload).replace(b"10.20.0.0/24", b"10.20.0.0/16")
    with pytest.raises(InputError, match="does NOT verify"):
        assign(b".".join((header, b64url(wider), signature)), agent)


def test_a_scope_that_was_changed_in_the_database_is_not_handed_out(intake, enrolled, trusted):
    from tuanthu_server.scans.models import ScopeAssignment

    agent = enrolled()
    assign(scope(), agent)
    ScopeAssignment.objects.update(token=scope(key=OTHER).decode())
    assert ask(intake, fields(agent)) is None


def test_a_scope_of_a_replaced_authority_is_handed_out_no_more(intake, enrolled, trusted):
    from tuanthu_server.scans import trust

    agent = enrolled()
    assign(scope(), agent)
    with pytest.raises(InputError, match="--replace"):
        trust.trust(OTHER.public_key())
    assert ask(intake, fields(agent)) is not None
    trust.trust(OTHER.public_key(), replace=True)
    assert ask(intake, fields(agent)) is None


def test_without_a_trusted_authority_nothing_is_assigned(enrolled):
    with pytest.raises(InputError, match="keys trust"):
        assign(scope(), enrolled())


def test_a_scope_is_given_to_its_unit_or_one_above_and_to_nobody_else(enrolled, trusted, unit):
    from tuanthu_server.units.models import Relation, Unit, UnitLink

    now = datetime.now(UTC)
    centre = Unit.objects.create(code="TTYT-01", name="Trung tâm Y tế", kind="centre", created_at=now)
    agent = enrol_agent(centre, "máy của trung tâm")
    with pytest.raises(InputError, match="is for unit TYT-01"):
        assign(scope(), agent)
    UnitLink.objects.create(unit=unit, relation=Relation.SUPERVISOR, target=centre, valid_from=now.date())
    assert assign(scope(), agent).unit == unit
    with pytest.raises(InputError, match="is for unit TTYT-01"):
        assign(scope("TTYT-01"), enrolled())
    with pytest.raises(InputError, match="no unit"):
        assign(scope("LẠ"), agent)


def test_an_expired_scope_is_neither_assigned_nor_handed_out(intake, enrolled, trusted):
    from tuanthu_server.scans.models import ScopeAssignment

    agent = enrolled()
    long_ago = datetime.now(UTC) - timedelta(days=40)
    with pytest.raises(InputError, match="expired"):
        assign(scope(issued_at=long_ago, not_before=long_ago, not_after=long_ago + timedelta(days=9)), agent)
    assign(scope(), agent)
    ScopeAssignment.objects.update(not_after=datetime.now(UTC))
    assert ask(intake, fields(agent)) is None


def test_a_machine_is_found_by_its_name_if_only_one_has_it(enrolled, trusted):
    from tuanthu_server.scans import assignments

    agent, _, _ = enrolled("máy quét"), enrolled("máy đôi"), enrolled("máy đôi")
    assert str(assignments.assign(scope(), "máy quét").agent_id) == agent.id
    for name in ("máy đôi", "không có"):
        with pytest.raises(InputError):
            assignments.assign(scope(), name)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda agent, headers: headers | {"tuanthu-agent": str(uuid4())}, "agent-unknown"),
        (lambda agent, headers: headers | {"tuanthu-signature": ""}, "signature-invalid"),
        (lambda agent, headers: fields(agent, TRANSFER_TYPE), "signature-invalid"),
        (lambda agent, headers: headers | {"tuanthu-scan": "?"}, "malformed"),
        (lambda agent, headers: headers | {"tuanthu-scan": "x" * 2000}, "malformed"),
        (lambda agent, headers: fields(agent, named=str(uuid4())), "agent-mismatch"),
        (lambda agent, headers: fields(agent, schema_version=9), "schema-version"),
        (lambda agent, headers: fields(agent, extra=1), "malformed"),
    ],
)
def test_a_request_that_no_enrolled_agent_signed_is_refused(intake, enrolled, trusted, change, code):
    agent = enrolled()
    assign(scope(), agent)
    with pytest.raises(Refusal) as refused:
        ask(intake, change(agent, fields(agent)))
    assert refused.value.code == code


def test_a_revoked_agent_is_refused(intake, enrolled, trusted):
    from tuanthu_server.inventory import agents

    agent = enrolled()
    assign(scope(), agent)
    agents.revoke(agent.id)
    with pytest.raises(Refusal) as refused:
        ask(intake, fields(agent))
    assert refused.value.code == "agent-revoked"


def test_the_commands_say_what_they_did(enrolled, tmp_path, capsys):
    from tuanthu_server.cli import devices, duty
    from tuanthu_server.scans.models import ScopeAssignment

    public = tmp_path / "authority.pub"
    public.write_bytes(
        KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    file = tmp_path / "scope.jws"
    file.write_bytes(scope())
    enrolled("máy quét")
    duty.trust(public)
    duty.assign(scope=file, agent="máy quét")
    duty.show_scopes()
    duty.revoke_scope(ScopeAssignment.objects.get().scope_id, reason="thử")
    duty.show_scopes()
    devices.show_devices()
    out = capsys.readouterr().out
    assert "Máy chủ tin khóa này" in out
    assert "Đã giao giấy phép" in out
    assert "Đã thu hồi giấy phép" in out
