"""The probe against a real collector, by its commands: enrolled, judged, replayed, killed, carried as a file."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests.assets.serving import ServedCollector


class Probe:
    def __init__(self, folder, served):
        self.folder = folder
        self.served = served
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TUANTHU_")}
        self.environment = kept | {
            "TUANTHU_AGENT_DATA_DIR": str(folder),
            "TUANTHU_AGENT_LAN_PROBES": "passive",
            "TUANTHU_AGENT_CONNECT_SECONDS": "5",
        }
        self.command = [sys.executable, "-m", "tuanthu_agent.legacy"]

    def run(self, *arguments, accepted=0):
        done = subprocess.run(
            [*self.command, *arguments], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == accepted, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def enrol(self, *options, accepted=0):
        ca = (self.served.data / "tls" / "ca.pem").read_text("ascii")
        import hashlib
        import ssl

        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca)).hexdigest()
        address = f"https://localhost:{self.served.port}"
        wanted = ("--server", address, "--token", self.served.token(), "--ca-fingerprint", digest)
        return self.run("enrol", *wanted, *options, accepted=accepted)

    def agent(self):
        return json.loads((self.folder / "identity.json").read_text("utf-8"))["agent"]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    collector = ServedCollector(tmp_path_factory.mktemp("served"))
    collector.prepare()
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture
def probe(served, tmp_path):
    made = Probe(tmp_path / "máy cũ", served)
    made.enrol()
    return made


def sequences(served, probe):
    agent = probe.agent().replace("-", "")
    rows = served.query(
        "SELECT sequence FROM inventory_report JOIN inventory_agent ON agent_id = inventory_agent.id "
        f"WHERE replace(inventory_agent.id, '-', '') = '{agent}' ORDER BY sequence"
    )
    return [row[0] for row in rows]


def test_it_enrols_reports_and_is_judged(served, probe):
    before = served.counts()
    assert "Đã gửi 1 báo cáo" in probe.run("run", "--once")
    assert sequences(served, probe) == [1]
    deadline = time.monotonic() + 60
    while served.counts()[4] == before[4] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert served.counts()[4] > before[4]
    assert "Báo cáo đang chờ: 0" in probe.run("status")
    assert "đã ghi danh" in probe.enrol(accepted=3)


def test_an_unchanged_machine_stores_nothing_new(served, probe):
    probe.run("run", "--once")
    observations = served.counts()[3]
    probe.run("run", "--once")
    assert sequences(served, probe) == [1, 2]
    assert served.counts()[3] - observations <= 1  # free space of a disk may move between two looks


def test_reports_wait_while_the_collector_is_away(served, probe, tmp_path):
    served.stop()
    try:
        assert "Không kết nối được" in probe.run("run", "--once", accepted=3)
        assert "Báo cáo đang chờ: 1" in probe.run("status")
        file = tmp_path / "báo cáo.gz"
        assert "Đã xuất 1" in probe.run("export", str(file))
    finally:
        served.start()
    served.command("import", str(file))
    assert sequences(served, probe) == [1]
    assert "Đã gửi 2 báo cáo" in probe.run("run", "--once")
    assert sequences(served, probe) == [1, 2]


def test_killed_at_any_moment_it_goes_on_without_a_gap(served, probe):
    for seconds in (0.3, 0.8, 1.5, 2.5):
        process = subprocess.Popen(
            [*probe.command, "run"],
            env=probe.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    probe.run("run", "--once")
    found = sequences(served, probe)
    assert found == list(range(1, len(found) + 1))
    assert "Báo cáo đang chờ: 0" in probe.run("status")


def test_enrolled_again_it_reports_as_the_new_agent(served, probe):
    probe.run("run", "--once")
    former = probe.agent()
    probe.enrol("--again")
    assert probe.agent() != former
    probe.run("run", "--once")
    assert sequences(served, probe) == [1]


def test_wrong_calls_and_settings_say_so(probe):
    assert "usage" in probe.run("enrol", accepted=2)
    probe.environment["TUANTHU_AGENT_COLLECT_MINUTES"] = "0"
    assert "TUANTHU_AGENT_COLLECT_MINUTES" in probe.run("status", accepted=3)
    probe.environment.pop("TUANTHU_AGENT_COLLECT_MINUTES")
    assert "tuanthu-legacy" in probe.run("version")
