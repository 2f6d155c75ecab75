"""Kind `hardening` on Windows: registry, WMI and services of a client, an old client and a server."""

import copy

import pytest
from tests.assets.windows_snapshot import load_snapshot

from tuanthu_agent.collectors import hardening
from tuanthu_agent.collectors.interface import CollectorError, Settings

TEN, SEVEN = load_snapshot("hardening_windows_10"), load_snapshot("hardening_windows_7")
SERVER = load_snapshot("hardening_server_2019")
CURRENT = r"HKLM\SYSTEM\CurrentControlSet"
SYSTEM = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
PERSON = r"HKU\S-1-5-21-1085031214-1563985344-725345543-1001"
DESKTOP = PERSON + r"\Control Panel\Desktop"
POLICY_DESKTOP = PERSON + r"\Software\Policies\Microsoft\Windows\Control Panel\Desktop"
EXPLORER = r"Microsoft\Windows\CurrentVersion\Policies\Explorer"
VOLUMES = r"root\cimv2\Security\MicrosoftVolumeEncryption"
RELEASE = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def with_values(document, key, **values):
    """The same machine with these values; None takes one away."""
    changed = copy.deepcopy(document)
    own = {**changed["registry"].get(key, {}), **values}
    changed["registry"][key] = {name: value for name, value in own.items() if value is not None}
    return changed


def without_key(document, key):
    changed = copy.deepcopy(document)
    changed["registry"] = {name: value for name, value in changed["registry"].items() if not name.startswith(key)}
    return changed


@pytest.fixture
def look(windows_machine):
    return lambda document, **answers: hardening.collect(windows_machine(document, **answers), Settings())


def test_a_client_is_described_whole(look):
    result = look("hardening_windows_10")
    assert (result.status.value, result.reason, result.method) == ("ok", "", "registry+wmi+services")
    facts = dict(result.facts)
    assert facts.pop("office_macros") == [
        {"user": PERSON[4:], "version": "16.0", "app": "excel", "warnings": 1, "enforced": False},
        {"user": PERSON[4:], "version": "16.0", "app": "word", "warnings": 3, "enforced": True, "block_internet": True},
    ]
    assert facts.pop("remote_tools") == [
        {"id": "ultraviewer", "name": "UltraViewer", "running": True, "sources": ["services", "installed-programs"]}
    ]
    assert facts.pop("volumes") == [
        {"mount": "C:", "encrypted": True, "method": "bitlocker"},
        {"mount": "D:", "encrypted": False, "method": "bitlocker"},
    ]
    assert facts.pop("screen_locks") == [{"user": PERSON[4:], "seconds": 600}]
    assert facts == {
        "desktop": True,
        "smb1_client": False,
        "smb1_server": False,
        "smb1_enabled": False,
        "smb_signing_required": False,
        "smb_client_signing_required": False,
        "remote_desktop_enabled": True,
        "remote_desktop_nla": True,
        "remote_desktop_security_layer": 2,
        "remote_desktop_encryption": 2,
        "autorun_off": True,
        "autorun_mask": 255,
        "autorun_commands_off": True,
        "screen_lock_machine_seconds": 0,
        "screen_lock_seconds": 600,
        "unencrypted_volume_count": 1,
        "firmware": "uefi",
        "secure_boot": True,
        "office_installed": True,
        "office_macros_unrestricted_count": 1,
        "llmnr_enabled": False,
        "netbios_enabled": False,
        "uac_enabled": True,
        "uac_admin_prompt": 5,
        "uac_secure_desktop": True,
        "wdigest_plaintext": False,
        "lsa_protection": True,
        "remote_tool_count": 1,
        "plaintext_service_count": 0,
        "snmp_service": False,
    }


def test_an_old_client_as_it_comes_has_the_defaults_of_its_version(look):
    result = look("hardening_windows_7")
    facts = result.facts
    assert result.reason == "namespace-missing: bitlocker"
    assert (facts["smb1_enabled"], facts["smb1_server"], facts["wdigest_plaintext"]) == (True, True, True)
    assert (facts["secure_boot"], facts["llmnr_enabled"], facts["remote_desktop_nla"]) == (False, True, False)
    assert (facts["autorun_off"], facts["autorun_mask"]) == (False, 0x91)
    # A screen saver that asks for no password locks nothing, and this version heeds no limit of the machine.
    assert facts["screen_lock_seconds"] == 0
    assert facts["plaintext_services"] == ["ftp", "telnet"]
    assert facts["snmp_service"] is True
    assert [tool["id"] for tool in facts["remote_tools"]] == ["vnc"]
    assert facts["remote_tools"][0]["running"] is False
    assert not {"unencrypted_volume_count", "netbios_enabled", "lsa_protection"} & set(facts)


