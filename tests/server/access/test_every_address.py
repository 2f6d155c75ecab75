"""Every address with every role, an outsider and no one. An address without a case here fails."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from django.views.defaults import permission_denied
from tests.assets.people import person, signed_in

from tuanthu_policy.loader import load_policy
from tuanthu_server.access.middleware import PermissionMiddleware
from tuanthu_server.accounts.permissions import OF_ROLE, Permission, needs
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import attestations, waivers
from tuanthu_server.compliance.models import Attestation, Waiver
from tuanthu_server.compliance.people import person_numbered as numbered
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Agent, Asset, IdentityQuestion
from tuanthu_server.units.models import Relation, Unit, UnitLink

pytestmark = pytest.mark.django_db
SECRETS = ("Trạm Y tế xã Đắk Mẫu", "MÁY-ĐÓN-TIẾP", "CAMERA-CỔNG", "DK-017", "chờ kinh phí", "Đã khóa phòng máy")
"""Names of the unit that the outsider must not see, of what is in it, and words of its waiver and its attestation."""
MARK = "BV-LẠ"


class Case(msgspec.Struct, frozen=True):
    """What an address does for whom."""

    permission: Permission | None = Permission.SEE
    """None: open to all."""
    scoped: bool = False
    """Whether it is about one unit, so that it does not exist for who does not reach that."""
    reads: bool = True
    """Whether it answers to reading."""
    writes: bool = False
    """Whether it takes a form."""
    answers: frozenset[int] = frozenset({200})


OWN = Permission.OWN_ACCOUNT
CASES = {
    "overview": Case(),
    "work": Case(),
    "work-file": Case(),
    "work-rule": Case(),
    "work-rule-file": Case(),
    "search": Case(),
    "scans": Case(),
    "enrolment": Case(Permission.ISSUE_TOKEN, writes=True),
    "revoke-token": Case(Permission.ISSUE_TOKEN, reads=False, writes=True, scoped=True),
    "policies": Case(),
    "policy-change": Case(answers=frozenset({200, 404})),
    "policy-draft-new": Case(Permission.PUBLISH_POLICY, writes=True),
    "policy-draft": Case(Permission.PUBLISH_POLICY, answers=frozenset({404})),
    "policy-draft-changes": Case(Permission.PUBLISH_POLICY, answers=frozenset({404})),
    "policy-draft-file": Case(Permission.PUBLISH_POLICY, answers=frozenset({404})),
    "policy-draft-try": Case(Permission.PUBLISH_POLICY, reads=False, writes=True),
    "policy-draft-publish": Case(Permission.PUBLISH_POLICY, reads=False, writes=True),
    "policy-draft-discard": Case(Permission.PUBLISH_POLICY, reads=False, writes=True),
    "units": Case(),
    "unit": Case(scoped=True),
    "places": Case(),
    "asset": Case(scoped=True),
    "devices": Case(),
    "unit-devices": Case(scoped=True),
    "computers": Case(),
    "lines": Case(),
    "indicators": Case(),
    "waivers": Case(),
    "waiver-new": Case(Permission.WAIVE, writes=True),
    "waiver": Case(scoped=True),
    "approve-waiver": Case(Permission.APPROVE, reads=False, writes=True, scoped=True),
    "revoke-waiver": Case(Permission.WAIVE, reads=False, writes=True, scoped=True),
    "attestations": Case(),
    "attestation-new": Case(Permission.ATTEST, writes=True),
    "attestation": Case(scoped=True),
    "evidence": Case(scoped=True),
    "revoke-attestation": Case(Permission.ATTEST, reads=False, writes=True, scoped=True),
    "move-machine": Case(Permission.DECIDE_MACHINES, writes=True, scoped=True),
    "machines": Case(),
    "look-again": Case(Permission.DECIDE_MACHINES, reads=False, writes=True),
    "machine-question": Case(scoped=True),
    "decide-machine": Case(Permission.DECIDE_MACHINES, reads=False, writes=True, scoped=True),
    "agents": Case(),
    "revoke-agent": Case(Permission.DECIDE_MACHINES, reads=False, writes=True, scoped=True),
    "asset-scans": Case(scoped=True),
    "scan": Case(answers=frozenset({404})),
    "retire-asset": Case(Permission.RETIRE_ASSET, reads=False, writes=True, scoped=True),
    "unit-history": Case(scoped=True),
    "unit-change": Case(Permission.EDIT_UNITS, writes=True, scoped=True),
    "register-import": Case(Permission.EDIT_UNITS, writes=True),
    "register-template": Case(Permission.EDIT_UNITS),
    "register-file": Case(),
    "unit-numbers": Case(Permission.EDIT_UNITS, writes=True, scoped=True),
    "controls": Case(),
    "control": Case(),
    "notifications": Case(OWN, writes=True),
    "end-subscription": Case(OWN, reads=False, writes=True, scoped=True),
    "metrics": Case(permission=None, answers=frozenset({200, 401})),
    "login": Case(permission=None, writes=True, answers=frozenset({200, 302})),
    "people": Case(Permission.MANAGE_PEOPLE),
    "person-new": Case(Permission.MANAGE_PEOPLE, writes=True),
    "person": Case(Permission.MANAGE_PEOPLE, writes=True, answers=frozenset({404})),
    "person-action": Case(Permission.MANAGE_PEOPLE, reads=False, writes=True),
    "account": Case(OWN),
    "account-enrol": Case(OWN, writes=True),
    "account-recovery-codes": Case(OWN, writes=True, answers=frozenset({302})),
    "account-session-end": Case(OWN, reads=False, writes=True),
    "account-token-new": Case(OWN, reads=False, writes=True),
    "account-token-revoke": Case(OWN, reads=False, writes=True),
    "security-log": Case(Permission.READ_SECURITY_LOG),
    "login-code": Case(permission=None, writes=True, answers=frozenset({302})),
    "login-enrol": Case(permission=None, writes=True, answers=frozenset({302})),
    "login-oidc": Case(permission=None, answers=frozenset({404})),
    "login-oidc-back": Case(permission=None, answers=frozenset({404})),
    "invitation": Case(permission=None, writes=True, answers=frozenset({404})),
    "language": Case(permission=None, reads=False, writes=True),
    "logout": Case(OWN, reads=False, writes=True, answers=frozenset({302})),
    "password": Case(OWN, writes=True),
    "password-changed": Case(OWN),
}


def patterns(found=None):
    for pattern in found or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "api":
            continue  # tests/server/api asks every operation by itself
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern


@pytest.fixture
def places() -> dict[str, Unit]:
    publish(load_policy())
    now, since = datetime.now(UTC), date(2025, 7, 1)
    units = {
        code: Unit.objects.create(code=code, name=name, created_at=now)
        for code, name in (("KV-1", "Trung tâm Y tế Mẫu"), ("DK-017", SECRETS[0]), (MARK, "Bệnh viện khác"))
    }
    UnitLink.objects.create(unit=units["DK-017"], target=units["KV-1"], relation=Relation.SUPERVISOR, valid_from=since)
    return units


@pytest.fixture
def machine(places) -> Asset:
    now = datetime.now(UTC)
    more = {"device_key": "ip:10.9.8.7", "device_class": "computer", "address": "10.9.8.7"}
    Asset.objects.create(unit=places["DK-017"], name="CAMERA-CỔNG", role="device", created_at=now, **more)
    found = Asset.objects.create(unit=places["DK-017"], name="MÁY-ĐÓN-TIẾP", created_at=now)
    Agent.objects.create(id=uuid4(), asset=found, public_key=b"k" * 32, enrolled_at=now, last_sequence=3)
    asked = {"sort": "clone", "first": found, "second": found, "evidence": ["DK-017"], "noticed_at": now}
    IdentityQuestion.objects.create(**asked)
    by, soon = numbered(person("người-đề-nghị", Role.OFFICER, places["DK-017"]).pk), now + timedelta(days=9)
    asked = {"rule": "antivirus.installed", "authority": "CV 12", "reason": "chờ kinh phí", "asset": found.pk}
    waivers.propose(waivers.Proposal(**asked, valid_from=now, expires_at=soon), by)
    stated = {"unit": places["DK-017"].pk, "statement": "Đã khóa phòng máy", "attested_by": "BS. Đạt"}
    control = next(iter(load_policy().attested_controls()))
    file = {"file_name": "a.pdf", "content": b"%PDF-1.7 Tr\xe1\xba\xa1m"}
    attestations.add(attestations.Draft(**stated, **file, control=control, valid_from=now), by)
    return found


def address_of(pattern: URLPattern, machine: Asset) -> str:
    """An address about the unit and what is in it."""
    about = {
        "waiver": Waiver, "approve-waiver": Waiver, "revoke-waiver": Waiver,
        "machine-question": IdentityQuestion, "decide-machine": IdentityQuestion,
        "attestation": Attestation, "evidence": Attestation, "revoke-attestation": Attestation,
    }.get(pattern.name)  # fmt: skip
    arguments = {
        "code": "DK-017", "asset_id": machine.pk, "framework": "directive-14-2018", "control": "coverage",
        "token": "abc", "rule": "antivirus.installed", "action": "deactivate", "change": "merge", "before": 1, "after": 1,
        "agent": Agent.objects.get().pk, "number": about.objects.get().pk if about else 9999,
    }  # fmt: skip
    return reverse(pattern.name, kwargs={name: arguments[name] for name in pattern.pattern.converters})


def cast(places) -> dict[str, Client]:
    return {
        "administrator": signed_in(person("bà-hằng", Role.ADMINISTRATOR)),
        "viewer": signed_in(person("ông-phúc", Role.VIEWER)),
        "auditor": signed_in(person("cô-kiểm", Role.AUDITOR)),
        "officer": signed_in(person("cán-bộ-đức", Role.OFFICER, places["DK-017"])),
        "officer above": signed_in(person("cán-bộ-thủy", Role.OFFICER, places["KV-1"])),
        "outsider": signed_in(person("người-ngoài", Role.OFFICER, places[MARK])),
        "officer of nothing": signed_in(person("chưa-giao", Role.OFFICER)),
        "no one": Client(),
    }


STRANGERS = ("outsider", "officer of nothing", "no one")
ROLES = {"administrator": Role.ADMINISTRATOR, "viewer": Role.VIEWER, "auditor": Role.AUDITOR}


def expected(case: Case, who: str) -> set[int]:
    """The answers to reading an address."""
    if case.permission is not None:
        if who == "no one":
            return {302}
        if case.permission not in OF_ROLE[ROLES.get(who, Role.OFFICER)]:
            return {403}
    if not case.reads:
        return {405}
    return {404} if case.scoped and who in STRANGERS else set(case.answers)


def test_every_address_has_a_case_and_every_view_its_permission():
    found = {pattern.name: pattern.callback for pattern in patterns()}

    assert found.keys() == CASES.keys()
    for name, view in found.items():
        opened = not getattr(view, "login_required", True)
        assert opened == (CASES[name].permission is None), name
        assert opened or view.permission == CASES[name].permission, name


def test_everybody_gets_what_is_theirs_and_nobody_more(machine, places):
    for who, client in cast(places).items():
        for pattern in patterns():
            case = CASES[pattern.name]
            if pattern.name == "logout" and who != "no one":
                continue
            answer = client.get(address_of(pattern, machine))
            assert answer.status_code in expected(case, who), (who, pattern.name, answer.status_code)
            if who in STRANGERS:
                told = [
                    secret
                    for secret in SECRETS
                    if secret in answer.content.decode().replace(answer.wsgi_request.path, "")
                ]
                assert told == [], (who, pattern.name)


def test_nobody_writes_where_nothing_is_written(machine, places):
    for who, client in cast(places).items():
        for pattern in patterns():
            case = CASES[pattern.name]
            address = address_of(pattern, machine)
            for method in ("put", "patch", "delete", *(() if case.writes else ("post",))):
                answer = getattr(client, method)(address)
                refused = {302} if who == "no one" and case.permission else {405, 403}
                assert answer.status_code in refused, (who, method, pattern.name)


def test_no_form_is_taken_from_elsewhere(machine, places):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("bà-hằng", Role.ADMINISTRATOR))
    for pattern in patterns():
        address = address_of(pattern, machine)
        assert client.post(address).status_code in ({403} if CASES[pattern.name].writes else {403, 405}), pattern.name


def test_what_an_officer_sees_of_the_department_is_their_units(machine, places):
    client = cast(places)["officer above"]

    for address in ("/", "/units/", "/places/", "/lines/", "/devices/", "/controls/directive-14-2018/coverage/"):
        page = client.get(address).content.decode()
        assert "Bệnh viện khác" not in page, address
    assert "Trạm Y tế xã Đắk Mẫu" in client.get("/units/").content.decode()
    assert "MÁY-ĐÓN-TIẾP" in client.get("/controls/directive-14-2018/coverage/").content.decode()
    assert "CAMERA-CỔNG" in client.get("/computers/").content.decode()


def test_figures_of_an_officer_count_their_units_only(machine, places):
    Asset.objects.create(unit=places[MARK], name="MÁY-BV", created_at=datetime.now(UTC))
    people = cast(places)

    def machines(who: str) -> int:
        return people[who].get("/").context["total"].assets

    assert (machines("administrator"), machines("officer above"), machines("outsider")) == (2, 1, 1)


@pytest.mark.parametrize(("language", "words"), [("vi", "Quản lý người dùng"), ("en", "Manage people")])
def test_whoever_is_refused_is_told_why_and_by_whom_it_is_given(db, language, words):
    request = RequestFactory().get("/")
    request.user = person("ông-phúc", Role.VIEWER)
    with pytest.raises(PermissionDenied, match="manage-people") as refused:
        PermissionMiddleware(lambda _: None).process_view(request, needs(Permission.MANAGE_PEOPLE)(lambda _: None))
    with translation.override(language):
        answer = permission_denied(request, refused.value)

    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert "ông-phúc" in answer.content.decode()


def test_a_view_that_declares_no_permission_is_open_to_nobody(db):
    request = RequestFactory().get("/")
    request.user = person("bà-hằng", Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied, match="undeclared"):
        PermissionMiddleware(lambda _: None).process_view(request, lambda _: None)


def test_an_officers_unit_page_names_the_unit_above_without_leading_there(machine, places):
    page = cast(places)["officer"].get("/units/DK-017/").content.decode()

    assert "Trung tâm Y tế Mẫu" in page
    assert "/units/KV-1/" not in page
