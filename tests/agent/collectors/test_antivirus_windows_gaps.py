"""Antivirus on Windows where something could not be looked at, or where something was left behind."""

import pytest
from tests.assets.windows_antivirus import (
    DEFENDER,
    FAULTS,
    SECURITY_CENTER,
    collect,
    items,
    snapshot,
)

from tuanthu_agent.collectors.interface import CollectorError
from tuanthu_policy.status import ObservationStatus


def test_a_service_that_is_starting_says_neither_yes_nor_no(windows_machine):
    document = snapshot("av_sentinelone_server")
    document["services"]["SentinelAgent"]["state"] = "changing"
    result = collect(windows_machine(document))
    assert result.facts["product_count"] == 1
    assert "running" not in items(result)["sentinelone"]


def test_a_stopped_service_whose_program_is_gone_is_no_antivirus(windows_machine):
    document = snapshot("av_sentinelone_server")
    document["services"]["SentinelAgent"]["state"] = "stopped"
    document["files"] = {}
    result = collect(windows_machine(document))
    assert result.facts == {"product_count": 0, "products": []}
    assert result.reason == "remains: sentinelone"


def test_a_stopped_service_without_a_path_is_no_antivirus(windows_machine):
    document = snapshot("av_sentinelone_server")
    document["services"]["SentinelAgent"] = {"state": "stopped"}
    result = collect(windows_machine(document))
    assert (result.facts["product_count"], result.reason) == (0, "remains: sentinelone")


def test_a_stopped_service_whose_program_may_not_be_looked_at_makes_the_number_unsayable(windows_machine, monkeypatch):
    document = snapshot("av_sentinelone_server")
    document["services"]["SentinelAgent"]["state"] = "stopped"
    host = windows_machine(document)
    monkeypatch.setattr(host, "has", lambda path: None)
    with pytest.raises(CollectorError, match="remains: sentinelone"):
        collect(host)


def test_a_program_that_is_not_found_means_nothing_where_no_file_of_windows_is_in_sight(windows_machine):
    document = snapshot("av_drweb_client")
    document["files"] = {}
    blind = collect(windows_machine(document))
    assert collect(windows_machine(snapshot("av_drweb_client"))) == blind


def test_a_security_center_whose_service_stands_still_is_not_believed_when_it_says_on(windows_machine):
    document = snapshot("av_drweb_client")
    document["services"]["wscsvc"]["state"] = "stopped"
    result = collect(windows_machine(document))
    item = items(result)["drweb"]
    assert (item["running"], item["raw_state"]) == (True, 266240)
    assert item.keys() & {"realtime", "state", "signatures_current"} == set()
    assert result.reason == "security-center: its service does not run"
    document["wmi"][SECURITY_CENTER]["AntiVirusProduct"] = []
    assert "product_count" not in collect(windows_machine(document)).facts


def test_an_uninstall_entry_whose_folder_has_a_running_service_of_another_name_is_a_doubt(windows_machine):
    document = snapshot("av_none_server_leftovers")
    key = next(key for key in document["registry"] if key.endswith("{KES}"))
    folder = document["registry"][key]["InstallLocation"]
    document["services"]["KesNeu"] = {"state": "running", "path": f'"{folder}neu.exe"'}
    with pytest.raises(CollectorError, match="unplaced-process: kes"):
        collect(windows_machine(document))


def test_a_driver_with_the_name_of_a_service_is_no_service(windows_machine):
    document = snapshot("av_sentinelone_server")
    document["services"]["SentinelAgent"]["driver"] = True
    assert collect(windows_machine(document)).facts["product_count"] == 0


def test_a_filter_driver_of_an_unknown_product_makes_the_number_unsayable(windows_machine):
    document = snapshot("av_none_domain_controller")
    document["services"]["LạFlt"] = {"state": "running", "start": "system", "driver": True}
    assert collect(windows_machine(document)).facts["product_count"] == 0
    document["registry"][r"HKLM\SYSTEM\CurrentControlSet\Services\LạFlt"] = {"Group": "FSFilter Anti-Virus"}
    with pytest.raises(CollectorError, match="unplaced-process: driver LạFlt"):
        collect(windows_machine(document))


def test_a_known_driver_that_outlived_its_service_is_no_antivirus(windows_machine):
    document = snapshot("av_none_server_with_agents")
    document["registry"][r"HKLM\SYSTEM\CurrentControlSet\Services\CSAgent"] = {"Group": "FSFilter Anti-Virus"}
    assert collect(windows_machine(document)).facts["product_count"] == 0


def broken(name, change):
    document = snapshot(name)
    change(document)
    return document


@pytest.mark.parametrize("fault", FAULTS)
def test_what_could_not_be_looked_at_leaves_no_number(fault, windows_machine):
    result = collect(windows_machine(broken("av_kes_active", FAULTS[fault])))
    assert "product_count" not in result.facts
    assert result.status is ObservationStatus.PARTIAL
    assert result.reason


@pytest.mark.parametrize("fault", [name for name in FAULTS if "security center" not in name])
def test_nothing_found_and_not_everything_seen_is_a_failure(fault, windows_machine):
    with pytest.raises(CollectorError) as caught:
        collect(windows_machine(broken("av_none_server_with_agents", FAULTS[fault])))
    assert caught.value.status is ObservationStatus.FAILED
    assert caught.value.reason


def test_a_missing_security_center_is_explained_by_a_server_and_by_nothing_else(windows_machine):
    options = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
    for kind in ("ServerNT", "LanmanNT", "servernt"):
        document = broken(
            "av_none_server_with_agents", lambda one, kind=kind: one["registry"][options].update(ProductType=kind)
        )
        assert collect(windows_machine(document)).facts["product_count"] == 0
    for kind in ("WinNT", "", 3, "ServerNT2"):
        document = broken(
            "av_none_server_with_agents", lambda one, kind=kind: one["registry"][options].update(ProductType=kind)
        )
        with pytest.raises(CollectorError, match="security-center: namespace-missing"):
            collect(windows_machine(document))


def test_defender_without_its_class_is_told_by_its_service(windows_machine):
    document = snapshot("av_defender_server")
    del document["wmi"][DEFENDER]
    item = items(collect(windows_machine(document)))["defender"]
    assert item["running"] is True
    assert "realtime" not in item
    assert "state" not in item


def test_a_vendors_broken_class_is_a_gap_and_costs_nothing_else(windows_machine):
    document = snapshot("av_eset_server")
    document["wmi"][r"root\ESET"] = "wmi-failed"
    result = collect(windows_machine(document))
    assert result.reason.startswith("vendor-status: wmi-failed")
    assert result.facts["product_count"] == 1
    assert items(result)["eset"]["running"] is True
    assert "realtime" not in items(result)["eset"]


def test_a_machine_without_windows_doors_is_a_typed_failure(machine):
    with pytest.raises(CollectorError) as caught:
        collect(machine(family_="windows"))
    assert caught.value.status is ObservationStatus.FAILED


def test_other_systems_are_still_refused(machine):
    with pytest.raises(CollectorError, match="not-available: antivirus on macos"):
        collect(machine(family_="macos"))
