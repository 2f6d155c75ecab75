"""Timed transfers with a real collector on loopback: who may, how much, how many at once."""

import http.client
import socket
import ssl
import threading
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from tests.assets.serving import ServedCollector
from tests.assets.signing import TestAgent, now_text, observation, sign

from tuanthu_agent import signing, transfer
from tuanthu_agent.transport import Transport
from tuanthu_policy.envelope import ENVELOPE_TYPE, MAX_DOWNLOAD_BYTES, MAX_UPLOAD_BYTES, TRANSFER_TYPE, b64url

MIB = 1024 * 1024


def fields(agent, direction, typ=TRANSFER_TYPE, named=None, **changes):
    name = named or agent.id
    request = {"schema_version": 1, "agent": name, "direction": direction, "created_at": now_text()} | changes
    payload = msgspec.json.encode(request)
    return {
        "Tuanthu-Agent": agent.id,
        "Tuanthu-Transfer": b64url(payload).decode(),
        "Tuanthu-Signature": sign(agent.key, payload, typ),
    }


def ask(served, direction, headers, body=b""):
    with closing(served.connect(30)) as connection:
        connection.request("POST", f"/agent/v1/transfer/{direction}", body, headers)
        response = connection.getresponse()
        return response.status, response.read(), response.headers


@pytest.fixture
def agent(served) -> TestAgent:
    return served.enrolled()


def test_down_gives_bytes_that_do_not_shrink(served, agent):
    status, body, _ = ask(served, "down", fields(agent, "down"))
    assert (status, len(body)) == (200, MAX_DOWNLOAD_BYTES)
    assert len(set(body[:4096])) > 200


def test_up_counts_and_keeps_nothing(served, agent):
    before = served.counts(), sum(path.stat().st_size for path in served.data.rglob("*") if path.suffix != ".sqlite3")
    status, body, _ = ask(served, "up", fields(agent, "up"), b"x" * MAX_UPLOAD_BYTES)
    assert (status, msgspec.json.decode(body)) == (200, {"bytes": MAX_UPLOAD_BYTES})
    assert before[0] == served.counts()


def test_up_of_too_much_is_refused_and_cut_off(served, agent):
    with pytest.raises((ConnectionError, AssertionError, ssl.SSLError, http.client.HTTPException)):
        # Whether the refusal or the cut is seen first depends on how fast the rest is sent.
        assert ask(served, "up", fields(agent, "up"), b"x" * (8 * MIB))[0] == 200
    assert served.log_lines("transfer-refused")[-1]["code"] == "body-too-large"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        (lambda agent: {}, 401, "agent-unknown"),
        (lambda agent: fields(agent, "down") | {"Tuanthu-Agent": "0190d2f0-0000-7000-8000-000000000000"}, 401, "agent-unknown"),
        (lambda agent: fields(agent, "down") | {"Tuanthu-Signature": ""}, 401, "signature-invalid"),
        (lambda agent: fields(agent, "down", typ=ENVELOPE_TYPE), 401, "signature-invalid"),
        (lambda agent: fields(agent, "down") | {"Tuanthu-Transfer": ""}, 400, "malformed"),
        (lambda agent: fields(agent, "down") | {"Tuanthu-Transfer": "!" * 20}, 400, "malformed"),
        (lambda agent: fields(agent, "down") | {"Tuanthu-Transfer": "A" * 5000}, 400, "malformed"),
        (lambda agent: fields(agent, "up"), 400, "malformed"),
        (lambda agent: fields(agent, "down", more=1), 400, "malformed"),
        (lambda agent: fields(agent, "down", schema_version=2), 400, "schema-version"),
        (lambda agent: fields(agent, "down", named="0190d2f0-0000-7000-8000-000000000000"), 400, "agent-mismatch"),
    ],
)  # fmt: skip
def test_whoever_is_no_agent_of_ours_is_refused(served, agent, headers, status, code):
    got, body, answered = ask(served, "down", headers(agent))
    problem = msgspec.json.decode(body)
    assert (got, problem["type"]) == (status, f"urn:tuanthu:error:{code}")
    assert answered["Connection"] == "close"
    assert served.log_lines("transfer-refused")[-1]["code"] == code


def test_a_revoked_agent_is_refused_at_once(served, agent):
    assert ask(served, "up", fields(agent, "up"), b"x" * 70000)[0] == 200
    served.command("agents", "revoke", agent.id)
    assert ask(served, "down", fields(agent, "down"))[0] == 403


def stalled(served, agent):
    """A connection that began to send and then stopped."""
    connection = socket.create_connection(("localhost", served.port))
    context = ssl.create_default_context(cafile=str(served.data / "tls" / "ca.pem"))
    secured = context.wrap_socket(connection, server_hostname="localhost")
    lines = [f"{name}: {value}" for name, value in fields(agent, "up").items()]
    request = ["POST /agent/v1/transfer/up HTTP/1.1", "Host: localhost", "Content-Length: 1000", *lines]
    secured.sendall(("\r\n".join(request) + "\r\n\r\n").encode())
    return secured


def test_only_so_many_at_once_and_reports_still_get_through(served, agent):
    if served.database_url:
        pytest.skip("several processes have slots each")
    with closing(stalled(served, agent)), closing(stalled(served, agent)):
        deadline = time.monotonic() + 10
        while (answer := ask(served, "down", fields(agent, "down")))[0] == 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        status, body, headers = answer
        assert (status, msgspec.json.decode(body)["type"]) == (503, "urn:tuanthu:error:busy")
        assert int(headers["Retry-After"]) > 0
        assert served.deliver(agent, agent.report([observation("alpha", {"good": True, "level": 7})]))[0] == 200
    deadline = time.monotonic() + 30
    while ask(served, "up", fields(agent, "up"), b"x")[0] != 200:
        assert time.monotonic() < deadline, "slots come back when their peers are gone"
        time.sleep(0.2)


def test_many_transfers_at_once_do_not_grow_the_collector(served, agent):
    def resident():
        status = Path(f"/proc/{served.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    ask(served, "up", fields(agent, "up"), b"x" * MIB)
    before = resident()
    for _ in range(6):
        threads = [threading.Thread(target=ask, args=(served, "up", fields(agent, "up"), b"x" * MIB)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert resident() - before < 8 * 1024, "KiB; twelve bodies of 1 MiB went through"


def test_the_agents_own_code_measures_both_ways(served, tmp_path):
    signer = signing.load_or_create(tmp_path)
    from tuanthu_policy.envelope import ENROL_TYPE

    request = {
        "schema_version": 1, "token": served.token(), "public_key": signer.public_key, "created_at": now_text(),
        "machine": {"hostname": "máy-đo"},
    }  # fmt: skip
    body = msgspec.json.encode(request)
    status, answer, _ = served.post("enrol", body, {"Tuanthu-Signature": signer.sign(body, ENROL_TYPE)})
    assert status == 201
    transport = Transport(f"https://localhost:{served.port}", served.data / "tls" / "ca.pem", (5.0, 20.0))
    with closing(transport):
        rates = transfer.measure(transport, signer, answer["agent"])
    assert rates.download > 1_000_000
    assert rates.upload > 1_000_000


def test_without_slots_nobody_transfers(tmp_path):
    made = ServedCollector(tmp_path, transfer_slots="0")
    made.prepare()
    made.start()
    try:
        agent = made.enrolled()
        assert ask(made, "up", fields(agent, "up"), b"x")[0] == 503
    finally:
        made.stop()
