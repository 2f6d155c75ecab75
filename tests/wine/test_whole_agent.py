"""The whole agent on a real Windows Python against a real collector: its resident, its jobs, its watch over the line.

Its probes stay passive; what the watch and the transfer send goes to loopback.
"""

import hashlib
import json
import socket
import ssl
import subprocess

import pytest
import zstandard
from tests.assets.serving import UNIT, ServedCollector
from tests.wine.bench import end, windows_path
from tests.wine.test_resident import processes, rss_mib, wait_for

VERSION = "3.11"
# Nothing but loopback is asked: the way out is said to lead over it, and no collector sends a probe.
LOOK = """
import sys
from tuanthu_agent.linewatch import __main__ as watch, looking
looking.read_routes = lambda: [looking.Route(0, 0x7F000001, 0, 1)]
looking.is_beyond = lambda address, table: True
watch.AGAIN_SECONDS, looking.TCP_SECONDS, looking.GATEWAY_SECONDS = 0.1, 2.0, 0.5
sys.exit(watch.main(sys.argv[1:]))
"""
TRANSFER = """
import sys
from tuanthu_agent import jobs, scheduler
scheduler.Schedule.__init__.__defaults__ = (lambda config, spool: None, jobs.deliver, jobs.transfer)
scheduler.watching.write_plan = lambda config, identity: None
scheduler.TRANSFER_FIRST = (0.0, 0.0)
sys.exit(scheduler.main())
"""
WATCHING = f"""
import sys
from tuanthu_agent import service
service.CHILD, service.WATCH = ("-c", {TRANSFER!r}), ("-c", {LOOK!r})
sys.exit(service.main(sys.argv[1:]))
"""
COMMANDS = "from tuanthu_agent.cli import main; main()"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    collector = ServedCollector(tmp_path_factory.mktemp("served"))
    collector.prepare()
    collector.start()
    yield collector
    collector.stop()


class Agent:
    """One agent under wine."""

    def __init__(self, bench, folder):
        self.bench, self.folder, self.place = bench, folder, windows_path(folder)
        self.settings = {"TUANTHU_AGENT_DATA_DIR": self.place, "TUANTHU_AGENT_LAN_PROBES": "passive"}
        self.started = []

    def command(self, *arguments, **options):
        return self.bench.python(VERSION, "-c", COMMANDS, *arguments, **self.settings, **options)

    def start(self, *arguments, **settings):
        environment = self.settings | {f"TUANTHU_AGENT_{name}": value for name, value in settings.items()}
        process = self.bench.start(self.bench.exe(VERSION), *arguments, stdin=subprocess.PIPE, **environment)
        self.started.append(process)
        return process

    def stop(self, process):
        process.stdin.close()
        said = process.stdout.read().decode("utf-8", "replace")
        assert process.wait(20) == 0, said[-3000:]
        wait_for(lambda: processes(self.place) == [], 5)
        return said

    def states(self):
        path = self.folder / "line-journal"
        return [line.split()[1] for line in path.read_text("ascii").split("\n") if line] if path.exists() else []


@pytest.fixture
def agent(bench, tmp_path):
    made = Agent(bench, tmp_path / "dữ liệu")
    yield made
    for process in made.started:
        end(process)


def enrol(served, agent):
    ca = (served.data / "tls" / "ca.pem").read_text("ascii")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca)).hexdigest()
    address = f"https://localhost:{served.port}"
    words = ("--server", address, "--token", served.token(), "--ca-fingerprint", digest)
    return agent.command("enrol", *words, seconds=90)


def reported(served):
    """Kind → status and facts of the only report that the collector has."""
    ((body,),) = served.query("SELECT body FROM inventory_report")
    envelope = json.loads(zstandard.ZstdDecompressor().decompressobj().decompress(body))
    return {one["kind"]: (one["status"], one.get("facts", {})) for one in envelope["observations"]}


def test_what_the_resident_watched_and_measured_is_reported(served, agent):
    assert UNIT in enrol(served, agent)
    outside = socket.create_server(("127.0.0.1", 0), backlog=128)
    place = outside.getsockname()
    (agent.folder / "line-plan").write_text(f"collector localhost {place[1]}\nwitness 127.0.0.1 {place[1]}\n")
    watching = agent.start("-c", WATCHING, agent.place, "60", "0.5", LAN_PROBES="active")
    wait_for(lambda: agent.states() == ["up"])
    wait_for((agent.folder / "line-transfer").exists)
    outside.close()
    wait_for(lambda: agent.states() == ["up", "line-down"])
    with socket.create_server(place, backlog=128):
        wait_for(lambda: agent.states() == ["up", "line-down", "up"])
    assert "dừng (stopped)" in agent.stop(watching)

    # The jobs as they are, by the command: it waits for the resident, which ends with it, however it ends.
    (agent.folder / "next-due").unlink()
    command = agent.start("-B", "-c", COMMANDS, "run", COLLECT_MINUTES="1", JITTER_SECONDS="0")
    wait_for(lambda: served.query("SELECT COUNT(*) FROM inventory_report") == [(1,)], 120)
    wait_for((agent.folder / "next-due").exists)
    (resident,) = processes(agent.place)
    print(f"the resident under wine: {rss_mib(resident):.1f} MiB (a bare Windows Python there: 19 to 23)")
    end(command)
    wait_for(lambda: processes(agent.place) == [], 10)

    seen = reported(served)
    assert {kind for kind, (status, _) in seen.items() if status == "error"} == set()
    line = seen["wan"][1]
    assert (line["line_state"], [one["kind"] for one in line["interruptions"]]) == ("up", ["line-down"])
    assert line["interruptions"][0]["seconds"] >= 1
    assert line["download_mbps"] > 0
    assert line["upload_mbps"] > 0
    assert seen["host"][1]["os_family"] == "windows"
