"""Whether an order is asked for, believed, kept and given up."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.agent.fake_collector import problem
from tests.agent.scanning.conftest import Authority, scope_now

from tuanthu_agent import enrolment, identity, jobs
from tuanthu_agent.errors import TransportError
from tuanthu_agent.scanner.errors import ScopeError
from tuanthu_agent.scanning import calling, order
from tuanthu_agent.scanning.order import LONGEST_UNCONFIRMED


@pytest.fixture
def pinned(collector, config, authority):
    """An agent that was enrolled at a collector with an authority."""
    collector.authority = authority.text
    machine = enrolment.MachineIdentity(hostname="máy-trực")
    from tests.agent.fake_collector import pem

    enrolment.enrol(config, collector.url, "TT-MÃ-THỬ", pem(collector.ca[0]), machine)
    return config


def pull(config):
    spool = jobs.open_configured(config)
    try:
        return calling.pull(config, spool)
    finally:
        spool.close()


def test_the_authority_is_pinned_at_enrolment(pinned, authority):
    assert identity.load(pinned.data_dir).authority == authority.text


def test_where_the_collector_has_none_none_is_pinned(enrolled):
    assert identity.load(enrolled.data_dir).authority == ""


def test_an_order_is_verified_and_kept(pinned, collector, authority):
    scope = scope_now()
    collector.scan_order = authority.order(scope, 48, [(["AA:BB:CC:00:00:01"], ["MÁY-1"])])
    duty = pull(pinned)
    assert (duty.scope, duty.hours) == (scope, 48)
    assert duty.enrolled[0].macs == {"aa:bb:cc:00:00:01"}
    assert order.kept_duty(pinned.data_dir, identity.load(pinned.data_dir)) == duty
    pull(pinned)
    assert [one.get("have") for one in collector.order_requests] == [None, scope.id]


def test_an_order_of_a_newer_collector_is_obeyed(pinned, collector, authority):
    collector.newer = True
    collector.scan_order = authority.order(scope_now())
    collector.scan_order["enrolled"] = [{"macs": ["aa:bb:cc:00:00:01"], "names": [], "later": 1}]
    assert pull(pinned).enrolled[0].macs == {"aa:bb:cc:00:00:01"}


def test_no_order_ends_the_duty(pinned, collector, authority):
    collector.scan_order = authority.order()
    pull(pinned)
    collector.scan_order = None
    assert pull(pinned) is None
    assert order.load(pinned.data_dir) is None


def test_a_scope_of_another_authority_is_refused_and_the_former_order_is_not_obeyed_either(
    pinned, collector, authority
):
    collector.scan_order = authority.order()
    pull(pinned)
    collector.scan_order = Authority().order()
    with pytest.raises(ScopeError) as caught:
        pull(pinned)
    assert caught.value.code == "scope-signature"
    assert order.load(pinned.data_dir) is None


def test_an_expired_scope_is_refused(pinned, collector, authority):
    collector.scan_order = authority.order(
        scope_now(issued_at=datetime.now(UTC) - timedelta(days=3), not_after=datetime.now(UTC) - timedelta(seconds=5))
    )
    with pytest.raises(ScopeError):
        pull(pinned)
    assert order.load(pinned.data_dir) is None


def test_a_scope_to_come_is_kept(pinned, collector, authority):
    scope = scope_now(not_before=datetime.now(UTC) + timedelta(days=2))
    collector.scan_order = authority.order(scope)
    assert pull(pinned).scope == scope


@pytest.mark.parametrize("step", [problem("busy", 503, retry=True), "reset", (200, {}, b"{}"), (200, {}, b"<html>")])
def test_a_collector_that_fails_leaves_the_order_as_it_is(pinned, collector, authority, step):
    collector.scan_order = authority.order()
    duty = pull(pinned)
    collector.script.append(step)
    with pytest.raises(TransportError):
        pull(pinned)
    assert order.kept_duty(pinned.data_dir, identity.load(pinned.data_dir)) == duty


def test_a_revoked_agent_has_no_duty(pinned, collector, authority):
    collector.scan_order = authority.order()
    pull(pinned)
    collector.script.append(problem("agent-revoked", 403))
    with pytest.raises(TransportError):
        pull(pinned)
    assert order.load(pinned.data_dir) is None


def test_an_order_that_nobody_confirmed_for_days_is_not_obeyed(pinned, collector, authority):
    collector.scan_order = authority.order()
    pull(pinned)
    me = identity.load(pinned.data_dir)
    later = datetime.now(UTC) + timedelta(seconds=LONGEST_UNCONFIRMED + 60)
    assert order.kept_duty(pinned.data_dir, me, lambda: later) is None


def test_an_order_for_another_agent_is_none(pinned, collector, authority):
    collector.scan_order = authority.order()
    pull(pinned)
    me = msgspec.structs.replace(identity.load(pinned.data_dir), agent="01a20b99-e4bc-7871-9771-000000000000")
    assert order.kept_duty(pinned.data_dir, me) is None


def test_a_file_that_was_changed_is_not_obeyed(pinned, collector, authority):
    collector.scan_order = authority.order()
    pull(pinned)
    path = pinned.data_dir / calling.ORDER_FILE
    kept = msgspec.json.decode(path.read_bytes(), type=order.Kept)
    forged = msgspec.structs.replace(kept.order, scope=Authority().sign(scope_now(networks=["10.0.0.0/16"])))
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(kept, order=forged)))
    with pytest.raises(ScopeError):
        order.kept_duty(pinned.data_dir, identity.load(pinned.data_dir))


def test_without_a_pinned_authority_nothing_is_obeyed(enrolled, collector, authority):
    collector.scan_order = authority.order()
    with pytest.raises(ScopeError) as caught:
        pull(enrolled)
    assert caught.value.code == "trust-missing"


def test_an_authority_that_changed_at_the_collector_is_not_taken_over(pinned, collector, authority):
    other = Authority()
    collector.authority, collector.scan_order = other.text, other.order()
    with pytest.raises(ScopeError):
        pull(pinned)
    assert identity.load(pinned.data_dir).authority == authority.text


def test_the_question_goes_to_the_collector_alone_and_is_signed(pinned, collector, authority):
    collector.scan_order = authority.order()
    spool = jobs.open_configured(pinned)
    with closing(spool):
        me, signer = jobs.adopt(pinned, spool)
        with closing(jobs.open_transport(pinned, me)) as transport:
            assert order.ask(transport, signer, me, None).run_every_hours == 24
    assert collector.order_requests[0]["agent"] == me.agent