def test_a_server_where_nobody_is_logged_on_says_nothing_of_users(look):
    result = look("hardening_server_2019")
    nobody = "nobody-logged-on: autorun_off; nobody-logged-on: screen_lock_seconds"
    assert result.reason == f"{nobody}; namespace-missing: bitlocker"
    assert not {"autorun_off", "screen_lock_seconds", "office_macros"} & set(result.facts)
    # The policy opens what the setting had closed.
    assert (result.facts["remote_desktop_enabled"], result.facts["remote_desktop_nla"]) == (True, True)
    assert "smb_client_signing_required" not in result.facts
    assert (result.facts["remote_tool_count"], result.facts["office_installed"]) == (0, False)


SMB = CURRENT + r"\Services\LanmanServer\Parameters"
DRIVER = CURRENT + r"\Services\mrxsmb10"


@pytest.mark.parametrize(
    ("build", "setting", "driver", "expected"),
    [
        ("14393", None, None, True),
        ("14393", 0, None, False),
        ("19045", None, None, False),
        ("19045", None, {"Start": 4}, None),
        ("19045", None, {"Start": 3}, True),
        ("19045", 1, None, True),
        ("19045", 0, {"Start": 4}, False),
        ("19045", 0, {"Start": 2}, True),
    ],
)
def test_smb1_follows_setting_driver_and_build(build, setting, driver, expected, look):
    document = with_values(with_values(TEN, RELEASE, CurrentBuild=build), SMB, SMB1=setting)
    if driver:
        document = with_values(document, DRIVER, **driver)
    assert look(document).facts.get("smb1_enabled") is expected


def test_a_build_that_may_sign_by_default_is_not_said_not_to(look):
    document = with_values(with_values(TEN, RELEASE, CurrentBuild="26100"), SMB, RequireSecuritySignature=None)
    assert "smb_signing_required" not in look(document).facts
    older = with_values(TEN, SMB, RequireSecuritySignature=None)
    assert look(older).facts["smb_signing_required"] is False


def test_without_a_machine_wide_setting_one_person_without_it_is_enough(look):
    bare = with_values(TEN, "HKLM\\SOFTWARE\\" + EXPLORER, NoDriveTypeAutoRun=None)
    assert look(bare).facts["autorun_off"] is False
    everyone = with_values(bare, f"{PERSON}\\SOFTWARE\\{EXPLORER}", NoDriveTypeAutoRun=255)
    result = look(everyone)
    assert "autorun_off" not in result.facts
    assert "not-enforced: autorun_off" in result.reason
    removable_only = with_values(TEN, "HKLM\\SOFTWARE\\" + EXPLORER, NoDriveTypeAutoRun=0x95)
    assert look(removable_only).facts["autorun_off"] is False


@pytest.mark.parametrize(
    ("own", "policy", "machine", "seconds"),
    [
        ({}, {}, None, 600),
        ({}, {}, 300, 300),
        ({}, {}, 900, 600),
        ({"ScreenSaverIsSecure": "0"}, {}, None, 0),
        ({"ScreenSaverIsSecure": "0"}, {"ScreenSaverIsSecure": "1"}, None, 600),
        ({}, {"ScreenSaverIsSecure": "0"}, None, 0),
        ({"ScreenSaveActive": "0"}, {}, None, 0),
        ({"ScreenSaveActive": "0"}, {}, 1200, 1200),
        ({"SCRNSAVE.EXE": None}, {}, None, 0),
        ({"ScreenSaveTimeOut": None}, {}, None, 0),
        ({"ScreenSaveTimeOut": "3600"}, {"ScreenSaveTimeOut": "120"}, None, 120),
    ],
)
def test_a_screen_locks_by_whatever_comes_first(own, policy, machine, seconds, look):
    document = with_values(with_values(TEN, DESKTOP, **own), POLICY_DESKTOP, **policy)
    document = with_values(document, SYSTEM, InactivityTimeoutSecs=machine)
    assert look(document).facts["screen_lock_seconds"] == seconds


def test_the_slowest_of_all_who_are_logged_on_counts(look):
    second = PERSON[:-1] + "2"
    document = with_values(TEN, second + r"\Control Panel\Desktop", ScreenSaveActive="1")
    assert look(document).facts["screen_lock_seconds"] == 0


@pytest.mark.parametrize("junk", ["rất lâu", "", "-1", "１０", -5, b"1", ["1"]])
def test_a_time_that_is_none_is_a_gap(junk, look):
    result = look(with_values(TEN, DESKTOP, ScreenSaveTimeOut=junk))
    assert "screen_lock_seconds" not in result.facts
    assert "unreadable: screen-lock" in result.reason


