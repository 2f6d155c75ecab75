"""The emulators by other people's clients: the documented account gets in, others do not, and locks come when they must."""

import json
import subprocess
import sys

import pytest
from tests.lab.devices.device import services_of
from tests.lab.devices.registry import EMULATED
from tests.lab.devices.state import SITE_PASSWORD
from tests.lab.lab import NEEDS_ROOT, ROOT, Lab
from tests.lab.station import placed, working_accounts

pytestmark = NEEDS_ROOT
WITH_ACCOUNTS = [
    kind for kind in EMULATED.values() if kind.accounts and any(service.login for service in kind.services)
]


def logins(lab, rows):
    """Results of `clients.attempt` for rows of (host, service, user, password)."""
    sent = [
        [host.kind, host.address, service.port, service.protocol, user, password]
        for host, service, user, password in rows
    ]
    return json.loads(
        lab.run(sys.executable, "-m", "tests.lab.clients", json.dumps(sent), PYTHONPATH=str(ROOT), timeout=200)
    )


def name_of(row):
    return f"{row[0].kind} {row[1].protocol}/{row[1].port}"


def services(host):
    return [service for service in services_of(EMULATED[host.kind], host.mutation) if service.login]


def first_account(host):
    return EMULATED[host.kind].accounts[0] if EMULATED[host.kind].accounts else ("admin", SITE_PASSWORD)


@pytest.mark.slow
def test_a_default_login_works_at_every_service_and_a_wrong_one_does_not():
    hosts = placed([(kind.id, "default") for kind in WITH_ACCOUNTS])
    rows = [(host, service) for host in hosts for service in services(host)]
    tried = [(*row, *account) for row in rows for account in working_accounts(EMULATED[row[0].kind], row[1].protocol)]
    with Lab(hosts) as lab:
        wrong = logins(lab, [(*row, "nobody-here", "Wr0ng-word") for row in rows])
        right = logins(lab, tried)
        report = lab.report()
    assert [name_of(row) for row, found in zip(rows, wrong, strict=True) if found is not False] == []
    assert [name_of(row) for row, found in zip(tried, right, strict=True) if found is not True] == []
    assert len(rows) - len(tried) == 1  # the firewall that answers to no community of its factory
    assert report["faults"] == []
    devices = report["devices"]
    assert {host.kind: devices[host.address]["writes"] for host in hosts if devices[host.address]["writes"]} == {}
    for host in hosts:
        seen = devices[host.address]
        assert seen["locks"] == []
        assert seen["opened"] == seen["closed"] or host.kind == "sonicwall", host.kind
        assert len(seen["attempts"]) >= 2 * len(services(host)) - 1, host.kind


def test_a_changed_device_refuses_its_documented_account_and_takes_the_sites():
    hosts = placed([(kind.id, "changed") for kind in WITH_ACCOUNTS])
    rows = [(host, services(host)[0]) for host in hosts]
    # A community has no password that the site could have changed: it has another name.
    named = [(host, service) for host, service in rows if service.protocol != "snmp"]
    with Lab(hosts) as lab:
        documented = logins(lab, [(host, service, *first_account(host)) for host, service in rows])
        own = logins(lab, [(host, service, first_account(host)[0], SITE_PASSWORD) for host, service in named])
    found = zip([host.kind for host, _ in rows], documented, strict=True)
    assert [name for name, answer in found if answer is not False] == []
    found = zip([host.kind for host, _ in named], own, strict=True)
    assert [name for name, answer in found if answer is not True] == []


