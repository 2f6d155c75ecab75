"""Delivery to a real HTTPS server while everything that can fail does."""

import json
import time

import pytest
from tests.agent.fake_collector import issue, pem, problem

from tuanthu_agent import identity as identities
from tuanthu_agent import jobs, signing
from tuanthu_agent.collect import spool_report
from tuanthu_agent.collectors.interface import CollectorResult
from tuanthu_agent.observing import as_observation
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_agent.transport import Transport, parse_retry_after
from tuanthu_agent.uplink import next_delay
from tuanthu_policy.observation import ObservationStatus


def observe(**facts):
    from datetime import UTC, datetime

    result = CollectorResult(method="test", status=ObservationStatus.OK, facts=facts)
    return as_observation("host", result, datetime.now(UTC))


@pytest.fixture
def spool():
    return MemorySpool()


def report(config, spool, hostname="máy-1"):
    signer, identity = signing.load(config.data_dir), identities.load(config.data_dir)
    return spool_report(spool, signer, identity.agent, [observe(hostname=hostname)])


def waiting(spool):
    return [one.sequence for one in spool.pending(-1)]


def test_reports_arrive_in_order_signed_and_are_forgotten_once_acknowledged(enrolled, spool, collector):
    for number in range(5):
        report(enrolled, spool, f"máy-{number}")
    delivery = jobs.deliver(enrolled, spool)
    assert (delivery.delivered, delivery.refused, delivery.error) == (5, 0, None)
    assert collector.arrivals == [1, 2, 3, 4, 5]
    assert waiting(spool) == []
    assert spool.get("last:deliver")


def test_the_acknowledgement_of_a_newer_collector_counts(enrolled, spool, collector):
    collector.newer = True
    report(enrolled, spool)
    assert (jobs.deliver(enrolled, spool).delivered, waiting(spool)) == (1, [])


def test_an_unchanged_machine_is_reported_by_heartbeats(enrolled, spool, collector):
    report(enrolled, spool)
    jobs.deliver(enrolled, spool)
    report(enrolled, spool)
    jobs.deliver(enrolled, spool)
    first, second = (json.loads(collector.reports[number]) for number in (1, 2))
    assert (len(first["observations"]), first["held"]) == (1, [])
    assert second["observations"] == []
    assert [held["digest"] for held in second["held"]] == [first["observations"][0]["digest"]]


def test_what_the_collector_lost_is_sent_in_full_again(enrolled, spool, collector):
    report(enrolled, spool)
    jobs.deliver(enrolled, spool)
    collector.resend = [json.loads(collector.reports[1])["observations"][0]["digest"]]
    report(enrolled, spool)
    jobs.deliver(enrolled, spool)
    report(enrolled, spool)
    jobs.deliver(enrolled, spool)
    assert len(json.loads(collector.reports[3])["observations"]) == 1


TEMPORARY = {
    "server error": (500, {}, b"<html>500</html>"),
    "connection reset": "reset",
    "log-in page of a proxy": (200, {"Content-Type": "text/html"}, "<html>đăng nhập</html>".encode()),
    "redirect": (302, {"Location": "https://localhost:1/"}, b""),
    "not found by something else": (404, {}, b"nginx"),
    "busy": problem("busy", 503, retry=True),
    "acknowledgement of another report": (
        200, {}, b'{"sequence":9,"status":"stored","server_time":"2026-11-24T00:00:00Z"}'
    ),
}  # fmt: skip


@pytest.mark.parametrize("failure", TEMPORARY)
def test_a_passing_failure_costs_no_report_and_is_tried_again_later(enrolled, spool, collector, failure):
    report(enrolled, spool)
    collector.script.append(TEMPORARY[failure])
    delivery = jobs.deliver(enrolled, spool)
    assert delivery.delivered == 0
    assert delivery.error is not None
    assert not delivery.error.permanent
    assert waiting(spool) == [1]
    assert float(spool.get("retry:at")) > time.time()
    assert jobs.deliver(enrolled, spool).delivered == 1
    assert spool.get("retry:at") == ""


def test_a_report_whose_acknowledgement_was_lost_is_stored_once(enrolled, spool, collector):
    report(enrolled, spool)
    collector.script.append("lost answer")
    assert jobs.deliver(enrolled, spool).error is not None
    assert jobs.deliver(enrolled, spool).delivered == 1
    assert list(collector.reports) == [1]


def test_the_collectors_wish_to_wait_is_honoured(enrolled, spool, collector):
    report(enrolled, spool)
    collector.script.append(problem("busy", 503, retry=True, retry_after=500))
    jobs.deliver(enrolled, spool)
    assert 495 < float(spool.get("retry:at")) - time.time() <= 500


def test_a_refused_report_is_put_aside_and_the_next_one_goes_on(enrolled, spool, collector):
    report(enrolled, spool, "một")
    report(enrolled, spool, "hai")
    collector.script.append(problem("malformed", 400))
    delivery = jobs.deliver(enrolled, spool)
    assert (delivery.delivered, delivery.refused) == (1, 1)
    assert list(collector.reports) == [2]
    (refused,) = spool.refused()
    assert (refused.sequence, refused.code, refused.reason) == (1, "malformed", "Từ chối: malformed: chi tiết")


