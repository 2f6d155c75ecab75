"""Kind `antivirus` on Windows: every product of the table by its snapshot, and what must never be believed."""

from pathlib import Path

import pytest
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.assets.windows_antivirus import (
    EXPECTED,
    SECURITY_CENTER,
    SNAPSHOTS,
    collect,
    items,
    snapshot,
)

from tuanthu_agent.collectors import antivirus
from tuanthu_agent.collectors.antivirus.windows.catalogue import PRODUCTS
from tuanthu_agent.collectors.interface import CollectorError
from tuanthu_policy.status import ObservationStatus

LEARNED = {
    "av_none_server_leftovers": "remains",
    "av_defender_beside_stale_registration": "remains",
    "av_defender_registry_off": "defender-status",
    "av_defender_registry_silent": "defender-status",
    "av_defender_registry_policy_off": "defender-status",
    "av_defender_registry_passive": "defender-status",
}
"""Snapshots that leave a gap, with its cause."""


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_each_snapshot_gives_just_its_products(name, windows_machine):
    expected = EXPECTED[name]
    result = collect(windows_machine(snapshot(name)))
    assert result.facts["product_count"] == expected["product_count"] == len(expected["products"])
    found = items(result)
    assert set(found) == set(expected["products"])
    for product, fields in expected["products"].items():
        for absent in fields.get("absent", ()):
            assert absent not in found[product], f"{product}.{absent}"
        wanted = {field: value for field, value in fields.items() if field != "absent"}
        assert {field: found[product].get(field) for field in wanted} == wanted, found[product]


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_each_snapshot_says_what_it_could_not_see(name, windows_machine):
    result = collect(windows_machine(snapshot(name)))
    if name in LEARNED:
        assert result.status is ObservationStatus.PARTIAL
        assert result.reason.startswith(LEARNED[name])
    else:
        assert (result.status, result.reason) == (ObservationStatus.OK, "")


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_facts_fit_the_catalogue_and_stay_the_same(name, windows_machine):
    result = collect(windows_machine(snapshot(name)))
    check(result.facts, KINDS["antivirus"].facts, "antivirus")
    assert collect(windows_machine(snapshot(name))) == result


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_every_fact_names_its_source(name, windows_machine):
    for item in collect(windows_machine(snapshot(name))).facts["products"]:
        sourced = {entry.split("=")[0] for entry in item["sources"]}
        of_the_product = {"id", "name", "vendor", "sources", "signature_source"}
        assert set(item) - of_the_product - sourced <= {"licence_kind"}
        assert all(entry.partition("=")[2] for entry in item["sources"])


def test_every_snapshot_has_its_expectation():
    assert sorted(EXPECTED) == SNAPSHOTS


def test_every_product_of_the_table_has_a_snapshot():
    seen = {product for name in SNAPSHOTS for product in EXPECTED[name]["products"]}
    assert {product.id for product in PRODUCTS} - seen == set()


def test_it_knows_every_product_that_glpi_agent_knows_on_windows():
    """Its list of Windows products and of services on servers (reference: anchors)."""
    services = {
        service for name in SNAPSHOTS for service in snapshot(name)["services"] if not name.startswith("av_none")
    }
    assert {"WinDefend", "cyserver", "EPSecurityService", "masvc", "SentinelAgent"} <= services
    assert {"defender", "mse", "trellix", "kes", "eset", "avira", "withsecure", "bitdefender", "bitdefender-home"} <= {
        product.id for product in PRODUCTS
    }
    assert {"norton", "symantec", "apexone", "cortex-xdr", "sentinelone"} <= {product.id for product in PRODUCTS}


NAMES = {
    "vi": ("Bảo vệ điểm cuối Kaspersky", "Bộ bảo vệ Windows"),
    "de": ("Kaspersky Endpunktschutz für Windows", "Windows-Schutz"),
    "empty": ("", ""),
    "swapped": ("Windows Defender", "Kaspersky Endpoint Security for Windows"),
}


@pytest.mark.parametrize("language", NAMES)
def test_display_names_change_nothing(language, windows_machine):
    plain = collect(windows_machine(snapshot("av_kes_active")))
    document = snapshot("av_kes_active")
    for row, name in zip(document["wmi"][SECURITY_CENTER]["AntiVirusProduct"], NAMES[language], strict=True):
        row["displayName"] = name
    assert collect(windows_machine(document)) == plain


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_localised_uninstall_names_change_no_protection(name, windows_machine):
    plain = collect(windows_machine(snapshot(name)))
    document = snapshot(name)
    for key, values in document["registry"].items():
        if "\\Uninstall\\" in key and values:
            values["DisplayName"] = "Phần mềm bảo vệ máy tính"
    result = collect(windows_machine(document))
    protecting = ("running", "realtime", "state", "signature_date", "managed")
    assert result.facts["product_count"] == plain.facts["product_count"]
    for product, item in items(plain).items():
        assert [items(result)[product].get(field) for field in protecting] == [item.get(field) for field in protecting]


