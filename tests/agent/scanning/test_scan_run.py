"""A whole run of the duty against a device on loopback: order, scan, reports in the spool, delivery."""

import base64
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import msgspec
import pytest
from tests.agent.scanning.conftest import scope_now
from tests.agent.scanning.test_scan_schedule import keep

from tuanthu_agent import identity, jobs
from tuanthu_agent.scanner.turn import ScanRunningError, alone
from tuanthu_agent.scanning import running
from tuanthu_policy.observation import Observation, digest_matches

DEVICE = "127.61.0.1"


class Device:
    """A page behind HTTP Basic on port 8080 whose password was changed; counts what it is sent."""

    def __init__(self):
        outer = self
        self.logins, self.peers = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def do_GET(self):
                outer.peers.append(self.client_address[0])
                given = self.headers.get("Authorization", "")
                if given.startswith("Basic "):
                    outer.logins.append(base64.b64decode(given[6:]).decode().partition(":")[0])
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="device"')
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = http.server.ThreadingHTTPServer((DEVICE, 8080), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def device():
    one = Device()
    yield one
    one.close()


@pytest.fixture
def designated(enrolled, authority):
    me = msgspec.structs.replace(identity.load(enrolled.data_dir), authority=authority.text)
    identity.save(enrolled.data_dir, me)
    keep(enrolled, authority, scope_now(networks=[f"{DEVICE}/32"]))
    return enrolled


def delivered(config, collector):
    spool = jobs.open_configured(config)
    try:
        jobs.deliver(config, spool)
        values = {key: spool.get(key) for key in ("scan:done", "last:scan")}
    finally:
        spool.close()
    seen = [one for body in collector.reports.values() for one in json.loads(body)["observations"]]
    return values, seen


def test_a_run_by_order_reaches_the_collector(designated, collector, device):
    outcome = running.run(designated, 1_795_000_000.0)
    assert (outcome.devices, outcome.whole) == (1, True)
    values, seen = delivered(designated, collector)
    assert float(values["scan:done"]) == 1_795_000_000.0
    assert values["last:scan"]
    one, run = seen
    assert (one["kind"], one["asset"]) == ("device", f"ip:{DEVICE}")
    (service,) = one["facts"]["services"]
    assert (service["port"], service["protocol"], service["standing"]) == (8080, "http", "unknown")
    assert service["attempts"] == len(device.logins) == 2
    assert run["facts"]["logins_sent"] == 2
    assert run["facts"]["whole"] is True
    for each in seen:
        assert digest_matches(msgspec.convert(each, Observation))
    assert float((designated.data_dir / "next-due").read_text()) <= time.time()


def test_the_next_run_of_the_day_spends_nothing_more_and_says_that_the_device_holds(designated, collector, device):
    running.run(designated, 1.0)
    delivered(designated, collector)
    running.run(designated, 2.0)
    delivered(designated, collector)
    assert len(device.logins) == 2
    latest = json.loads(collector.reports[max(collector.reports)])
    assert [one["kind"] for one in latest["observations"]] == ["scan"]
    assert [one["asset"] for one in latest["held"]] == [f"ip:{DEVICE}"]
    assert latest["observations"][0]["facts"]["logins_sent"] == 0


def test_beside_another_scan_it_does_nothing(designated, device):
    with alone(designated.data_dir / "scan"), pytest.raises(ScanRunningError):
        running.run(designated, 1.0)
    assert device.peers == []


def test_without_an_order_it_does_nothing(enrolled, device):
    assert running.run(enrolled, 1.0) is None
    assert device.peers == []


def test_the_child_itself_ends_with_0_and_its_run_is_done(designated, collector, device):
    now = datetime.now(UTC).timestamp()
    environment = os.environ | {"TUANTHU_AGENT_DATA_DIR": str(designated.data_dir)}
    words = [sys.executable, "-I", "-m", "tuanthu_agent.scanning", f"{now - 60:.3f}", f"{now + 900:.3f}"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "scanned" in done.stderr
    _, seen = delivered(designated, collector)
    assert [one["kind"] for one in seen] == ["device", "scan"]