@pytest.mark.parametrize("code", ["agent-unknown", "agent-revoked"])
def test_a_revoked_agent_keeps_its_reports(enrolled, spool, collector, code):
    report(enrolled, spool)
    collector.script.append(problem(code, 403))
    delivery = jobs.deliver(enrolled, spool)
    assert delivery.error.code == code
    assert waiting(spool) == [1]
    assert float(spool.get("retry:at")) - time.time() > 3500


def test_after_a_lost_spool_reports_go_on_above_the_collectors_number(enrolled, collector):
    first = MemorySpool()
    for number in range(3):
        report(enrolled, first, f"máy-{number}")
    jobs.deliver(enrolled, first)
    fresh = MemorySpool()
    report(enrolled, fresh, "sau khi mất")
    report(enrolled, fresh, "sau nữa")
    assert jobs.deliver(enrolled, fresh).error is None
    assert collector.arrivals == [1, 2, 3, 4, 5]
    named = [json.loads(collector.reports[number])["observations"][0]["facts"]["hostname"] for number in (4, 5)]
    assert named == ["sau khi mất", "sau nữa"]
    assert "đánh số lại" in fresh.notes()[0].vi


def test_a_collector_that_claims_conflicts_for_ever_does_not_loop(enrolled, spool, collector):
    report(enrolled, spool)
    collector.script = [problem("sequence-conflict", 409, last_sequence=number * 10) for number in range(1, 9)]
    assert jobs.deliver(enrolled, spool).error.code == "sequence-conflict"
    assert len(waiting(spool)) == 1


def test_a_collector_with_another_ca_gets_nothing(enrolled, spool, collector):
    report(enrolled, spool)
    stranger, _ = issue("kẻ đứng giữa", ca=True)
    (enrolled.data_dir / identities.CA_NAME).write_bytes(pem(stranger))
    delivery = jobs.deliver(enrolled, spool)
    assert delivery.error.code == "tls"
    assert collector.arrivals == []
    assert waiting(spool) == [1]


def test_ca_bundles_and_proxies_of_the_environment_change_nothing(enrolled, spool, collector, tmp_path, monkeypatch):
    stranger, _ = issue("kẻ đứng giữa", ca=True)
    (tmp_path / "bundle.pem").write_bytes(pem(stranger))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "bundle.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    report(enrolled, spool)
    assert jobs.deliver(enrolled, spool).delivered == 1


def test_certificates_that_the_environment_trusts_do_not_weaken_the_pin(
    enrolled, spool, collector, tmp_path, monkeypatch
):
    stranger, _ = issue("kẻ đứng giữa", ca=True)
    (enrolled.data_dir / identities.CA_NAME).write_bytes(pem(stranger))
    (tmp_path / "bundle.pem").write_bytes(pem(collector.ca[0]))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "bundle.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    report(enrolled, spool)
    assert jobs.deliver(enrolled, spool).error.code == "tls"
    assert collector.arrivals == []


def test_a_certificate_for_another_name_is_refused(enrolled, spool, collector):
    identity = identities.load(enrolled.data_dir)
    elsewhere = collector.url.replace("localhost", "127.0.0.2")
    identities.save(enrolled.data_dir, identities.msgspec.structs.replace(identity, server=elsewhere))
    report(enrolled, spool)
    assert jobs.deliver(enrolled, spool).error.code in ("tls", "network")
    assert collector.arrivals == []


def test_without_a_pin_only_the_machines_trust_store_counts(monkeypatch):
    transport = Transport("https://localhost:1", None, (1, 1))
    adapter = transport._session.get_adapter("https://localhost:1")
    connection = type("Pool", (), {"ca_certs": None})()
    adapter.cert_verify(connection, "https://localhost:1", True, None)
    assert (connection.cert_reqs, connection.ca_certs) == ("CERT_REQUIRED", None)
    transport.close()


def test_pauses_grow_with_jitter_between_the_bounds():
    import random

    chance = random.Random(1)
    former, delays = None, []
    for _ in range(50):
        former = next_delay(former, 15, 3600, chance.uniform)
        delays.append(former)
    assert 15 <= delays[0] <= 45
    assert all(15 <= delay <= 3600 for delay in delays)
    assert max(delays) > 1000
    assert len(set(delays[:5])) == 5


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, None), ("120", 120), ("-5", None), ("mai", None), ("999999999", 86400), ("1.5", None)]
)
def test_a_wish_to_wait_is_read_within_reason(text, seconds):
    assert parse_retry_after(text) == seconds


def test_a_wish_to_wait_until_a_moment_is_read():
    from datetime import UTC, datetime, timedelta
    from email.utils import format_datetime

    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 <= parse_retry_after(moment) <= 90
