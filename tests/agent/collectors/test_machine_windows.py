"""Kind `host` on Windows: registry and WMI to facts; and what an inventory lacks on either system."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.windows_snapshot import load_snapshot
from tests.policies.strategies import HOSTILE

from tuanthu_agent.collectors import machine as collector
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.machine import parsing, windows_parsing
from tuanthu_agent.collectors.machine.windows_zones import ZONES
from tuanthu_agent.system import Disk
from tuanthu_policy.loader import load_policy

FACTS = load_policy().kinds["host"].facts
STATED = Settings(role="workstation", owner="Khoa Dược", location="Tầng 2, nhà A")
DISKS = [Disk("C:\\", "C:\\", "NTFS", 1000, 449), Disk("D:\\", "D:\\", "NTFS", 1000, 20)]
TIME = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters"
ZONE = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
CURRENT = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def collect(windows_machine, document, given_=STATED, **answers):
    return collector.collect(windows_machine(document, disks_=DISKS, **answers), given_)


def test_an_office_pc_with_windows_11_is_described(windows_machine):
    result = collect(windows_machine, "network_windows11")
    assert (result.status.value, result.reason) == ("partial", "time-source-unknown")
    assert result.facts == {
        "hostname": "máy-tiếp-đón",
        "os_family": "windows",
        "os_name": "Windows 11 Pro",
        "os_version": "10.0.22631",
        "os_build": "22631.4460",
        "os_edition": "Professional",
        "os_role": "workstation",
        "architecture": "x86_64",
        "cpu_count": 4,
        "cpu_model": "Intel(R) Core(TM) i5-10500 CPU @ 3.10GHz",
        "memory_bytes": 8 << 30,
        "boot_time": "2026-11-24T02:29:00Z",
        "timezone": "Asia/Ho_Chi_Minh",
        "vendor": "Dell Inc.",
        "model": "OptiPlex 3080",
        "serial": "7XK2Q53",
        "uuid": "4c4c4544-0058-4b10-8032-b7c04f513533",
        "chassis": "desktop",
        "virtual": False,
        "domain_joined": False,
        "domain": "WORKGROUP",
        "disks": [
            {"mount": "C:\\", "filesystem": "NTFS", "size_bytes": 1000, "free_percent": 40},
            {"mount": "D:\\", "filesystem": "NTFS", "size_bytes": 1000, "free_percent": 0},
        ],
        "system_disk_free_percent": 40,
        "role": "workstation",
        "owner": "Khoa Dược",
        "location": "Tầng 2, nhà A",
        "primary_mac": "02:00:5e:00:53:07",
        "address_assignment": "dynamic",
        "inventory_missing": [],
        "inventory_missing_count": 0,
    }


def test_windows_7_of_no_known_maker_lacks_what_the_firmware_leaves_out(windows_machine):
    facts = collect(windows_machine, "network_windows7", Settings()).facts
    assert (facts["os_name"], facts["os_version"], facts["os_build"]) == ("Windows 7 Professional", "6.1.7601", "7601")
    assert not {"vendor", "model", "serial", "uuid", "role", "owner", "location"} & set(facts)
    assert facts["virtual"] is False
    assert facts["inventory_missing"] == ["location", "owner", "role", "serial"]
    assert facts["timezone"] == "Asia/Ho_Chi_Minh"
    assert facts["time_synchronised"] is False
    assert facts["address_assignment"] == "static"


def test_a_domain_controller_in_a_virtual_machine(windows_machine):
    facts = collect(windows_machine, "network_server2019").facts
    assert (facts["os_name"], facts["os_role"]) == ("Windows Server 2019 Standard", "server")
    assert (facts["virtual"], facts["domain_joined"], facts["domain"]) == (True, True, "syt.example")
    assert facts["timezone"] == "America/Los_Angeles"
    assert "time_synchronised" not in facts
    # Both are kept: what was stated and what the system says.
    assert facts["role"] == "workstation"


def with_current(document, **values):
    document["registry"][CURRENT].update(values)
    return document


@pytest.mark.parametrize(
    ("build", "installation", "name"),
    [("19045", "Client", "Windows 10 Pro"), ("22000", "Client", "Windows 11 Pro"), ("20348", "Server", "Windows 10 Pro"), ("26100", "Server", "Windows 10 Pro")],
)  # fmt: skip
def test_windows_11_is_told_by_its_build(windows_machine, build, installation, name):
    document = with_current(load_snapshot("network_windows11"), CurrentBuild=build, InstallationType=installation)
    assert collect(windows_machine, document).facts["os_name"] == name


@pytest.mark.parametrize(
    ("service", "kind", "other", "expected"),
    [
        ({"state": "running", "start": "auto"}, "NTP", None, None),
        ({"state": "stopped", "start": "manual"}, "NTP", None, None),
        ({"state": "stopped", "start": "disabled"}, "NTP", None, False),
        ({"state": "running", "start": "auto"}, "NoSync", None, False),
        ({"state": "running", "start": "auto"}, "NoSync", "vmictimesync", None),
        (None, "NTP", None, False),
    ],
)
def test_of_the_clock_only_what_is_sure_is_told(windows_machine, service, kind, other, expected):
    document = load_snapshot("network_windows11")
    document["registry"][TIME] = {"Type": kind}
    document["services"] = {"W32Time": service} if service else {}
    if other:
        document["services"][other] = {"state": "running"}
    assert collect(windows_machine, document).facts.get("time_synchronised") is expected


def test_a_clock_whose_service_cannot_be_read_is_not_said_to_be_wrong(windows_machine):
    result = collect(windows_machine, {**load_snapshot("network_windows11"), "services": None})
    assert "time_synchronised" not in result.facts
    assert "permission-denied: time_synchronised" in result.reason


def test_a_zone_of_no_known_place_is_absent(windows_machine):
    document = load_snapshot("network_windows11")
    document["registry"][ZONE] = {"TimeZoneKeyName": "Vùng lạ", "StandardName": "SE Asia Standard Time"}
    result = collect(windows_machine, document)
    assert "timezone" not in result.facts
    assert "timezone-unknown" in result.reason


def test_zones_are_named_as_the_tz_database_names_them():
    import zoneinfo

    assert all(name == name.lower() for name in ZONES)
    assert set(ZONES.values()) <= zoneinfo.available_timezones() or not zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("given_", "missing"),
    [
        (STATED, []),
        (Settings(role="server"), ["location", "owner"]),
        (Settings(owner="  ", location="Kho"), ["owner", "role"]),
        (Settings(), ["location", "owner", "role"]),
    ],
)
def test_what_was_not_stated_is_missing_in_the_inventory(windows_machine, given_, missing):
    facts = collect(windows_machine, "network_windows11", given_).facts
    assert facts["inventory_missing"] == missing
    assert facts["inventory_missing_count"] == len(missing)


def test_a_serial_number_that_could_not_be_looked_for_is_not_missing(windows_machine):
    document = load_snapshot("network_windows11")
    document["wmi"]["root\\cimv2"]["Win32_BIOS"] = "permission-denied"
    del document["wmi"]["root\\cimv2"]["Win32_ComputerSystemProduct"]
    del document["wmi"]["root\\cimv2"]["Win32_SystemEnclosure"]
    result = collect(windows_machine, document)
    assert not {"serial", "inventory_missing", "inventory_missing_count"} & set(result.facts)
    assert "permission-denied: Win32_BIOS" in result.reason
    assert "inventory-unclear" in result.reason


def test_a_machine_that_may_be_virtual_may_need_no_serial_number(windows_machine):
    document = load_snapshot("network_windows11")
    document["wmi"]["root\\cimv2"]["Win32_ComputerSystem"] = [{}]
    facts = collect(windows_machine, document).facts
    assert not {"virtual", "inventory_missing_count"} & set(facts)


def test_without_wmi_and_registry_only_the_common_facts_are_left(windows_machine):
    document = {**load_snapshot("network_windows11"), "wmi": {}, "registry": {}, "services": None}
    result = collect(windows_machine, document, Settings(), nics_=None)
    assert set(result.facts) == {
        "hostname",
        "os_family",
        "architecture",
        "cpu_count",
        "memory_bytes",
        "boot_time",
        "disks",
    }


@pytest.mark.parametrize(
    ("number", "chassis"),
    [(3, "desktop"), ("9", "laptop"), (10, "laptop"), (23, "server"), (1, None), (2, None), ("", None), (None, None), (10**30, None)],
)  # fmt: skip
def test_the_chassis_by_the_firmwares_number(number, chassis):
    assert parsing.chassis_of(number) == chassis


@pytest.mark.parametrize(
    "uuid", ["FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "00000000-0000-0000-0000-000000000000", "03000200-0400-0500-0006-000700080009", "x", ""]
)  # fmt: skip
def test_an_identifier_that_many_machines_share_is_none(uuid):
    assert parsing.uuid_or_none(uuid) is None


@pytest.mark.parametrize("serial", ["Default string", "0000000", "....", "System Serial Number", " None ", "-", "\t"])
def test_a_makers_filler_is_no_serial(serial):
    assert parsing.meaningful(serial) is None


@given(st.dictionaries(st.sampled_from(["productname", "currentbuild", "ubr", "currentversion", "currentmajorversionnumber", "currentminorversionnumber", "editionid"]), HOSTILE))  # fmt: skip
def test_no_registry_value_breaks_the_reading_of_the_edition(current):
    for value in windows_parsing.edition_facts(current).values():
        assert isinstance(value, str)
        assert value


def spots(value, path=()):
    if isinstance(value, dict):
        for key, one in value.items():
            yield (*path, key)
            yield from spots(one, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from spots(one, (*path, place))


NAMES = ["network_windows11", "network_windows7", "network_server2019", "network_wine"]
DOCUMENTS = {name: load_snapshot(name) for name in NAMES}
CHECKS = {"text": str, "version": str, "boolean": bool, "integer": int, "texts": list, "items": list, "datetime": str}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_hostile_value_breaks_the_reading_or_makes_a_fact_of_another_type(windows_machine, name, data):
    document = copy.deepcopy(DOCUMENTS[name])
    leaves = [
        (part, *path)
        for part in ("wmi", "registry")
        for path in spots(document[part])
        if len(path) > 3 or part == "registry"
    ]
    *way, last = data.draw(st.sampled_from(leaves))
    target = document
    for step in way:
        target = target[step]
    if not isinstance(target[last], (dict, list)):
        target[last] = data.draw(HOSTILE)
    result = collect(windows_machine, document)
    assert set(result.facts) <= set(FACTS)
    for fact, value in result.facts.items():
        assert isinstance(value, CHECKS[FACTS[fact].type.value]), fact
        assert not FACTS[fact].values or value in FACTS[fact].values
