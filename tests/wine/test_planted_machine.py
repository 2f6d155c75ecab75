"""On a real Windows Python, keys and services that are planted become facts of the collectors, and are gone with them."""

from contextlib import contextmanager

import pytest

COLLECT = """
from tuanthu_agent.collectors.interface import CollectorError, Settings
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.host import Host
answer = {}
for kind in %r:
    try:
        result = REGISTRY[kind].collect(Host(), Settings(lan_probes="passive"))
        answer[kind] = [result.status.value, result.reason, result.facts]
    except CollectorError as error:
        answer[kind] = [error.status.value, error.reason, {}]
"""
ESET = r"HKLM\SOFTWARE\ESET\ESET Security\CurrentVersion\Info"
SMB = r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters"
FIREWALL = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
PROFILES = ("DomainProfile", "StandardProfile", "PublicProfile")


@contextmanager
def planted(bench, values, services):
    """Registry values `(key, name, type, data)` and services `name → command line`, for the length of a block."""
    try:
        for key, name, kind, data in values:
            bench.wine("reg", "add", key, "/v", name, "/t", kind, "/d", data, "/f", "/reg:64")
        for name, path in services.items():
            bench.wine("sc", "create", name, "binPath=", path, "start=", "auto")
        yield
    finally:
        for name in services:
            bench.wine("sc", "delete", name)
        for key, name, _, _ in values:
            bench.wine("reg", "delete", key, "/v", name, "/f", "/reg:64")


@pytest.fixture
def collect(python):
    return lambda *kinds: python(COLLECT % (kinds,), seconds=90)


def products(answer):
    return {one["id"]: one for one in answer["antivirus"][2].get("products", [])}


def test_a_planted_antivirus_is_found_stopped_with_its_signatures(bench, collect):
    values = [
        (ESET, "ProductVersion", "REG_SZ", "11.1.12005.0"),
        (ESET, "ScannerVersion", "REG_SZ", "30210 (20261122)"),
    ]
    assert "eset" not in products(collect("antivirus"))
    # The program has to be there: what stands in its place is wine's own.
    with planted(bench, values, {"ekrn": r'"C:\windows\system32\notepad.exe"'}):
        found = products(collect("antivirus"))["eset"]
    assert found["running"] is False
    assert found.get("realtime", False) is False
    assert found["version"] == "11.1.12005.0"
    assert found["signature_date"] == "2026-11-22T00:00:00Z"
    assert "eset" not in products(collect("antivirus"))


def test_without_the_security_center_no_antivirus_is_no_number(collect):
    status, reason, facts = collect("antivirus")["antivirus"]
    assert status == "failed"
    assert "namespace-missing" in reason
    assert "product_count" not in facts


def test_planted_settings_of_firewall_and_smb_become_facts(bench, collect):
    values = [(f"{FIREWALL}\\{name}", "EnableFirewall", "REG_DWORD", "1") for name in PROFILES[:2]]
    values += [(f"{FIREWALL}\\{PROFILES[2]}", "EnableFirewall", "REG_DWORD", "0"), (SMB, "SMB1", "REG_DWORD", "1")]
    with planted(bench, values, {}):
        answer = collect("firewall", "hardening")
    profiles = {one["id"]: one.get("enabled") for one in answer["firewall"][2]["profiles"]}
    assert profiles == {"domain": True, "private": True, "public": False}
    assert answer["firewall"][2].get("all_profiles_enabled") is not True
    assert answer["hardening"][2]["smb1_server"] is True
