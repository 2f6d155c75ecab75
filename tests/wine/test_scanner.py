"""The network audit on a real Windows Python, against devices at loopback addresses: found, tried, halted, gone on with."""

import json
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.agent.scanning.conftest import Authority, scope_now
from tests.wine.bench import end, windows_path
from tests.wine.station import Station

VERSION = "3.11"
CAMERA, SERVER, PRINTER = "127.20.7.5", "127.20.7.6", "127.20.7.7"
ROWS = (("hikvision", CAMERA, "default"), ("ssh-box", SERVER, "default"), ("snmp-printer", PRINTER, "changed"))
COMMANDS = "from tuanthu_agent.cli import main; main()"
BELOW_NORMAL = 0x4000
CHILD = """
import sys, psutil
from tuanthu_agent.scanner.__main__ import main
try:
    main(sys.argv[1:])
finally:
    print("PRIORITY", int(psutil.Process().nice()), flush=True)
"""


@pytest.fixture
def papers(tmp_path):
    """A scope of these loopback addresses alone, the key to trust, and a folder for the books."""
    authority = Authority()
    scope, trust = tmp_path / "scope.jws", tmp_path / "authority.pub"
    scope.write_text(authority.sign(scope_now(networks=[f"{address}/32" for _, address, _ in ROWS])))
    trust.write_bytes(authority.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return windows_path(scope), windows_path(trust), windows_path(tmp_path / "sổ")


def halted(bench, station, papers):
    """What a scan says that is asked to stop as soon as it has logged in somewhere, and its exit code."""
    child = bench.start(bench.exe(VERSION), "-B", "-X", "utf8", "-c", CHILD, *papers, stdin=subprocess.PIPE)
    try:
        station.until_login(SERVER, 90)
        child.stdin.close()
        said = child.stdout.read().decode("utf-8")
        return said, child.wait(60)
    finally:
        end(child)


def test_a_scan_that_is_halted_logs_out_and_the_next_one_goes_on_within_the_same_budget(bench, papers, tmp_path):
    scope, trust, books = papers
    settings = {"TUANTHU_AGENT_DATA_DIR": windows_path(tmp_path / "agent")}
    with Station(*ROWS) as station:
        said, code = halted(bench, station, papers)
        assert code == 128 + 15, said[-3000:]
        assert f"PRIORITY {BELOW_NORMAL}" in said
        first = station.report(SERVER)
        assert (len(first["attempts"]), first["opened"]) == (1, first["closed"]), "logged out, and no other login begun"

        findings = tmp_path / "findings.jsonl"
        words = ("scan", "--scope", scope, "--trust", trust, "--state", books, "--json", windows_path(findings))
        text = bench.python(VERSION, "-c", COMMANDS, *words, seconds=150, accepted=1, **settings)
        assert "chưa trọn vẹn" not in text
        for address in (CAMERA, SERVER, PRINTER):
            report = station.report(address)
            assert len(report["attempts"]) <= 2, "one budget for both scans"
            assert (report["locks"], report["writes"], report["opened"]) == ([], [], report["closed"])

    found = {(one["ip"], one["protocol"]): one for one in map(json.loads, findings.read_text("utf-8").splitlines())}
    assert (found[CAMERA, "http"]["verdict"], found[CAMERA, "http"]["account"]) == ("default-confirmed", "admin")
    assert found[CAMERA, "http"]["device"]["family"] == "hikvision-isapi"
    assert (found[SERVER, "ssh"]["verdict"], found[SERVER, "ssh"]["account"]) == ("default-confirmed", "root")
    assert found[PRINTER, "snmp"]["verdict"] != "default-confirmed"

    words = ("audit-log", "verify", "--state", books)
    verified = bench.python(VERSION, "-c", COMMANDS, *words, seconds=90, **settings)
    assert "nguyên vẹn" in verified