def test_a_machines_limit_holds_where_nobody_is_logged_on(look):
    result = look(with_values(SERVER, SYSTEM, InactivityTimeoutSecs=300))
    assert result.facts["screen_lock_seconds"] == 300
    assert "screen" not in result.reason


@pytest.mark.parametrize(("status", "count"), [(0, 2), (1, 1), (2, None), ("1", 2), (None, 2)])
def test_a_volume_is_encrypted_only_by_a_plain_yes(status, count, look):
    document = copy.deepcopy(TEN)
    document["wmi"][VOLUMES]["Win32_EncryptableVolume"][0]["ProtectionStatus"] = status
    result = look(document)
    assert result.facts.get("unencrypted_volume_count") == count
    assert result.facts["volumes"][0].get("encrypted") is {2: None, 1: True}.get(status, False)


@pytest.mark.parametrize("code", ["permission-denied", "timeout", "wmi-failed"])
def test_volumes_that_cannot_be_asked_are_a_gap(code, look):
    document = copy.deepcopy(TEN)
    document["wmi"][VOLUMES] = code
    result = look(document)
    assert f"{code}: bitlocker" in result.reason
    assert not {"volumes", "unencrypted_volume_count"} & set(result.facts)


@pytest.mark.parametrize(
    ("kind", "state", "build", "expected"),
    [(2, 1, "19045", True), (2, 0, "19045", False), (1, None, "19045", False), (2, None, "19045", None), (None, None, "7601", False), (None, 7, "19045", None)],
)  # fmt: skip
def test_secure_boot_is_what_the_start_recorded(kind, state, build, expected, look):
    document = with_values(TEN, CURRENT + r"\Control", PEFirmwareType=kind)
    document = with_values(document, CURRENT + r"\Control\SecureBoot\State", UEFISecureBootEnabled=state)
    assert look(with_values(document, RELEASE, CurrentBuild=build)).facts.get("secure_boot") is expected


def test_an_old_version_heeds_the_setting_for_passwords_only_with_its_update(look):
    key = CURRENT + r"\Control\SecurityProviders\WDigest"
    document = with_values(SEVEN, key, UseLogonCredential=0)
    assert "wdigest_plaintext" not in look(document).facts
    document["wmi"][r"root\cimv2"]["Win32_QuickFixEngineering"] = [{"HotFixID": "KB976902"}]
    assert "not-found: wdigest" in look(document).reason
    document["wmi"][r"root\cimv2"]["Win32_QuickFixEngineering"].append({"HotFixID": "KB2871997"})
    assert look(document).facts["wdigest_plaintext"] is False
    assert look(with_values(TEN, key, UseLogonCredential=1)).facts["wdigest_plaintext"] is True


def test_macros_that_a_policy_frees_are_free(look):
    policy = PERSON + r"\Software\Policies\Microsoft\Cloud\Office\16.0\Word\Security"
    document = without_key(TEN, PERSON + r"\Software")
    assert look(document).facts["office_macros_unrestricted_count"] == 0
    assert look(with_values(document, policy, VBAWarnings=1)).facts["office_macros_unrestricted_count"] == 1


@pytest.mark.parametrize("value", [0, 5, "1", -1])
def test_a_macro_setting_that_is_none_is_a_gap(value, look):
    result = look(with_values(TEN, PERSON + r"\Software\Microsoft\Office\16.0\Excel\Security", VBAWarnings=value))
    assert "office_macros_unrestricted_count" not in result.facts
    assert "unreadable: office-macros" in result.reason


def test_office_of_32_bits_is_found(look):
    document = without_key(TEN, r"HKLM\SOFTWARE\Microsoft\Office")
    assert look(document).facts["office_installed"] is False
    document["registry"]["32:" + r"HKLM\SOFTWARE\Microsoft\Office\12.0\Excel\InstallRoot"] = {"Path": "C:\\x"}
    assert look(document).facts["office_macros"][0]["version"] == "12.0"


@pytest.mark.parametrize("denied", [r"HKLM\SYSTEM", r"HKLM\SOFTWARE", "HKU"])
def test_a_hive_that_is_refused_costs_only_what_lies_in_it(denied, look):
    result = look({**copy.deepcopy(TEN), "registry_denied": [denied]})
    assert result.status.value == "partial"
    assert "permission-denied" in result.reason
    assert result.facts["plaintext_service_count"] == 0
    assert "unencrypted_volume_count" in result.facts


def test_a_server_without_a_desktop_is_said_to_have_none(look):
    assert look(with_values(SERVER, RELEASE, InstallationType="Server Core")).facts["desktop"] is False


def test_looking_twice_gives_the_same(look):
    assert look(TEN) == look(TEN)


def test_another_system_is_not_supported(machine):
    with pytest.raises(CollectorError, match="not-available: hardening on macos"):
        hardening.collect(machine({}, family_="macos"), Settings())