@pytest.mark.parametrize(("after", "key"), [(3, "ip"), (5, "account")])
def test_a_device_locks_after_as_many_wrong_logins_as_it_says_and_not_before(after, key):
    kinds = ("hikvision", "dahua", "zte-new", "mikrotik", "fortinet", "synology", "generic-basic", "telnet-box")
    hosts = placed([(kind, f"lock-{after}-{key}") for kind in kinds])
    rows = [(host, services(host)[0], first_account(host)[0], "Wr0ng-word") for host in hosts]
    with Lab(hosts) as lab:
        logins(lab, rows * (after - 1))
        before = lab.report()["devices"]
        logins(lab, rows)
        afterwards = lab.report()["devices"]
        own = logins(lab, [(host, services(host)[0], first_account(host)[0], SITE_PASSWORD) for host in hosts])
    for host, found in zip(hosts, own, strict=True):
        assert before[host.address]["locks"] == [], host.kind
        assert len(afterwards[host.address]["locks"]) == 1, host.kind
        assert found is not True, host.kind


@pytest.mark.parametrize(
    ("mutation", "expected"),
    [("accepts-any", True), ("forced-change", True), ("already-locked", False), ("tls10", True), ("slow", True)],
)
def test_mutations_show_in_a_login(mutation, expected):
    kinds = [
        name for name in ("dahua", "tplink-basic", "zte-old", "fortinet") if mutation in EMULATED[name].mutations()
    ]
    hosts = placed([(kind, mutation) for kind in kinds])
    with Lab(hosts) as lab:
        user = "anybody" if mutation == "accepts-any" else None
        found = logins(
            lab, [(host, services(host)[0], user or first_account(host)[0], first_account(host)[1]) for host in hosts]
        )
    assert dict(zip(kinds, found, strict=True)) == dict.fromkeys(kinds, expected)


@pytest.mark.parametrize(("mutation", "curl_says"), [("reset", (52, 56)), ("tarpit", (28,))])
def test_a_login_that_is_never_answered_is_a_fault_and_no_answer(mutation, curl_says):
    hosts = placed([("tplink-basic", mutation)])
    with Lab(hosts) as lab:
        words = ["curl", "-sS", "-m", "2", "-o", "/dev/null", f"http://{hosts[0].address}/"]
        assert subprocess.run(lab.command(*words), check=False).returncode == 0
        assert subprocess.run(lab.command(*words, "-u", "admin:admin"), check=False).returncode in curl_says


@pytest.mark.slow
def test_nmaps_own_dataset_knows_emulators_of_devices_that_it_knows():
    """Its fingerprints were written by others, for real devices."""
    hosts = placed([(name, "default") for name in ("cisco-ios", "linksys-basic")])
    with Lab(hosts) as lab:
        told = lab.run(
            "nmap",
            "-sT",
            "-Pn",
            "-n",
            "-p80",
            "--script",
            "http-default-accounts",
            "--script-args",
            "http-default-accounts.category=routers",
            *[host.address for host in hosts],
        )
    found = [block.split()[0] for block in told.split("scan report for ")[1:] if "http-default-accounts" in block]
    assert found == [host.address for host in hosts]


def test_net_snmp_reads_an_emulator():
    hosts = placed([("snmp-printer", "default")])
    with Lab(hosts) as lab:
        address = hosts[0].address
        read = lab.run("snmpget", "-v2c", "-cpublic", "-t1", "-r0", "-On", address, ".1.3.6.1.2.1.1.1.0")
        wrong = lab.run("snmpget", "-v2c", "-cother", "-t0.5", "-r0", address, ".1.3.6.1.2.1.1.1.0", check=False)
        walked = lab.run("snmpgetnext", "-v1", "-cpublic", "-t1", "-r0", "-On", address, ".1.3.6.1.2.1.1.1.0")
        lab.run("snmpset", "-v2c", "-cpublic", "-t0.5", "-r0", address, ".1.3.6.1.2.1.1.6.0", "s", "x", check=False)
        writes = lab.report()["devices"][address]["writes"]
    assert "RICOH MP 2014" in read
    assert wrong == ""
    assert ".1.3.6.1.4.1.367" in walked
    assert writes == ["snmp set by public"]


def test_every_kind_names_its_source_and_a_mutation():
    for kind in EMULATED.values():
        assert kind.source, kind.id
        assert kind.mutations(), kind.id
    assert len(EMULATED) > 60
