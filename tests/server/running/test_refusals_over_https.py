"""Every refusal as an agent meets it: status, code, one log line, and not one row more."""

import gzip
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest
import zstandard
from tests.assets.serving import ServedCollector
from tests.assets.signing import TestAgent, observation, sign

from tuanthu_policy.envelope import ENVELOPE_TYPE, MAX_BODY_BYTES, Problem
from tuanthu_server.ingest.refusals import CATALOGUE

GOOD = {"good": True, "level": 7}


class Refusing:
    """Checks that what is done inside leaves no row and exactly one log line with the code."""

    def __init__(self, served: ServedCollector, code: str, event: str = "report-refused") -> None:
        self.served, self.code, self.event = served, code, event

    def __enter__(self) -> Self:
        self.rows, self.lines = self.served.counts(), len(self.served.log_lines(self.event))
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            assert self.served.counts() == self.rows
            deadline = time.monotonic() + 5
            while not (found := self.served.log_lines(self.event)[self.lines :]) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert [line["code"] for line in found] == [self.code]

    def check(self, answer) -> dict:
        status, problem = answer[:2]
        entry = CATALOGUE[self.code]
        assert (status, problem["status"], problem["type"]) == (
            entry.status,
            entry.status,
            f"urn:tuanthu:error:{self.code}",
        )
        assert set(problem) <= set(Problem.__struct_fields__)
        assert problem.get("retry", False) is entry.retry
        assert problem["title"] != problem["title_en"]
        return problem


@pytest.fixture
def agent(served) -> TestAgent:
    return served.enrolled()


def reported(agent: TestAgent) -> tuple[bytes, str]:
    return agent.report([observation("alpha", GOOD)])


def test_a_wrong_signature(served, agent):
    payload, _ = reported(agent)
    with Refusing(served, "signature-invalid") as refusing:
        refusing.check(served.deliver(agent, (payload, sign(TestAgent().key, payload, ENVELOPE_TYPE))))


def test_a_known_sequence_number_with_other_bytes(served, agent):
    assert served.deliver(agent, reported(agent))[1]["status"] == "stored"
    agent.sequence = 0
    with Refusing(served, "sequence-conflict") as refusing:
        assert refusing.check(served.deliver(agent, reported(agent)))["last_sequence"] == 1


@pytest.mark.parametrize("name", ["0190d2f0-0000-7000-8000-000000000000", "khong-phai-uuid", "", "x" * 5000])
def test_an_unknown_agent(served, agent, name):
    signed = reported(agent)
    agent.id = name
    with Refusing(served, "agent-unknown") as refusing:
        refusing.check(served.deliver(agent, signed))


def test_a_revoked_agent_in_every_worker_at_once(served, agent):
    for _ in range(4):  # connections land on any worker; each has the key at hand now
        assert served.deliver(agent, reported(agent))[0] == 200
    served.command("agents", "revoke", agent.id)
    signed = reported(agent)
    for _ in range(4):
        with Refusing(served, "agent-revoked") as refusing:
            refusing.check(served.deliver(agent, signed))


def test_a_token_that_is_used_up(served):
    token = served.token()
    assert served.enrol(token, TestAgent())[0] == 201
    with Refusing(served, "token-used", "enrolment-refused") as refusing:
        refusing.check(served.enrol(token, TestAgent()))


def test_a_token_that_has_expired(served):
    token = served.token("--label", "hết hạn")
    expire = "UPDATE inventory_enroltoken SET expires_at = '2026-01-01 00:00:00' WHERE label = 'hết hạn'"
    execute(served, expire)
    with Refusing(served, "token-expired", "enrolment-refused") as refusing:
        refusing.check(served.enrol(token, TestAgent()))


def test_a_token_that_was_revoked(served):
    token = served.token("--label", "thu hồi")
    number = served.query("SELECT id FROM inventory_enroltoken WHERE label = 'thu hồi'")[0][0]
    served.command("token", "revoke", str(number))
    with Refusing(served, "token-revoked", "enrolment-refused") as refusing:
        refusing.check(served.enrol(token, TestAgent()))


@pytest.mark.parametrize("token", ["TT-22222-22222-22222-22222-22222", "", "TT-\0"])
def test_a_token_that_never_was(served, token):
    with Refusing(served, "token-unknown", "enrolment-refused") as refusing:
        refusing.check(served.enrol(token, TestAgent()))


def test_a_key_that_is_enrolled_already(served, agent):
    with Refusing(served, "key-known", "enrolment-refused") as refusing:
        refusing.check(served.enrol(served.token(), agent))


