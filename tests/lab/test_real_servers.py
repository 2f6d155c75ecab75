"""The complete audit of a station of real servers, held against what these servers themselves saw."""

from types import SimpleNamespace

import pytest
from tests.lab.judge import check
from tests.lab.lab import NEEDS_ROOT, Lab
from tests.lab.show import issue_scope, scan
from tests.lab.station import BAD, Host, real, truths

pytestmark = [*NEEDS_ROOT, pytest.mark.slow]
GENERIC = {"ssh", "telnet", "ftp", "http", "snmp", "rtsp", "onvif", "mqtt", "routeros"}
LOGIN = """
import json, sys, paramiko
for _ in range(int(sys.argv[2])):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.MissingHostKeyPolicy())
    try:
        client.connect(sys.argv[1], username="root", password="sai", allow_agent=False, look_for_keys=False)
    except paramiko.SSHException:
        client.close()
print(json.dumps(True))
"""


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    """One night of the real command at all of them."""
    hosts, folder = real(), tmp_path_factory.mktemp("real")
    with Lab(hosts) as lab:
        findings, _, _ = scan(lab, folder, *issue_scope(folder), quiet=True, seconds=120)
        report = lab.report()
    return SimpleNamespace(hosts=hosts, findings=findings, report=report, verdict=check(findings, hosts, report))


def test_real_servers_are_audited_without_a_problem(audit):
    assert audit.report["faults"] == []
    assert audit.verdict.problems == []
    assert audit.verdict.unfinished == []
    assert audit.verdict.found == sum(host.mutation in BAD and bool(truths(host)) for host in audit.hosts) > 10


def test_a_device_that_no_entry_knows_is_tried_over_every_protocol(audit):
    confirmed = [line for line in audit.findings if line["verdict"] == "default-confirmed"]
    assert {line["protocol"] for line in confirmed} == GENERIC
    assert {line["device"]["family"] for line in audit.findings} == {None}


def test_servers_and_agent_count_the_same_logins(audit):
    told = {host.address: 0 for host in audit.hosts}
    for line in audit.findings:
        told[line["ip"]] = told.get(line["ip"], 0) + (line["attempts"] or 0)
    seen = {address: len(device["attempts"]) for address, device in audit.report["devices"].items()}
    assert {address: told[address] for address in seen} == seen
    assert sum(seen.values()) > 20


def test_sessions_of_real_servers_were_opened_and_all_were_closed(audit):
    shells = ("real-openssh", "real-dropbear", "real-telnetd", "real-vsftpd")
    for host in audit.hosts:
        device = audit.report["devices"][host.address]
        if host.kind in shells and host.mutation == "default":
            assert device["opened"] == device["closed"] >= 1, host


def test_what_a_changed_real_server_says_is_no_pass_without_its_maker(audit):
    changed = {host.address for host in audit.hosts if host.mutation == "changed"}
    verdicts = {line["verdict"] for line in audit.findings if line["ip"] in changed}
    assert verdicts == {"inconclusive"}


def test_the_lab_sees_a_real_lock_out():
    host = Host("real-openssh", "10.77.0.10", "lock-3-account")
    with Lab([host]) as lab:
        lab.python(LOGIN, host.address, 2)
        before = lab.report()["devices"][host.address]["locks"]
        lab.python(LOGIN, host.address, 1)
        after = lab.report()["devices"][host.address]
    assert (before, after["locks"]) == ([], ["root"])
    assert [row[3] for row in after["attempts"]] == ["refused"] * 3
