"""Remote tools on Windows and Linux: by services, installed programs, files and processes."""

import copy

import pytest
from tests.agent.collectors.test_hardening_windows import PERSON, SERVER, TEN, with_values

from tuanthu_agent.collectors import hardening
from tuanthu_agent.collectors.hardening.remote_tools_table import TOOLS
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.process_table import Processes


@pytest.fixture
def look(windows_machine):
    return lambda document, **answers: hardening.collect(windows_machine(document, **answers), Settings())


SERVICE_NAMES = {
    "ammyy": "AmmyyAdmin_1A2C", "anydesk": "AnyDesk-fb1a34", "bomgar": "bomgar-ps-1234", "islonline": "ISLAlwaysOnMonitor",
    "meshagent": "Mesh Agent", "screenconnect": "ScreenConnect Client (1f2e3d4c)", "splashtop": "SplashtopRemoteService",
    "ultraviewer": "UltraViewService", "vnc": "tvnserver", "zoho-assist": "Zoho Assist-Remote Support", "radmin": "RServer3",
    "chrome-remote-desktop": "chromoting", "logmein": "LogMeIn", "teamviewer": "TeamViewer", "rustdesk": "RustDesk",
    "supremo": "SupremoService", "dwservice": "DWAgent", "remote-utilities": "RManService", "netsupport": "Client32",
    "sunlogin": "SunloginService", "todesk": "ToDesk_Service", "atera": "AteraAgent", "dameware": "dwmrcs",
}  # fmt: skip


@pytest.mark.parametrize("tool", SERVICE_NAMES)
def test_a_remote_tool_is_recognised_by_its_service(tool, look):
    document = copy.deepcopy(SERVER)
    document["services"][SERVICE_NAMES[tool]] = {"state": "running"}
    facts = look(document).facts
    assert [(one["id"], one["running"]) for one in facts["remote_tools"]] == [(tool, True)]
    assert facts["remote_tool_count"] == 1


@pytest.mark.parametrize("view", ["", "32:"])
def test_a_remote_tool_is_recognised_among_programs_of_either_width_and_of_a_user(view, look):
    document = copy.deepcopy(SERVER)
    document["registry"][view + r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\TeamViewer"] = {}
    assert [one["id"] for one in look(document).facts["remote_tools"]] == ["teamviewer"]
    document = with_values(
        TEN, PERSON + r"\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{1}", DisplayName="RustDesk"
    )
    assert {one["id"] for one in look(document).facts["remote_tools"]} == {"rustdesk", "ultraviewer"}


def test_a_remote_tool_that_was_only_copied_is_seen_while_it_runs(look):
    processes = Processes(frozenset(), complete=False, doubtful=frozenset({"AnyDesk.exe"}))
    facts = look(SERVER, processes_=processes).facts
    assert facts["remote_tools"] == [{"id": "anydesk", "name": "AnyDesk", "running": True, "sources": ["processes"]}]
    assert facts["remote_tool_count"] == 1


def test_a_program_that_only_sounds_alike_is_no_remote_tool(look):
    document = copy.deepcopy(SERVER)
    for name in ("Radmin VPN", "Windows Remote Management", "Mesh Lab", "Adobe"):
        document["registry"][rf"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{name}"] = {
            "DisplayName": name
        }
    document["services"].update({"TermService": {"state": "running"}, "WinRM": {"state": "running"}})
    assert look(document).facts["remote_tool_count"] == 0


def test_without_services_or_programs_no_number_of_remote_tools_is_said(look):
    for services in (None, {}):
        document = {**copy.deepcopy(SERVER), "services": services}
        result = look(document)
        assert not {"remote_tool_count", "remote_tools", "plaintext_service_count"} & set(result.facts)
        assert "remote-tools" in result.reason
    document = {**copy.deepcopy(TEN), "registry_denied": [r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"]}
    result = look(document)
    assert "remote_tool_count" not in result.facts
    assert [one["id"] for one in result.facts["remote_tools"]] == ["ultraviewer"]


def test_a_service_of_unknown_start_makes_the_number_unsayable(look):
    document = copy.deepcopy(SERVER)
    document["services"]["FTPSVC"] = {"state": "stopped", "start": ""}
    assert "plaintext_service_count" not in look(document).facts
    document["services"]["FTPSVC"] = {"state": "stopped", "start": "manual"}
    assert look(document).facts["plaintext_service_count"] == 0


ON_LINUX = [tool for tool in TOOLS if tool.programs]


@pytest.mark.parametrize("tool", ON_LINUX, ids=lambda tool: tool.id)
def test_a_remote_tool_of_linux_is_recognised_by_its_program(tool, machine):
    facts = hardening.collect(machine({tool.programs[-1]: "", "/usr/bin/env": ""}), Settings()).facts
    assert facts["remote_tools"] == [{"id": tool.id, "name": tool.name, "sources": ["files"]}]
    assert facts["remote_tool_count"] == 1


def test_none_on_linux_is_a_finding(machine):
    facts = hardening.collect(machine({"/usr/bin/env": ""}), Settings()).facts
    assert (facts["remote_tools"], facts["remote_tool_count"]) == ([], 0)


def test_a_folder_that_is_no_system_is_no_finding(machine):
    assert "remote_tool_count" not in hardening.collect(machine({"/etc/x": ""}), Settings()).facts


def test_a_program_that_may_not_be_looked_at_makes_the_number_unsayable(machine, monkeypatch):
    host = machine({"/usr/bin/anydesk": ""})
    has = host.has
    monkeypatch.setattr(host, "has", lambda path: None if path.startswith("/opt") else has(path))
    result = hardening.collect(host, Settings())
    assert [one["id"] for one in result.facts["remote_tools"]] == ["anydesk"]
    assert "remote_tool_count" not in result.facts
    assert "permission-denied" in result.reason


def test_ids_of_remote_tools_are_unique_and_in_order():
    ids = [tool.id for tool in TOOLS]
    assert ids == sorted(set(ids))
