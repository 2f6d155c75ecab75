"""A running collector tells people, and whoever watches over it."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.assets.postgres import own_database
from tests.assets.receivers import HttpReceiver
from tests.assets.serving import ServedCollector
from tests.assets.signing import observation

SECRET = "bi-mat-cua-prometheus"


@pytest.fixture(scope="module")
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as one:
        yield one


@pytest.fixture(scope="module")
def watched(tmp_path_factory, receiver) -> Iterator[ServedCollector]:
    """It looks every second, and its day's digest is due at once."""
    url = own_database("watched")
    collector = ServedCollector(
        tmp_path_factory.mktemp("watched"), url, workers="2" if url else "1", sweep_seconds="1",
        metrics_secret=SECRET, webhook_key="k" * 40, webhook_private="true", digest_time="00:00",
    )  # fmt: skip
    collector.prepare()
    collector.start()
    try:
        yield collector
    finally:
        collector.stop()


def scrape(collector: ServedCollector, secret: str) -> tuple[int, str]:
    with closing(collector.connect()) as connection:
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {secret}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_it_is_ready_and_says_so(watched):
    assert watched.get("/readyz") == (200, b'{"status":"ready","reasons":[]}')


def test_what_it_measures_are_metrics_for_who_has_the_secret(watched):
    agent = watched.enrolled()
    watched.deliver(agent, agent.report([observation("host", {"os_family": "linux"})]))
    status, text = scrape(watched, SECRET)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

    assert status == 200
    assert found[("tuanthu_reports_received_total",)] == 1
    assert found[("tuanthu_assets", "reporting")] == 1
    assert found[("tuanthu_ingest_waiting_reports",)] == 0
    assert 0 <= found[("tuanthu_newest_report_age_seconds",)] < 120
    assert scrape(watched, "sai")[0] == 401
    assert scrape(watched, "")[0] == 401
    assert watched.get("/metrics") == (401, b"")


def test_it_tells_a_subscriber_by_itself(watched, receiver):
    """The day's digest, from the process that serves."""
    watched.command(
        "notifications", "add", "--user", "admin", "--channel", "webhook", "--to", receiver.url("/mat"), "--kind", "digest",
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not receiver.posts and time.monotonic() < deadline:
        time.sleep(0.1)

    assert [one["kind"] for one in receiver.told()] == ["digest"]
    assert "k" * 40 not in watched.log.read_text("utf-8")
