"""The probe's delivery over real HTTPS while everything that can fail does."""

import dataclasses
import json

import pytest
from tests.agent.fake_collector import fingerprint, issue, pem, problem

from tuanthu_agent.errors import EnrolmentError, IdentityError, TransportError
from tuanthu_agent.legacy import enrolling, keys
from tuanthu_agent.legacy.collecting import Result, as_observation
from tuanthu_agent.legacy.delivering import deliver
from tuanthu_agent.legacy.reporting import adopt, spool_report
from tuanthu_agent.legacy.wire_http import parse_retry_after
from tuanthu_agent.spool.memory import MemorySpool

MACHINE = {"hostname": "máy-tiếp-đón"}


@pytest.fixture
def spool():
    return MemorySpool()


@pytest.fixture
def enrolled(collector, config):
    enrolling.enrol(config, collector.url, "TT-MÃ", fingerprint(collector.ca[0]), MACHINE)
    return config


def report(config, spool, hostname="máy-1"):
    identity, signer = adopt(config, spool)
    seen = as_observation("host", Result("registry", "ok", "", {"hostname": hostname}))
    return spool_report(spool, signer, identity.agent, [seen])


def waiting(spool):
    return [one.sequence for one in spool.pending(-1)]


def test_reports_arrive_signed_in_order_and_are_forgotten(enrolled, spool, collector):
    for number in range(25):
        report(enrolled, spool, f"máy-{number}")
    done = deliver(enrolled, spool)
    assert (done.delivered, done.refused, done.error) == (25, 0, None)
    assert collector.arrivals == list(range(1, 26))
    assert waiting(spool) == []


def test_a_newer_collector_that_says_more_is_understood(config, spool, collector):
    collector.newer = True
    enrolling.enrol(config, collector.url, "TT-MÃ", fingerprint(collector.ca[0]), MACHINE)
    report(config, spool)
    assert (deliver(config, spool).delivered, waiting(spool)) == (1, [])


def test_what_did_not_change_goes_as_a_heartbeat_until_the_collector_asks_for_it(enrolled, spool, collector):
    report(enrolled, spool)
    deliver(enrolled, spool)
    digest = json.loads(collector.reports[1])["observations"][0]["digest"]
    collector.resend = [digest]
    report(enrolled, spool)
    deliver(enrolled, spool)
    report(enrolled, spool)
    deliver(enrolled, spool)
    second, third = (json.loads(collector.reports[number]) for number in (2, 3))
    assert (second["observations"], [held["digest"] for held in second["held"]]) == ([], [digest])
    assert ([seen["digest"] for seen in third["observations"]], third["held"]) == ([digest], [])


@pytest.mark.parametrize("step", ["reset", "lost answer"])
def test_a_broken_connection_costs_no_report(enrolled, spool, collector, step):
    report(enrolled, spool)
    collector.script.append(step)
    assert deliver(enrolled, spool).error.code == "network"
    assert waiting(spool) == [1]
    assert float(spool.get("retry:at")) > 0
    assert deliver(enrolled, spool).delivered == 1
    assert list(collector.reports) == [1]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem("busy", 503, retry=True, retry_after=7), "busy"),
        (problem("agent-revoked", 403), "agent-revoked"),
        ((200, {}, b"<html>log in</html>"), "not-a-collector"),
        ((200, {}, b'{"sequence": 9, "status": "stored"}'), "not-a-collector"),
        ((200, {}, b'{"sequence": 1, "status": "stored", "resend": [7]}'), "not-a-collector"),
        ((502, {}, b"[]"), "not-a-collector"),
        ((200, {}, b"x" * 300_000), "not-a-collector"),
        ((302, {"Location": "https://localhost:1/"}, b""), "not-a-collector"),
    ],
)
def test_what_may_pass_keeps_the_report(enrolled, spool, collector, answer, code):
    report(enrolled, spool)
    collector.script.append(answer)
    done = deliver(enrolled, spool)
    assert done.error.code == code
    assert waiting(spool) == [1]
    assert spool.get("retry:error").startswith(code)


def test_a_report_that_is_refused_for_good_makes_room_for_the_next(enrolled, spool, collector):
    report(enrolled, spool)
    report(enrolled, spool, "máy-2")
    collector.script.append(problem("malformed", 400))
    done = deliver(enrolled, spool)
    assert (done.delivered, done.refused) == (1, 1)
    assert [one.code for one in spool.refused()] == ["malformed"]


