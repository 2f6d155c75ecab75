"""What one device does to us costs no other device, and none of its own other services."""

from dataclasses import dataclass, field

import pytest
from tests.agent.scanner.conftest import FakeClock, make_scope
from tests.agent.scanner.families import CAMERA, SHELL, WEB, make_family

from tuanthu_agent.scanner import scan
from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.engine.auditing import DeviceAudit, Tools
from tuanthu_agent.scanner.engine.books import Books
from tuanthu_agent.scanner.engine.concluding import settled
from tuanthu_agent.scanner.engine.planning import Way, way_into
from tuanthu_agent.scanner.engine.recognising import recognised
from tuanthu_agent.scanner.engine.subject import Subject
from tuanthu_agent.scanner.errors import AuditLogError, LedgerError
from tuanthu_agent.scanner.interface import Attempt, Look, Service, Target
from tuanthu_agent.scanner.protocols.http.pages import Attested
from tuanthu_policy.devices.family import Account, Evidence, Fingerprint, Lockout
from tuanthu_policy.devices.verdict import AttemptOutcome, Verdict

DAY = 86_400.0
PAGES, CONSOLE = (Service(CAMERA.address, port, protocol) for port, protocol in ((80, "http"), (22, "ssh")))


class Door:
    def permitted(self, protocol, address):
        return True


@dataclass
class Device:
    """Answers by password; an exception is raised."""

    answers: dict = field(default_factory=dict)
    look_fault: Exception | None = None
    logins: list = field(default_factory=list)

    def look(self, door, target, seconds):
        if self.look_fault is not None:
            raise self.look_fault
        return Look()

    def attempt(self, door, target, account, seconds):
        self.logins.append(account.password)
        said = self.answers.get(account.password, AttemptOutcome.REFUSED)
        if isinstance(said, Exception):
            raise said
        return Attempt(said)


def night(folder, clock, devices, family, *ways, attested=None, recognised=None):
    found = [Way(Target(service, family, login)) for service, login in ways]
    with Attempts(folder, make_scope(), clock) as attempts:
        books = Books(attempts, pause=clock.pass_)
        tools = Tools(Door(), make_scope(), devices, books, lambda *_: Attested(attested), cycle=1)
        DeviceAudit(tools, CAMERA).run(found, recognised)
    clock.pass_(1.05 * DAY)
    return found


def test_a_protocol_that_breaks_hides_nothing_of_the_other_ways(tmp_path):
    family = make_family()
    web, shell = Device({"bí-mật-0": AttemptOutcome.ACCEPTED}), Device({"bí-mật-0": ValueError("?")})
    ways = night(tmp_path, FakeClock(), {"http": web, "ssh": shell}, family, (CONSOLE, SHELL), (PAGES, WEB))
    assert [settled(way).verdict for way in ways] == [Verdict.INCONCLUSIVE, Verdict.DEFAULT_CONFIRMED]
    assert ways[0].reason == "broken: ValueError"
    assert (tmp_path / "audit.jsonl").read_text().count('"outcome"') >= 2


def test_a_look_that_breaks_sends_no_login_there(tmp_path):
    web, shell = Device(look_fault=RecursionError()), Device()
    ways = night(tmp_path, FakeClock(), {"http": web, "ssh": shell}, make_family(), (PAGES, WEB), (CONSOLE, SHELL))
    assert (web.logins, ways[0].reason) == ([], "broken: RecursionError")
    assert len(shell.logins) == 2


def test_a_device_that_attests_a_lock_sees_no_login_over_any_way(tmp_path):
    devices = {"http": Device(), "ssh": Device()}
    clock = FakeClock()
    night(tmp_path, clock, devices, make_family(), (PAGES, WEB), (CONSOLE, SHELL), attested=Verdict.LOCKED)
    assert [one.logins for one in devices.values()] == [[], []]


def test_an_unknown_way_heeds_the_lock_out_of_what_the_device_is(tmp_path):
    shell, clock = Device(), FakeClock()
    camera, generic = make_family(lockout=Lockout(attempts=2)), make_family(id="generic-ssh@22")
    for _ in range(4):
        night(tmp_path, clock, {"ssh": shell}, generic, (CONSOLE, SHELL), recognised=camera)
    assert len(shell.logins) == 1


def test_what_the_budget_left_unproved_is_proved_on_the_next_night(tmp_path):
    web, clock = Device({"bí-mật-1": AttemptOutcome.ACCEPTED}), FakeClock()
    (way,) = night(tmp_path, clock, {"http": web}, make_family(), (PAGES, WEB))
    assert (len(web.logins), way.control) == (2, None)
    (way,) = night(tmp_path, clock, {"http": web}, make_family(), (PAGES, WEB))
    assert (len(web.logins), way.control) == (3, AttemptOutcome.REFUSED)
    night(tmp_path, clock, {"http": web}, make_family(), (PAGES, WEB))
    assert len(web.logins) == 3


def test_where_all_can_be_read_no_further_login_is_spent(tmp_path):
    web = Device({"bí-mật-0": AttemptOutcome.NO_AUTH})
    (way,) = night(tmp_path, FakeClock(), {"http": web}, make_family(), (PAGES, WEB))
    assert (len(web.logins), settled(way).verdict) == (1, Verdict.NO_AUTH)


def hosts():
    return [Host(f"127.20.0.{number}", services=(Service(f"127.20.0.{number}", 80, "http"),)) for number in (5, 6, 7)]


def test_a_host_that_breaks_its_audit_is_a_finding_and_a_gap(monkeypatch):
    def audit(means, host):
        if host.address.endswith("6"):
            raise ZeroDivisionError
        return scan.Audited(host, ())

    monkeypatch.setattr(scan, "audit_host", audit)
    done = {one.host.address: one for one in scan.audit_hosts(None, hosts())}
    assert len(done) == 3
    broken = done["127.20.0.6"]
    assert broken.gap == "broken: 127.20.0.6: ZeroDivisionError"
    (line,) = broken.findings
    assert (line.port, line.verdict, line.reason) == (80, Verdict.INCONCLUSIVE, "broken: ZeroDivisionError")
    assert done["127.20.0.5"].gap is None


@pytest.mark.parametrize("fault", [LedgerError, AuditLogError])
def test_books_that_cannot_be_kept_end_the_scan(monkeypatch, fault):
    def audit(means, host):
        raise fault("sổ hỏng", "the books are broken")

    monkeypatch.setattr(scan, "audit_host", audit)
    with pytest.raises(fault):
        list(scan.audit_hosts(None, hosts()))


def test_a_page_that_is_not_the_devices_own_is_none_of_its_ways():
    family = make_family(
        logins=[WEB],
        accounts=[Account(user="admin", password="a", source=0)],
        fingerprint=Fingerprint(ports=[], evidence=[Evidence(where="http.title", equals="NAS", weight=80)]),
    )
    own, other = Service("127.20.0.5", 5000, "http"), Service("127.20.0.5", 8080, "http")
    subject = Subject("127.20.0.5", None, None, "nas", [own, other])
    subject.of_service = {own: {"http.title": "NAS"}, other: {"http.title": "Wiki"}}
    known = recognised(subject, {"nas": family}, None, None)
    assert known.elsewhere == {other}
    assert way_into(subject, own, known, {"nas": family}).target.family is family
    assert way_into(subject, other, known, {"nas": family}) is None
