"""Kind `firewall`: what is told, and what is left out where it could not be seen."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.assets.windows_snapshot import load_snapshot

from tuanthu_agent.collectors import firewall
from tuanthu_agent.collectors.interface import CollectorError, Settings
from tuanthu_agent.process_table import Processes

NFT = "nft -j -t list ruleset"
BLOCKING = json.dumps(
    {
        "nftables": [
            {
                "chain": {
                    "family": "inet",
                    "table": "filter",
                    "name": "input",
                    "type": "filter",
                    "hook": "input",
                    "prio": 0,
                    "policy": "drop",
                }
            }
        ]
    }
)
EMPTY = json.dumps({"nftables": []})
ROOT = "Name:\tpython3\nCapEff:\t000001ffffffffff\n"
USER = "Name:\tpython3\nCapEff:\t0000000000000000\n"
PROC = {"/proc/self/status": ROOT, "/proc/net/dev": "x", "/proc/net/tcp": "", "/proc/net/if_inet6": ""}
SAVED = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"


def collected(host):
    result = firewall.collect(host, Settings())
    check(result.facts, KINDS["firewall"].facts, "firewall")
    assert firewall.collect(host, Settings()) == result
    return result


def test_a_kernel_that_blocks_is_a_firewall(machine):
    result = collected(machine(PROC, {NFT: BLOCKING}))
    assert (result.status.value, result.method) == ("ok", "nft+proc")
    assert result.facts["active"] is True
    assert result.facts["inbound_default"] == result.facts["inbound_default_ipv6"] == "drop"
    assert result.facts["ipv6_enabled"] is False
    assert result.facts["listener_count"] == 0


def test_ufw_enabled_whose_rules_are_not_loaded_is_no_firewall(machine):
    files = {
        **PROC,
        "/usr/sbin/ufw": "",
        "/etc/ufw/ufw.conf": "# /etc/ufw/ufw.conf\nENABLED=yes\nLOGLEVEL=low\n",
        "/etc/default/ufw": 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n',
    }
    facts = collected(machine(files, {NFT: EMPTY})).facts
    assert facts["active"] is False
    assert facts["inbound_default"] == "accept"
    assert facts["managers"] == [{"id": "ufw", "enabled": True, "loaded": False, "inbound_default": "drop"}]


def test_without_the_right_to_look_there_is_a_gap_and_no_word_on_the_rules(machine):
    result = collected(machine({**PROC, "/proc/self/status": USER, "/usr/sbin/ufw": ""}, {NFT: EMPTY}))
    assert (result.status.value, result.reason) == ("partial", "permission-denied: packet filter rules")
    assert not {"active", "inbound_default", "inbound_default_ipv6"} & result.facts.keys()
    assert "loaded" not in result.facts["managers"][0]


@pytest.mark.parametrize("output", ["", "not JSON", '{"nftables": 7}'])
def test_a_listing_that_cannot_be_read_is_a_gap(machine, output):
    result = collected(machine(PROC, {NFT: output}))
    assert result.reason == "nft-output: no listing of rules"
    assert "active" not in result.facts


def test_where_the_program_is_missing_a_kernel_that_may_have_rules_is_a_gap(machine):
    result = collected(machine(PROC))
    assert result.reason == "command-not-found: nft"
    assert "active" not in result.facts


def test_a_kernel_without_the_module_has_no_such_rules(machine):
    facts = collected(machine({**PROC, "/proc/modules": "ext4 1 0 - Live 0x0\n"})).facts
    assert facts["active"] is False


def test_rules_of_the_older_mechanism_count(machine):
    files = {**PROC, "/proc/net/ip_tables_names": "filter\n"}
    result = collected(machine(files, {NFT: EMPTY, "iptables-legacy-save": SAVED}))
    assert (result.facts["active"], result.facts["inbound_default"]) == (True, "drop")
    assert result.facts["inbound_default_ipv6"] == "accept"
    assert result.method == "nft+iptables-legacy-save+proc"


def test_rules_of_the_older_mechanism_that_cannot_be_shown_are_a_gap(machine):
    result = collected(machine({**PROC, "/proc/net/ip_tables_names": "filter\n"}, {NFT: EMPTY}))
    assert result.reason == "command-not-found: iptables-save"
    assert "active" not in result.facts


def test_a_bridge_over_a_real_interface_is_where_the_network_is(machine):
    files = {
        **PROC,
        "/sys/class/net/eth0/device/vendor": "0x8086",
        "/sys/class/net/br0/lower_eth0/x": "",
        "/sys/class/net/tun0/tun_flags": "0x1",
        "/proc/net/ip_tables_names": "filter\n",
    }
    for name, default in (("br0", "accept"), ("tun0", "drop")):
        rules = SAVED.replace("COMMIT", f"-A INPUT -i {name} -j ACCEPT\nCOMMIT")
        assert (
            collected(machine(files, {NFT: EMPTY, "iptables-legacy-save": rules})).facts["inbound_default"] == default
        )


def test_firewalld_is_told_by_its_process_settings_and_rules(machine):
    files = {
        **PROC,
        "/usr/sbin/firewalld": "",
        "/etc/firewalld/firewalld.conf": "# cấu hình\nDefaultZone=public\n",
    }
    host = machine(files, {NFT: EMPTY}, processes_=Processes(frozenset({"firewalld"}), complete=True))
    assert collected(host).facts["managers"] == [
        {"id": "firewalld", "enabled": False, "running": True, "loaded": False, "inbound_default": "public"}
    ]


def test_on_a_system_that_is_not_known_nothing_is_said(machine):
    with pytest.raises(CollectorError, match="not-available: firewall on macos"):
        firewall.collect(machine(PROC, family_="macos"), Settings())


def test_windows_10_with_all_profiles_on(windows_machine):
    result = collected(windows_machine("updates_windows_10"))
    assert result.status.value == "ok"
    assert result.facts == {
        "active": True,
        "all_profiles_enabled": True,
        "inbound_default": "drop",
        "inbound_default_ipv6": "drop",
        "ipv6_enabled": True,
        "service_running": True,
        "products": [],
        "profiles": [
            {"id": "domain", "enabled": True, "inbound_default": "drop", "source": "local", "in_use": False},
            {"id": "private", "enabled": True, "inbound_default": "drop", "source": "local", "in_use": True},
            {"id": "public", "enabled": True, "inbound_default": "drop", "source": "local", "in_use": False},
        ],
    }


def test_windows_7_where_group_policy_wins_and_one_profile_is_off(windows_machine):
    result = collected(windows_machine("updates_windows_7"))
    profiles = {one["id"]: (one["enabled"], one["source"]) for one in result.facts["profiles"]}
    assert profiles == {"domain": (True, "policy"), "private": (False, "local"), "public": (True, "local")}
    assert result.facts["all_profiles_enabled"] is False
    assert result.facts["inbound_default"] == "accept"
    # Which network is connected Windows 7 does not tell: with profiles that differ, nor whether packets are filtered.
    assert "active" not in result.facts
    assert result.reason == "firewall-unclear: active"


def test_a_server_whose_connected_profile_is_off_has_no_firewall(windows_machine):
    result = collected(windows_machine("updates_server_2019"))
    assert result.facts["active"] is False
    assert result.facts["all_profiles_enabled"] is False
    assert result.facts["inbound_default"] == "accept"
    assert result.facts["ipv6_enabled"] is False
    assert "products" not in result.facts
    assert result.status.value == "ok"


def changed(name, *ways):
    """A snapshot with these (path, value) put into it."""
    document = copy.deepcopy(load_snapshot(name))
    for path, value in ways:
        *way, last = path
        target = document
        for step in way:
            target = target[step]
        target[last] = value
    return document


@pytest.mark.parametrize("value", ["255", b"\xff", ["x"]])
def test_a_setting_of_ipv6_that_is_no_number_is_a_gap(windows_machine, value):
    way = ("registry", "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters")
    result = collected(windows_machine(changed("updates_windows_10", (way, {"DisabledComponents": value}))))
    assert "ipv6_enabled" not in result.facts
    assert "unreadable: ipv6_enabled" in result.reason


CENTER = ("wmi", "root\\SecurityCenter2")


@pytest.mark.parametrize(
    ("state", "word", "active"),
    [(266256, "on", True), (262160, "off", False), (270352, "snoozed", False), (274448, "expired", False)],
)
def test_another_firewall_counts_only_while_it_is_on(windows_machine, state, word, active):
    off = {"EnableFirewall": 0}
    base = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\"
    document = changed(
        "updates_windows_10",
        (CENTER, {"FirewallProduct": [{"displayName": "Tường lửa ESET", "productState": state}]}),
        *((("registry", base + name), off) for name in ("DomainProfile", "StandardProfile", "PublicProfile")),
    )
    facts = collected(windows_machine(document)).facts
    assert facts["products"] == [{"name": "Tường lửa ESET", "raw_state": state, "state": word}]
    assert facts["active"] is active
    assert facts["all_profiles_enabled"] is active
    assert facts.get("inbound_default") == (None if active else "accept")


def test_a_stopped_service_filters_nothing_however_the_profiles_are_set(windows_machine):
    facts = collected(windows_machine(changed("updates_windows_10", (("services", "BFE", "state"), "stopped")))).facts
    assert facts["service_running"] is facts["active"] is False
    assert facts["inbound_default"] == "accept"


def test_what_group_policy_lets_in_is_not_blocked_by_default(windows_machine):
    key = "HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile"
    document = changed("updates_windows_10", (("registry", key), {"EnableFirewall": 1, "DefaultInboundAction": 0}))
    facts = collected(windows_machine(document)).facts
    assert (facts["active"], facts["inbound_default"]) == (True, "accept")


def test_a_security_center_that_does_not_answer_leaves_a_switched_off_firewall_in_doubt(windows_machine):
    document = changed("updates_windows_10", (CENTER, "timeout"), (("services", "MpsSvc", "state"), "stopped"))
    result = collected(windows_machine(document))
    assert "active" not in result.facts
    assert "inbound_default" not in result.facts
    assert "timeout: root\\SecurityCenter2:FirewallProduct" in result.reason


def test_a_registry_that_may_not_be_read_is_a_gap(windows_machine):
    result = collected(windows_machine({**load_snapshot("updates_windows_10"), "registry_denied": ["HKLM"]}))
    assert "profiles" not in result.facts
    assert "active" not in result.facts
    assert "permission-denied" in result.reason


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 70), 1 << 70), st.text(max_size=5), st.binary(max_size=5)
)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_registry_or_security_center_breaks_it_or_makes_a_stopped_firewall_run(windows_machine, data):
    document = copy.deepcopy(load_snapshot("updates_windows_7"))
    for values in document["registry"].values():
        for name in values:
            if data.draw(st.booleans()):
                values[name] = data.draw(VALUES)
    row = {
        "displayName": data.draw(VALUES),
        "productState": data.draw(st.sampled_from([262160, 266240 & 0xFFFFF, "x", -1, 1 << 80])),
    }
    document["wmi"]["root\\SecurityCenter2"] = {"FirewallProduct": [row]}
    document["services"]["BFE"]["state"] = "stopped"
    result = collected(windows_machine(document))
    other_on = any(one.get("state") == "on" for one in result.facts.get("products", []))
    assert result.facts.get("active") is not True or other_on
    assert result.facts.get("inbound_default") != "drop"


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([BLOCKING, EMPTY]))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_of_linux_breaks_it(machine, one, other, output):
    files = {
        **PROC,
        "/proc/net/tcp": one,
        "/proc/net/if_inet6": other,
        "/proc/net/ip_tables_names": other,
        "/usr/sbin/ufw": "",
        "/etc/ufw/ufw.conf": one,
        "/etc/default/ufw": other,
    }
    result = collected(machine(files, {NFT: output, "iptables-legacy-save": one}))
    assert result.facts.get("active") in (None, output == BLOCKING)