def test_a_conflict_renumbers_what_waits_and_never_loops(enrolled, spool, collector):
    report(enrolled, spool)
    collector.script.append(problem("sequence-conflict", 409, last_sequence=41))
    assert deliver(enrolled, spool).delivered == 1
    assert list(collector.reports) == [42]
    report(enrolled, spool, "máy-2")
    collector.script += [problem("sequence-conflict", 409, last_sequence=100 + number) for number in range(9)]
    assert deliver(enrolled, spool).error.code == "sequence-conflict"
    assert len(waiting(spool)) == 1


def test_only_the_pinned_authority_is_trusted(enrolled, spool, collector):
    report(enrolled, spool)
    (enrolled.data_dir / "ca.pem").write_bytes(pem(issue("kẻ khác", ca=True)[0]))
    assert deliver(enrolled, spool).error.code == "tls"
    (enrolled.data_dir / "ca.pem").write_bytes(b"rubbish")
    assert deliver(enrolled, spool).error.code == "tls"
    (enrolled.data_dir / "ca.pem").unlink()
    with pytest.raises(IdentityError):
        deliver(enrolled, spool)
    assert collector.arrivals == []


def test_another_fingerprint_enrols_nobody(config, collector):
    with pytest.raises(EnrolmentError, match="fingerprint"):
        enrolling.enrol(config, collector.url, "TT-MÃ", "0" * 64, MACHINE)
    with pytest.raises(EnrolmentError, match="64"):
        enrolling.enrol(config, collector.url, "TT-MÃ", "abc", MACHINE)
    with pytest.raises(TransportError, match="trusted"):
        enrolling.enrol(config, collector.url, "TT-MÃ", "", MACHINE)
    assert collector.enrolments == []


@pytest.mark.parametrize("server", ["http://x", "https://", "https://a/b", "https://u@h", "https://h:99999", "máy"])
def test_an_address_that_is_none_is_refused(config, server):
    with pytest.raises(EnrolmentError):
        enrolling.enrol(config, server, "TT", "0" * 64, MACHINE)


def test_a_lost_answer_to_an_enrolment_is_asked_for_again_with_the_same_key(config, collector):
    collector.script += [(200, {}, pem(collector.ca[0])), "lost answer"]
    collector.script.pop(0)
    with pytest.raises(TransportError):
        enrolling.enrol(config, collector.url, "TT-MÃ", fingerprint(collector.ca[0]), MACHINE)
    enrolling.enrol(config, collector.url, "TT-MÃ", fingerprint(collector.ca[0]), MACHINE)
    assert len({one["public_key"] for one in collector.enrolments}) == 1
    assert len(collector.enrolments) == 2


def test_enrolling_again_makes_a_new_key_and_the_full_agent_can_take_over(enrolled, collector):
    from tuanthu_agent import identity as full_identity
    from tuanthu_agent import signing

    first = keys.load(enrolled.data_dir).public_key
    enrolling.enrol(enrolled, collector.url, "TT-MÃ", fingerprint(collector.ca[0]), MACHINE)
    second = keys.load(enrolled.data_dir).public_key
    assert first != second
    assert signing.load(enrolled.data_dir).public_key == second
    assert full_identity.load(enrolled.data_dir).public_key == second
    assert not (enrolled.data_dir / enrolling.STAGE).exists()


def test_a_key_of_another_identity_is_refused(enrolled, tmp_path):
    other = keys.load_or_create(tmp_path / "khác")
    assert other.public_key
    (tmp_path / "khác" / keys.KEY_NAME).replace(enrolled.data_dir / keys.KEY_NAME)
    with pytest.raises(IdentityError):
        enrolling.load_pair(enrolled.data_dir)


@pytest.mark.parametrize("content", [b"", b"rubbish", "không phải khoá".encode(), b"-----BEGIN X-----\nAAAA\n"])
def test_a_damaged_key_is_an_error_for_people(enrolled, content):
    (enrolled.data_dir / keys.KEY_NAME).write_bytes(content)
    with pytest.raises(IdentityError):
        keys.load(enrolled.data_dir)


@pytest.mark.parametrize(("text", "seconds"), [("7", 7.0), ("999999", 86400.0), ("", None), ("-1", None), ("x", None)])
def test_a_wait_that_is_asked_for_is_bounded(text, seconds):
    assert parse_retry_after(text) == seconds


def test_nobody_listens(enrolled, spool, collector):
    report(enrolled, spool)
    gone = dataclasses.replace(enrolled, connect_seconds=2)
    collector.close()
    assert deliver(gone, spool).error.code == "network"
