"""Kind `updates` on Windows: what the update agent and the registry say, and what is not known."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_firewall import VALUES, changed
from tests.agent.collectors.updates_machines import collected
from tests.assets.windows_snapshot import load_snapshot

from tuanthu_agent.collectors.updates import windows

VERSION = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
AUTO = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update"
POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU"


def test_windows_10_pro(windows_machine):
    result = collected(windows_machine("updates_windows_10"))
    assert result.status.value == "ok"
    assert result.facts == {
        "release": "Windows 10 22H2",
        "build": "19045.5011",
        "edition": "Professional",
        "os_support_ends": "2025-10-14T23:59:59Z",
        "os_support_source": "https://learn.microsoft.com/windows/release-health/release-information",
        "last_check": "2026-11-19T01:12:44Z",
        "last_install": "2026-11-12T03:40:10Z",
        "pending_count": 2,
        "pending_security_count": 1,
        "pending": [
            {"name": "KB5099999", "security": True, "severity": "critical"},
            {"name": "Intel - net - 12.19.2.45", "security": False},
        ],
        "automatic": True,
        "update_source": "vendor",
        "reboot_pending": False,
    }


def test_the_language_of_titles_changes_nothing(windows_machine):
    german = copy.deepcopy(load_snapshot("updates_windows_10"))
    german["updates"]["pending"][0]["title"] = "Kumulatives Sicherheitsupdate für Windows 10"
    assert collected(windows_machine(german)) == collected(windows_machine("updates_windows_10"))


def test_windows_7_by_its_registry(windows_machine):
    result = collected(windows_machine("updates_windows_7"))
    facts = result.facts
    assert (facts["release"], facts["os_support_ends"]) == ("Windows 7 SP1", "2020-01-14T23:59:59Z")
    assert (facts["last_check"], facts["last_install"]) == ("2026-11-01T02:11:05Z", "2020-01-15T04:00:01Z")
    assert facts["automatic"] is False
    assert facts["reboot_pending"] is True
    assert facts["update_source"] == "local-server"
    assert not {"pending_count", "pending_security_count", "pending"} & facts.keys()
    assert result.reason == "update-agent-failed: update-agent"


def test_a_server_on_which_nothing_is_set(windows_machine):
    result = collected(windows_machine("updates_server_2019"))
    assert (result.facts["release"], result.facts["pending_security_count"]) == ("Windows Server 2019", 0)
    assert result.facts["os_support_ends"] == "2029-01-09T23:59:59Z"
    assert result.facts["reboot_pending"] is True
    assert "automatic" not in result.facts
    assert result.reason == "automatic-unset: automatic"


@pytest.mark.parametrize(
    ("ways", "automatic"),
    [
        ([], True),
        ([(("registry", POLICY), {"NoAutoUpdate": 1})], False),
        ([(("registry", POLICY), {"AUOptions": 4})], True),
        ([(("registry", POLICY), {"AUOptions": 2})], False),
        ([(("registry", AUTO), {"AUOptions": 1})], False),
        ([(("registry", POLICY), {"AUOptions": 5}), (("registry", AUTO), {"AUOptions": 3})], False),
        ([(("services", "wuauserv", "start"), "disabled")], False),
        ([(("registry", POLICY), {"AUOptions": 5})], True),
        ([(("registry", POLICY), {"AUOptions": 9}), (("registry", AUTO), {"AUOptions": 4})], None),
        ([(("registry", POLICY), {"AUOptions": "1"}), (("registry", AUTO), {"AUOptions": 4})], None),
        ([(("registry", POLICY), {"NoAutoUpdate": b"\1"})], None),
        ([(("registry", VERSION, "CurrentBuild"), "7601")], None),
    ],
)
def test_whether_windows_installs_by_itself(windows_machine, ways, automatic):
    assert collected(windows_machine(changed("updates_windows_10", *ways))).facts.get("automatic") is automatic


def test_an_agent_that_never_looked_is_a_gap(windows_machine):
    document = changed("updates_windows_10", (("updates", "last_search"), None))
    result = collected(windows_machine(document))
    assert "last_check" not in result.facts
    assert "no-update-recorded: last_check" in result.reason


def test_one_source_that_fails_costs_no_other(windows_machine):
    document = {**load_snapshot("updates_windows_10"), "registry_denied": ["HKLM\\SOFTWARE"]}
    result = collected(windows_machine(document))
    assert result.facts["pending_security_count"] == 1
    assert "permission-denied" in result.reason
    assert not {"release", "reboot_pending"} & result.facts.keys()


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_moment(text):
    assert windows.parse_utc(text) is None or text[4] == "-"


@given(st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_registry_breaks_it_or_makes_a_disabled_service_automatic(windows_machine, data):
    document = copy.deepcopy(load_snapshot("updates_windows_7"))
    for values in document["registry"].values():
        for name in values:
            if data.draw(st.booleans()):
                values[name] = data.draw(VALUES)
    document["services"]["wuauserv"]["start"] = "disabled"
    assert collected(windows_machine(document)).facts.get("automatic") is False