def test_an_enrolment_with_an_unknown_field_or_version_spends_no_use(served):
    token = served.token()
    for code, changes in (("malformed", {"thêm": 1}), ("schema-version", {"schema_version": 2})):
        with Refusing(served, code, "enrolment-refused") as refusing:
            refusing.check(served.enrol(token, TestAgent(), **changes))
    assert served.enrol(token, TestAgent())[0] == 201


def endless_zstd(data: bytes) -> bytes:
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"), [("zstd", zstandard.compress), ("zstd", endless_zstd), ("gzip", gzip.compress)]
)
def test_a_decompression_bomb_costs_the_collector_nothing(served, agent, encoding, pack):
    bomb = pack(b" " * 200_000_000)
    bomb = bomb if len(bomb) <= MAX_BODY_BYTES else bomb[: MAX_BODY_BYTES - 1]
    with Refusing(served, "body-too-large") as refusing:
        refusing.check(served.deliver(agent, reported(agent), encoding=encoding, body=bomb))
    assert all(resident_mib(pid) < 250 for pid in [served.process.pid, *served.children()])


def resident_mib(pid: int) -> float:
    with Path(f"/proc/{pid}/status").open(encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"schema_version":1', b'"schema_version":2', "schema-version"),
        (b'"held":[]', b'"held":[],"extra":1', "malformed"),
        (b'"facts":{', b'"more":1,"facts":{', "malformed"),
        (b'"test"', b'"te\xffst"', "malformed"),
        (b'"level":7', b'"level":NaN', "malformed"),
        (b'"level":7', b'"level":Infinity', "malformed"),
        (b'"level":7', b'"level":1e999', "malformed"),
        (b'"level":7', b'"level":-1e999', "malformed"),
        (b'"level":7', b'"level":8', "digest-mismatch"),
    ],
)
def test_a_payload_that_is_not_exactly_as_agreed(served, agent, old, new, code):
    payload, _ = reported(agent)
    assert old in payload
    with Refusing(served, code) as refusing:
        refusing.check(served.deliver(agent, agent.signed(payload.replace(old, new))))


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, zstd"])
def test_an_encoding_that_is_not_agreed(served, agent, encoding):
    with Refusing(served, "encoding-unsupported") as refusing:
        refusing.check(served.deliver(agent, reported(agent), encoding=encoding))


def test_an_oversized_body_is_refused_before_it_is_read(served, agent):
    with Refusing(served, "body-too-large") as refusing:
        status, problem, headers = served.deliver(agent, reported(agent), body=b"x" * (MAX_BODY_BYTES + 1))
        refusing.check((status, problem))
    assert headers["Connection"] == "close"


def test_an_oversized_body_in_chunks_without_a_length_is_refused_too(served, agent):
    def chunks():
        for _ in range(40):
            yield b"x" * 16384

    with Refusing(served, "body-too-large") as refusing:
        refusing.check(served.deliver(agent, reported(agent), body=chunks()))


def test_an_oversized_enrolment_is_refused(served):
    with Refusing(served, "body-too-large", "enrolment-refused") as refusing:
        refusing.check(served.post("enrol", b"x" * (MAX_BODY_BYTES + 1), {"Tuanthu-Signature": "x"}))


def test_who_guesses_tokens_is_held_up_whichever_process_answers_and_who_has_one_is_not(served):
    guesses = (f"TT-22222-22222-22222-22222-{number:05}" for number in range(45))
    refused = []
    while not refused or refused[-1][0] == 403:  # on a slow machine the first waiting times may pass between two
        refused.append(served.enrol(next(guesses), TestAgent()))

    status, problem = refused[-1]
    assert (status, problem["type"], problem["retry"]) == (429, "urn:tuanthu:error:token-guessed", True)
    assert len(refused) > 20
    assert served.enrolled().id


def test_after_all_of_this_a_good_report_is_taken_and_every_figure_is_right(served, agent):
    assert served.deliver(agent, reported(agent))[1]["status"] == "stored"
    payload, signature = reported(agent)
    assert served.deliver(agent, (payload, signature), encoding="zstd", body=zstandard.compress(payload))[0] == 200
    assert "khớp" in served.command("evaluate", "--verify")


def execute(served: ServedCollector, sql: str) -> None:
    if served.database_url:
        import psycopg

        with psycopg.connect(served.database_url, autocommit=True) as connection:
            connection.execute(sql)
    else:
        subprocess.run(["python3", "-c", EXECUTE, str(served.data / "tuanthu.sqlite3"), sql], check=True, timeout=30)


EXECUTE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=30); c.execute(sys.argv[2]); c.commit()"
