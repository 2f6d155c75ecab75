"""The scan order over HTTPS, from the commands to the answer."""

from contextlib import closing

import msgspec
from tests.assets.serving import UNIT
from tests.assets.signing import now_text, sign

from tuanthu_policy.envelope import SCAN_ORDER_TYPE, ScanOrder, b64url


def ask(served, agent):
    request = {"schema_version": 1, "agent": agent.id, "created_at": now_text()}
    payload = msgspec.json.encode(request)
    headers = {
        "Tuanthu-Agent": agent.id,
        "Tuanthu-Scan": b64url(payload).decode(),
        "Tuanthu-Signature": sign(agent.key, payload, SCAN_ORDER_TYPE),
    }
    with closing(served.connect(30)) as connection:
        connection.request("POST", "/agent/v1/scan-order", b"", headers)
        response = connection.getresponse()
        return response.status, response.read()


def test_an_agent_is_told_of_its_scope_by_the_commands_of_the_department(served, tmp_path):
    agent = served.enrolled()
    assert ask(served, agent) == (204, b"")
    key, file = tmp_path / "authority.key", tmp_path / "scope.jws"
    served.command("keys", "new", "--out", str(key))
    served.command(
        "scope", "issue", "--unit", UNIT, "--network", "10.20.0.0/24", "--authorisation", "Quyết định 1",
        "--days", "9", "--key", str(key), "--out", str(file),
    )  # fmt: skip
    served.command("keys", "trust", str(tmp_path / "authority.pub"))
    served.command("scope", "assign", "--scope", str(file), "--agent", agent.id)
    status, body = ask(served, agent)
    assert status == 200
    assert msgspec.json.decode(body, type=ScanOrder).scope.encode() == file.read_bytes().strip()
    assert "đang hiệu lực" in served.command("scope", "list", COLUMNS="200")
    with closing(served.connect(30)) as connection:
        connection.request("POST", "/agent/v1/scan-order", b"", {})
        assert connection.getresponse().status == 401