def test_the_same_product_from_two_sources_is_one_item_with_both_named(windows_machine):
    item = items(collect(windows_machine(snapshot("av_kes_contradiction"))))["kes"]
    assert "realtime=klnagent+security-center" in item["sources"]
    assert "state=klnagent+security-center" in item["sources"]
    assert item["raw_state"] == 266240, "what the other one said is still there as evidence"


def test_a_stopped_service_outweighs_a_security_center_that_says_on(windows_machine):
    document = snapshot("av_eset_client")
    document["services"]["ekrn"]["state"] = "stopped"
    item = items(collect(windows_machine(document)))["eset"]
    assert (item["running"], item["realtime"], item["state"]) == (False, False, "disabled")
    assert "realtime=security-center+services" in item["sources"]


def test_a_registration_that_says_on_without_its_program_is_a_doubt(windows_machine):
    document = snapshot("av_defender_beside_stale_registration")
    document["wmi"][SECURITY_CENTER]["AntiVirusProduct"][1]["productState"] = 266240
    result = collect(windows_machine(document))
    assert "product_count" not in result.facts
    assert set(items(result)) == {"defender"}


def test_a_registered_product_whose_service_has_another_name_is_told_by_where_its_service_runs(windows_machine):
    document = snapshot("av_drweb_client")
    service = document["services"].pop("DrWebAVService")
    document["services"]["DrWebNeu"] = service
    item = items(collect(windows_machine(document)))["drweb"]
    assert (item["running"], item["realtime"], item["state"]) == (True, True, "active")
    service["state"] = "stopped"
    item = items(collect(windows_machine(document)))["drweb"]
    assert (item["running"], item["realtime"], item["state"]) == (False, False, "disabled")


def test_a_scanner_that_runs_is_no_proof_of_real_time_protection(windows_machine):
    document = snapshot("av_apexone_server")
    for key in document["registry"]:
        if key.endswith("Real Time Scan Configuration"):
            document["registry"][key] = {}
    item = items(collect(windows_machine(document)))["apexone"]
    assert item["running"] is True
    assert "realtime" not in item


def test_windows_7s_own_defender_is_no_antivirus(windows_machine):
    document = snapshot("av_none_windows7")
    assert document["services"]["WinDefend"]["state"] == "running"
    assert collect(windows_machine(document)).facts["product_count"] == 0
    del document["registry"][r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"]
    with pytest.raises(CollectorError, match="windows-version"):
        collect(windows_machine(document))


def test_no_collector_file_uses_win32_product_or_a_display_name_to_decide():
    folder = Path(antivirus.__file__).parent / "windows"
    for path in folder.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "Win32_Product" not in text.replace("never Win32_Product", ""), path


COMMON = {"services", "security-center", "uninstall"}


def claims(name, windows_machine):
    """Product, field and source of everything that a snapshot gives."""
    for item in collect(windows_machine(snapshot(name))).facts["products"]:
        for entry in item["sources"]:
            field, _, sources = entry.partition("=")
            for source in sources.split("+"):
                yield item["id"], field, source


def test_every_field_of_the_table_is_shown_by_a_snapshot_and_no_other_is_given(windows_machine):
    told = {
        (product.id, known.field, source)
        for product in PRODUCTS
        for known in product.known
        for source in known.source.split("+")
    }
    seen = {claim for name in SNAPSHOTS for claim in claims(name, windows_machine)}
    # What follows from another field names that field's source: off, so not protecting.
    derived = {claim for claim in seen if claim[1] in ("realtime", "state")}
    assert {claim for claim in seen - derived if claim[2] not in COMMON} - told == set()
    assert sorted(told - seen) == []


WHOLE = {"windows10_client": "defender", "windows7_client": "mse", "windows_server_2019": "defender"}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_machine_has_one_product_and_no_gap(name, windows_machine):
    result = collect(windows_machine(snapshot(name)))
    assert result.status is ObservationStatus.OK, result.reason
    assert result.facts["product_count"] == 1
    (item,) = result.facts["products"]
    assert (item["id"], item["running"]) == (WHOLE[name], True)
    assert (item["realtime"], item["state"]) == (True, "active")
    assert item["signature_date"].startswith("2026-11-23")
