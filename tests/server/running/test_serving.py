"""`tuanthu-server init` and `serve` as real processes: starting, stopping, and workers that die."""

import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from http.client import HTTPException

import pytest
from tests.assets.serving import BIN, ServedCollector
from tests.assets.signing import TestAgent, observation

needs_postgresql = pytest.mark.skipif(
    os.environ.get("TUANTHU_TEST_DATABASE") != "postgresql", reason="several processes need PostgreSQL"
)
SHORT = 4.0
"""Seconds in which an ordered end has to come; requests in progress would get ten."""


def idle_connection(port: int) -> ssl.SSLSocket:
    """A browser's: one request answered, the connection kept open."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10))
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    return connection


def test_sigterm_ends_at_once_with_0_though_a_connection_is_idle(fresh):
    fresh.prepare()
    fresh.start()
    connection = idle_connection(fresh.port)
    began = time.monotonic()
    assert fresh.stop() == 0
    assert time.monotonic() - began < SHORT
    connection.close()
    assert "Traceback" not in fresh.log.read_text("utf-8")


def test_ctrl_c_ends_without_a_traceback(fresh):
    fresh.prepare()
    fresh.start()
    fresh.process.send_signal(signal.SIGINT)
    assert fresh.process.wait(20) == 0
    assert "Traceback" not in fresh.log.read_text("utf-8")


def test_sqlite_takes_one_process_and_says_so(fresh):
    fresh.prepare()
    printed = fresh.command("serve", accepted=3, TUANTHU_WORKERS="2")
    assert "SQLite chỉ dùng được 1 tiến trình" in printed
    assert "PostgreSQL (database_url)" in printed
    assert "workers = 0" in fresh.command("serve", accepted=3, TUANTHU_WORKERS="0")


def test_a_port_that_is_taken_is_told_in_words(fresh):
    fresh.prepare()
    with socket.socket() as other:
        other.bind(("127.0.0.1", fresh.port))
        other.listen()
        printed = fresh.command("serve", accepted=3)
    assert f"127.0.0.1:{fresh.port}" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    "command", [("serve",), ("token", "list"), ("evaluate",), ("report", "--out", "x.json"), ("units", "list")]
)
def test_a_command_on_an_empty_folder_says_what_to_do_and_makes_nothing(fresh, command):
    printed = fresh.command(*command, accepted=3)
    assert "tuanthu-server init" in printed
    assert not fresh.data.exists()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"TUANTHU_TLS_CERTIFICATE": "/vắng.pem", "TUANTHU_TLS_KEY": "/vắng.key"}, "tls_certificate"),
        ({"TUANTHU_DATABASE_URL": "postgresql://ai@127.0.0.1:1/gì"}, "database_url"),
        ({"TUANTHU_DATABASE_URL": "mysql://x"}, "database_url"),
        ({"TUANTHU_WORKERS": "nhiều"}, "workers"),
    ],
)
def test_an_init_that_cannot_succeed_makes_nothing(fresh, settings, says):
    assert says in fresh.command("init", accepted=3, **settings)
    assert not fresh.data.exists()


def test_an_init_with_a_date_that_is_none_makes_nothing(fresh):
    assert "--policy-from" in fresh.command("init", "--policy-from", "hôm qua", accepted=3)
    assert not fresh.data.exists()


def test_the_first_password_is_in_a_file_of_the_owner_only_and_init_can_be_run_again(fresh):
    path = fresh.folder / "mật khẩu"
    path.write_text("cũ", "utf-8")
    path.chmod(0o644)
    printed = fresh.command("init", "--password-file", str(path))
    password = path.read_text("utf-8").strip()
    assert len(password) == 20
    assert path.stat().st_mode & 0o777 == 0o600
    assert password not in printed
    again = fresh.command("init", "--password-file", str(path))
    assert path.read_text("utf-8").strip() == password
    assert "Mật khẩu" not in again
    assert all(file.stat().st_mode & 0o077 == 0 for file in (fresh.data, fresh.data / "secret.key", fresh.data / "tls"))
    assert (fresh.data / "tuanthu.sqlite3").stat().st_mode & 0o077 == 0


def test_a_password_that_cannot_be_written_leaves_no_administrator(fresh):
    assert "--password-file" in fresh.command("init", "--password-file", str(fresh.folder / "vắng" / "x"), accepted=3)
    assert fresh.query("SELECT COUNT(*) FROM accounts_user") == [(0,)]
    assert "shown once" in fresh.command("init")


def test_two_that_initialise_at_once_agree(fresh):
    command = [str(BIN / "tuanthu-server"), "init"]
    both = [
        subprocess.Popen(command, env=fresh.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    printed = [one.communicate(timeout=120)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], printed
    assert sum("shown once" in text for text in printed) == 1
    fingerprints = {line for text in printed for line in text.splitlines() if "CA" in line}
    assert len(fingerprints) == 1
    assert fresh.query("SELECT COUNT(*) FROM compliance_policyversion") == [(1,)]


def test_with_the_operators_certificate_a_token_comes_with_a_hint_instead_of_a_fingerprint(fresh):
    fresh.prepare()
    assert "CA fingerprint" in fresh.command("token", "new", "--unit", "TYT-001")
    own = {
        f"TUANTHU_TLS_{name}": str(fresh.data / "tls" / f"server.{end}")
        for name, end in (("CERTIFICATE", "pem"), ("KEY", "key"))
    }
    printed = fresh.command("token", "new", "--unit", "TYT-001", **own)
    assert "CA fingerprint" not in printed
    assert "--ca FILE" in printed
    before = fresh.query("SELECT COUNT(*) FROM inventory_enroltoken")
    own["TUANTHU_TLS_KEY"] = str(fresh.data / "tls" / "ca.key")
    assert "tls_key" in fresh.command("token", "new", "--unit", "TYT-001", accepted=3, **own)
    assert fresh.query("SELECT COUNT(*) FROM inventory_enroltoken") == before


@needs_postgresql
def test_each_worker_answers_alone(served):
    workers = served.children()
    assert len(workers) == 2
    for stopped in workers:
        os.kill(stopped, signal.SIGSTOP)
        try:
            assert served.get("/healthz", timeout=3)[0] == 200
        finally:
            os.kill(stopped, signal.SIGCONT)


class Sender(threading.Thread):
    """Delivers one report after the other, as an agent does: what was not answered is sent again."""

    def __init__(self, served, agent: TestAgent) -> None:
        super().__init__()
        self.served, self.agent = served, agent
        self.acknowledged: list[int] = []
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            signed = self.agent.report([observation("alpha", {"good": self.agent.sequence % 2 == 0})])
            while not self.ended.is_set():
                try:
                    status, answer, _ = self.served.deliver(self.agent, signed)
                except (OSError, ValueError, HTTPException):
                    time.sleep(0.05)
                    continue
                if status == 200:
                    self.acknowledged.append(answer["sequence"])
                    break


@needs_postgresql
def test_a_killed_worker_is_replaced_and_nothing_that_was_acknowledged_is_lost(served):
    senders = [Sender(served, served.enrolled()) for _ in range(2)]
    for sender in senders:
        sender.start()
    try:
        for turn in range(3):
            time.sleep(1)
            victim = served.children()[turn % 2]
            os.kill(victim, signal.SIGKILL)
            deadline = time.monotonic() + 30
            while victim in (now := served.children()) or len(now) < 2:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    finally:
        for sender in senders:
            sender.ended.set()
        for sender in senders:
            sender.join(60)
    for sender in senders:
        sql = f"SELECT sequence FROM inventory_report WHERE agent_id = '{sender.agent.id}'"
        stored = [row[0] for row in served.query(sql)]
        assert len(stored) == len(set(stored))
        assert set(sender.acknowledged) <= set(stored)
        assert len(sender.acknowledged) > 10
    assert "khớp" in served.command("evaluate", "--verify")


@needs_postgresql
def test_a_collector_of_two_on_one_database_is_killed_and_nothing_that_was_acknowledged_is_lost(tmp_path, served):
    second = ServedCollector(tmp_path, served.database_url)
    second.prepare()
    agents = [served.enrolled() for _ in range(2)]
    second.start()
    senders = [Sender(collector, agent) for collector, agent in zip((served, second), agents, strict=True)]
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + 60
    try:
        while min(len(sender.acknowledged) for sender in senders) < 10:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second.process.kill()
        second.process.wait(20)
        senders[1].served = served  # the agent finds the other one, as behind a balancer
        before = len(senders[1].acknowledged)
        while len(senders[1].acknowledged) < before + 5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        for sender in senders:
            sender.ended.set()
        for sender in senders:
            sender.join(60)
        second.stop()
    for sender in senders:
        sql = f"SELECT sequence FROM inventory_report WHERE agent_id = '{sender.agent.id}'"
        stored = [row[0] for row in served.query(sql)]
        assert len(stored) == len(set(stored))
        assert set(sender.acknowledged) <= set(stored)
    assert "khớp" in served.command("evaluate", "--verify")


@needs_postgresql
def test_sigterm_ends_all_workers_at_once_with_0(tmp_path, served):
    second = ServedCollector(tmp_path, served.database_url, workers="2")
    second.prepare()
    second.start()
    workers, connection = second.children(), idle_connection(second.port)
    began = time.monotonic()
    assert second.stop() == 0
    assert time.monotonic() - began < SHORT
    connection.close()
    assert not any(os.path.exists(f"/proc/{pid}") for pid in workers)  # noqa: PTH110
