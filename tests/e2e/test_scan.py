"""The network audit from the department's key to its page: a signed scope, a designated machine, one device, the judgement."""

import base64
import http.server
import json
import re
import subprocess
import sys
import threading
import time

import pytest

DEVICE = "127.63.0.1"
ASK = (
    "from tuanthu_agent import jobs; from tuanthu_agent.config import load_config; from tuanthu_agent.scanning import calling; "
    "config = load_config(); spool = jobs.open_configured(config); print(calling.refresh(config, spool)); spool.close()"
)


class Device(http.server.BaseHTTPRequestHandler):
    """A device of no known make that nobody changed: admin and admin, by Basic."""

    logins: list[str] = []

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        if given:
            self.logins.append(base64.b64decode(given).decode())
        right = given == base64.b64encode(b"admin:admin").decode()
        body = b"<html><head><title>Status</title></head><body>Firmware 1.0</body></html>" if right else b""
        self.send_response(200 if right else 401)
        self.send_header("WWW-Authenticate", 'Basic realm="Acme"')
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def device():
    server = http.server.ThreadingHTTPServer((DEVICE, 8080), Device)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    Device.logins.clear()
    yield Device.logins
    server.shutdown()
    server.server_close()


def python(station, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], env=station.environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_designated_machine_scans_and_the_department_sees_the_device(station, device, tmp_path):
    # Given: the authority's key, known to the collector and to the machine, and a scope for this machine
    key, public, scope = tmp_path / "authority.key", tmp_path / "authority.pub", tmp_path / "scope.jws"
    station.run("tuanthu-server", "keys", "new", "--out", str(key))
    printed = station.run("tuanthu-server", "keys", "trust", str(public))
    fingerprint = re.search(r"\b[0-9a-f]{64}\b", printed)[0]
    station.run(
        "tuanthu-server", "scope", "issue", "--unit", station.unit, "--network", f"{DEVICE}/32", "--days", "2",
        "--authorisation", "QĐ 01/QĐ-SYT", "--key", str(key), "--out", str(scope),
    )  # fmt: skip
    station.run("tuanthu-agent", "trust", str(public), "--fingerprint", fingerprint)
    ((agent,),) = station.query("SELECT id FROM inventory_agent")
    station.run("tuanthu-server", "scope", "assign", "--scope", str(scope), "--agent", agent)

    # When it asks for its order, scans, and delivers
    assert "True" in python(station, "-c", ASK)
    now = time.time()
    python(station, "-I", "-m", "tuanthu_agent.scanning", f"{now:.0f}", f"{now + 7200:.0f}")
    station.drain()

    # Then the device is an asset of its own, and fails for its default account
    rows = station.query("SELECT id, role, name FROM inventory_asset WHERE role = 'device'")
    assert len(rows) == 1
    assert DEVICE in station.run("tuanthu-server", "devices", "list")
    results = dict(
        station.query(
            "SELECT n.code, r.outcome FROM compliance_ruleresult r JOIN compliance_rulename n ON n.id = r.rule_id "
            f"WHERE r.asset_id = {rows[0][0]}"
        )
    )
    assert results["device.no_default_credentials"] == 6, json.dumps(results)
    assert results["device.telnet_closed"] == 1
    assert device[0] == "admin:admin"
    assert len(set(device)) == 2, "the likeliest account, and a made-up one"
    station.run("tuanthu-agent", "audit-log", "verify")
