"""A collector killed in the middle of its work: what it acknowledged is there once, and nothing is there in part."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.assets.postgres import free_port
from tests.assets.signing import TestAgent, now_text, observation

CYCLES = 20
SENDERS = 3
ROOT = Path(__file__).resolve().parents[3]
SERVER = "import uvicorn; uvicorn.run('tuanthu_server.asgi:create_app', factory=True, host='127.0.0.1', port=int('{port}'), workers=1, http='httptools', access_log=False, log_level='critical')"
PREPARE = """
from tuanthu_server.django_setup import setup; setup()
from django.core.management import call_command; call_command("migrate", verbosity=0)
from datetime import UTC, datetime
from tests.assets.policies import small_policy
from tuanthu_server.compliance import policies; policies.publish(small_policy())
from tuanthu_server.inventory import tokens
from tuanthu_server.units.models import Unit
print(tokens.issue(Unit.objects.create(code="A", name="Trạm A", created_at=datetime.now(UTC)), uses=9))
"""
EXAMINE = """
from tuanthu_server.django_setup import setup; setup()
import json
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.inventory.models import Agent, Observation, Report
print(json.dumps({
    "reports": [[str(agent), number] for agent, number in Report.objects.values_list("agent_id", "sequence")],
    "observations": Observation.objects.count(),
    "agents": [[str(one.pk), one.last_sequence, one.report_count] for one in Agent.objects.all()],
    "differences": verify_counters(),
}))
"""


def run(code: str, environment) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=60
    )
    return done.stdout.strip().splitlines()[-1]


def post(port: int, path: str, body: bytes, headers: dict) -> bytes | None:
    """The body of a 2xx answer, or None when there was none."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/agent/v1/{path}", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.read()
    except urllib.error.HTTPError:
        raise
    except OSError:
        return None


def sender(port: int, agent: TestAgent, acknowledged: list, stop: threading.Event) -> None:
    """Delivers one report after the other; an unanswered one is sent again, as an agent does."""
    turn = 0
    while not stop.is_set():
        turn += 1
        body, signature = agent.report([observation("alpha", {"good": turn % 2 == 0})])
        while not stop.is_set():
            headers = {"Tuanthu-Agent": agent.id, "Tuanthu-Signature": signature, "Tuanthu-Sent-At": now_text()}
            answer = post(port, "reports", body, headers)
            if answer is not None:
                acknowledged.append((agent.id, json.loads(answer)["sequence"]))
                break
            time.sleep(0.02)


@pytest.fixture
def environment(request):
    with tempfile.TemporaryDirectory(prefix="tuanthu-crash-") as folder:
        found = os.environ | {"TUANTHU_DATA_DIR": folder, "PYTHONPATH": str(ROOT), "TUANTHU_DATABASE_URL": "",
                              "DJANGO_SETTINGS_MODULE": "tuanthu_server.settings"}  # fmt: skip
        if os.environ.get("TUANTHU_TEST_DATABASE") != "postgresql":
            yield found
            return
        from tests.assets.postgres import private_postgres

        with private_postgres() as server:  # durable, unlike that of the other tests
            yield found | {"TUANTHU_DATABASE_URL": server.url}


@pytest.mark.slow
def test_whatever_was_acknowledged_before_a_kill_is_stored_exactly_once(environment):
    token = run(PREPARE, environment)
    port, agents, acknowledged = free_port(), [TestAgent() for _ in range(SENDERS)], []
    chance = random.Random(20261124)
    threads: list[threading.Thread] = []
    stop = threading.Event()
    server = start(port, environment)
    try:
        for number, agent in enumerate(agents):
            body, signature = agent.enrolment(token, f"máy {number}")
            agent.id = json.loads(post(port, "enrol", body, {"Tuanthu-Signature": signature}))["agent"]
            threads.append(threading.Thread(target=sender, args=(port, agent, acknowledged, stop)))
            threads[-1].start()
        for _ in range(CYCLES):
            time.sleep(chance.uniform(0.05, 0.4))
            server.send_signal(signal.SIGKILL)
            server.wait()
            server = start(port, environment)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    found = json.loads(run(EXAMINE, environment))
    stored = {(agent, number) for agent, number in found["reports"]}
    assert len(stored) == len(found["reports"])
    assert set(acknowledged) <= stored
    assert len(acknowledged) == len(set(acknowledged)) > CYCLES
    for agent, last, count in found["agents"]:
        assert last == count == sum(one == agent for one, _ in stored)
    assert found["observations"] == len(stored)
    assert found["differences"] == []


def start(port: int, environment) -> subprocess.Popen:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER.format(port=port)], env=environment, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return server  # noqa: TRY300 (it is what the loop waits for)
        except OSError:
            time.sleep(0.05)
    server.kill()
    raise TimeoutError("the collector did not start")
