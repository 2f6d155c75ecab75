"""What other tools get wrong about antivirus on Windows, each with the tool that does; none of it here."""

import pytest
from tests.assets.windows_antivirus import snapshot

from tuanthu_agent.collectors import antivirus
from tuanthu_agent.collectors.interface import Settings

SECURITY_CENTER = r"root\SecurityCenter2"
DEFENDER = r"root\Microsoft\Windows\Defender"


@pytest.fixture
def look(windows_machine):
    """The products of a snapshot or document by id."""

    def collect(document):
        document = snapshot(document) if isinstance(document, str) else document
        result = antivirus.collect(windows_machine(document), Settings())
        return {item["id"]: item for item in result.facts["products"]}

    return collect


def test_fleet_good_of_one_product_is_never_joined_with_the_signatures_of_another(look):
    document = snapshot("av_kes_outdated")
    document["wmi"][SECURITY_CENTER]["AntiVirusProduct"][1]["productState"] = 393472
    found = look(document)
    assert (found["kes"]["state"], found["kes"]["signatures_current"]) == ("active", False)
    assert (found["defender"]["realtime"], found["defender"]["signatures_current"]) == (False, True)
    assert not any(item["realtime"] and item["signatures_current"] for item in found.values())


def test_fleet_needs_a_security_center_and_servers_have_none(look):
    assert look("av_kes_server")["kes"]["realtime"] is True


def test_glpi_makes_snoozed_and_expired_the_same_as_off(look):
    assert look("av_kes_snoozed")["kes"]["state"] == "snoozed"
    assert look("av_kes_expired")["kes"]["state"] == "expired"
    assert look("av_bitdefender_home_off")["bitdefender-home"]["state"] == "disabled"


def test_glpi_keeps_no_source_and_no_raw_state(look):
    item = look("av_eset_client")["eset"]
    assert item["raw_state"] == 266240
    assert "signature_date=registry" in item["sources"]


def test_glpi_says_false_for_what_a_product_does_not_expose(look):
    for name, product in (("av_trendmicro_ds_server", "trendmicro-ds"), ("av_cyradar_server", "cyradar")):
        assert look(name)[product].keys() & {"signatures_current", "signature_date", "auto_update"} == set()


def test_glpi_finds_no_antivirus_where_the_product_is_unwell(look):
    document = snapshot("av_defender_server")
    document["wmi"][DEFENDER]["MSFT_MpComputerStatus"][0].update(RealTimeProtectionEnabled=False)
    assert look(document)["defender"]["realtime"] is False


def test_real_time_protection_without_access_protection_is_off(look):
    """Files are not checked as they are accessed: what Microsoft's own health rule for servers asks as well."""
    document = snapshot("av_defender_server")
    document["wmi"][DEFENDER]["MSFT_MpComputerStatus"][0].update(OnAccessProtectionEnabled=False)
    item = look(document)["defender"]
    assert (item["realtime"], item["state"]) == (False, "disabled")


def test_glpi_does_not_read_the_running_mode_so_passive_counts_as_protection(look):
    item = look("av_defender_passive_server")["defender"]
    assert (item["state"], item["realtime"], item["raw_mode"]) == ("passive", False, "Passive Mode")


@pytest.mark.parametrize(
    "mode", ["Passive Mode", "SxS Passive Mode", "EDR Block Mode", "Passive", "Not running", "passive mode"]
)
def test_no_mode_but_normal_protects_whatever_the_switches_say(look, mode):
    document = snapshot("av_defender_server")
    document["wmi"][DEFENDER]["MSFT_MpComputerStatus"][0]["AMRunningMode"] = mode
    assert look(document)["defender"]["realtime"] is False


def test_a_mode_that_nobody_knows_is_neither_protection_nor_its_absence(look):
    document = snapshot("av_defender_server")
    document["wmi"][DEFENDER]["MSFT_MpComputerStatus"][0]["AMRunningMode"] = "Hibernation Mode"
    item = look(document)["defender"]
    assert item["raw_mode"] == "Hibernation Mode"
    assert item.keys() & {"realtime", "state"} == set()


def test_glpi_says_nothing_of_a_servers_signatures_that_are_610_days_old(look):
    assert look("av_defender_server_610_days")["defender"]["signature_date"] == "2025-03-24T00:00:00Z"


def test_glpi_takes_sentinelones_link_to_its_cloud_for_current_signatures(look):
    assert look("av_sentinelone_server")["sentinelone"].keys() & {"signatures_current", "signature_date"} == set()


def test_glpi_counts_wazuh_and_trellix_management_agent_as_antivirus(look):
    document = snapshot("av_none_server_with_agents")
    assert {"WazuhSvc", "masvc", "SplunkForwarder", "Sysmon64", "klnagent"} <= document["services"].keys()
    assert look(document) == {}


def test_glpi_judges_by_two_or_three_days_on_its_own(look):
    """An old date stays a date: whether it is too old is a rule's matter."""
    item = look("av_mcafee_vse_server")["mcafee"]
    assert item["signature_date"] == "2026-11-20T00:00:00Z"
    assert "signatures_current" not in item


def test_glpi_takes_the_moment_of_an_update_for_the_age_of_signatures(look):
    """ESET fetched on the 23rd what was made on the 22nd."""
    row = snapshot("av_eset_server")["wmi"][r"root\ESET"]["ESET_Product"][0]
    assert row["VirusDBLastUpdate"].startswith("20261123")
    assert look("av_eset_server")["eset"]["signature_date"] == "2026-11-22T00:00:00Z"


def test_velociraptor_mixes_text_with_booleans_and_text_is_no_boolean_here(look):
    document = snapshot("av_defender_server")
    row = document["wmi"][DEFENDER]["MSFT_MpComputerStatus"][0]
    for name, value in row.items():
        if value is True:
            row[name] = "True"
    item = look(document)["defender"]
    assert item.keys() & {"realtime", "state", "tamper_protection"} == set()


def test_lynis_goes_by_names_alone_and_a_name_alone_is_no_product(look):
    document = snapshot("av_none_server_leftovers")
    assert {"ekrn", "AVP.KES.21.13"} <= document["services"].keys()
    assert look(document) == {}


def test_a_switch_that_is_not_set_is_no_proof_of_protection(look):
    assert look("av_defender_registry_silent")["defender"].keys() & {"realtime", "state"} == set()
