"""What Windows and vendors say of antivirus, read by pure functions; and machines full of nonsense."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.assets.windows_antivirus import FAULTS, SNAPSHOTS, snapshot

from tuanthu_agent.collectors import antivirus
from tuanthu_agent.collectors.antivirus.windows import paths, values
from tuanthu_agent.collectors.antivirus.windows.defender import claim_status
from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.product_state import ProductState, parse_product_state
from tuanthu_agent.collectors.antivirus.windows.security_center import PROPERTIES, parse_row
from tuanthu_agent.collectors.antivirus.windows.vendors import bitdefender, europe, symantec, trellix, trendmicro
from tuanthu_agent.collectors.interface import CollectorError, Settings

JUNK = st.one_of(
    st.sampled_from(
        ["True", "1", "running ", "RUNNING", "đang chạy", "Normal\0x", "", "\0", "2026-13-45", "%ProgramFiles%"]
    ),
    st.text(max_size=30),
    st.binary(max_size=12),
    st.floats(allow_nan=True),
    st.integers(min_value=1 << 33),
    st.integers(max_value=-1),
    st.lists(st.text(max_size=5), max_size=3),
)
"""Nothing of it means that something is on."""


@pytest.mark.parametrize(
    ("raw", "state", "current"),
    [
        (397568, "active", True),
        (397584, "active", False),
        (397312, "active", True),
        (266240, "active", True),
        (266256, "active", False),
        (262144, "disabled", True),
        (262160, "disabled", False),
        (393472, "disabled", True),
        (270336, "snoozed", True),
        (274432, "expired", True),
        (274448, "expired", False),
        (0x044000, None, True),
        (0x041020, "active", None),
        (0x011000, None, None),
        (0x1041000, None, None),
    ],
)
def test_a_product_state_is_decoded_as_far_as_it_is_known(raw, state, current):
    assert parse_product_state(raw) == ProductState(raw, state, current)


@given(st.one_of(JUNK, st.booleans(), st.none()))
def test_what_is_no_product_state_has_no_state(value):
    assert parse_product_state(value) == ProductState()


@given(st.integers(min_value=0, max_value=(1 << 32) - 1))
def test_only_the_one_nibble_of_an_antivirus_makes_it_active(raw):
    decoded = parse_product_state(raw)
    assert decoded.raw == raw
    assert (decoded.state == "active") == (raw >> 24 == 0 and bool(raw >> 16 & 4) and raw & 0xF000 == 0x1000)


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (r'"C:\Program Files\ESET\ekrn.exe" -s', r"C:\Program Files\ESET\ekrn.exe"),
        (r"C:\Program Files\ESET\ekrn.exe -s", r"C:\Program Files\ESET\ekrn.exe"),
        (r"%ProgramFiles%\Windows Defender\MsMpeng.exe", r"C:\Program Files\Windows Defender\MsMpeng.exe"),
        (r'"%ProgramFiles(x86)%\AVG\a.exe"', r"C:\Program Files (x86)\AVG\a.exe"),
        (r"%SystemRoot%\System32\svchost.exe -k secsvcs", r"C:\Windows\System32\svchost.exe"),
        (r"C:\Bkav\BkavService", r"C:\Bkav\BkavService"),
        ("windowsdefender://", None),
        (r"\SystemRoot\system32\drivers\a.sys", None),
        (r"%Unknown%\a.exe", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_the_program_of_a_command_line(command, program):
    assert paths.program_of(command) == program


def test_days_and_moments_are_read_whatever_stands_between_their_parts():
    for text in ("20261123", "2026-11-23", "2026/11/23", 20261123):
        assert values.parse_day(text) == "2026-11-23T00:00:00Z"
    assert values.parse_kaspersky_moment("05-11-2026 02-10-00") == "2026-11-05T02:10:00Z"
    assert values.parse_dotted_day("31.12.2027 23:59:59") == "2027-12-31T00:00:00Z"
    assert values.parse_version_with_day("28290 (20261123)") == ("28290", "2026-11-23T00:00:00Z")
    for nonsense in (
        "2026-13-01",
        "20260230",
        "0000-00-00",
        "1601-01-01",
        "9999-99-99",
        "11-2026",
        True,
        1.5,
        None,
        b"x",
    ):
        assert values.parse_day(nonsense) is None


def test_vendors_files_and_values():
    text = "Version: 7.9\nSignature number: 12800456\nUpdate time: x\nUpdate time GMT: 1795402800\n"
    assert bitdefender.parse_update(text) == ("12800456", "2026-11-23T03:00:00Z")
    assert symantec.parse_definfo("[DefDates]\r\nCurDefs=20261121.007\r\n") == "20261121.007"
    assert europe.parse_file_set("2026-11-23_04") == "2026-11-23T00:00:00Z"
    assert trellix.parse_servers("EPO01|10.1.2.3|443;EPO02|10.1.2.4|443") == "EPO01"
    assert trellix.parse_servers("") is None
    assert trendmicro.parse_pattern(1893501) == "18.935.01"


@given(st.text(max_size=200), JUNK)
def test_no_vendors_text_breaks_a_parser(text, junk):
    for parse in (bitdefender.parse_update, symantec.parse_definfo, europe.parse_file_set, trellix.parse_servers):
        parse(text)
    for parse in (
        values.parse_day,
        values.parse_kaspersky_moment,
        values.parse_dotted_day,
        values.parse_version_with_day,
        values.as_version,
        values.as_text,
        paths.program_of,
        trellix.parse_servers,
    ):
        parse(text)
        parse(junk)


@given(st.dictionaries(st.sampled_from(PROPERTIES), JUNK))
def test_a_registration_of_junk_claims_nothing(row):
    parsed = parse_row(row)
    assert (parsed.state.state, parsed.state.signatures_current) == (None, None)


SWITCHES = ("AMServiceEnabled", "AntivirusEnabled", "RealTimeProtectionEnabled", "OnAccessProtectionEnabled")


@given(
    st.dictionaries(st.sampled_from(SWITCHES), st.one_of(st.booleans(), JUNK)),
    st.one_of(st.none(), JUNK, st.sampled_from(["Normal", "Passive Mode", "EDR Block Mode", "Not running"])),
)
def test_defender_protects_only_with_every_switch_on_in_a_mode_that_protects(row, mode):
    item = Item("defender")
    claim_status(item, {**row, **({} if mode is None else {"AMRunningMode": mode})})
    found = item.finish()
    if found.get("realtime"):
        assert all(row[name] is True for name in SWITCHES[:3])
        assert row.get("OnAccessProtectionEnabled") is not False
        assert not isinstance(mode, str) or mode.strip("\0 \t\r\n").lower() in ("normal", "")


@given(st.lists(st.tuples(st.sampled_from(["running", "realtime", "managed"]), st.booleans(), st.text(max_size=3))))
def test_one_no_outweighs_any_number_of_yeses(claims):
    item = Item("x")
    for name, value, source in claims:
        item.claim(name, value, source or "s")
    found = item.finish()
    for name, value, _ in claims:
        assert value or found[name] is False


def test_of_two_moments_the_earlier_one_stays_with_its_own_kind_of_source():
    item = Item("x")
    item.claim_signatures("2026-11-23T00:00:00Z", "product", "a")
    item.claim_signatures("2026-11-20T00:00:00Z", "vendor", "b")
    item.claim_signatures("2026-11-22T00:00:00Z", "database", "c")
    found = item.finish()
    assert (found["signature_date"], found["signature_source"]) == ("2026-11-20T00:00:00Z", "vendor")
    assert found["sources"] == ["signature_date=a+b+c"]


def leaves(node, path=()):
    """Paths to every value of a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, (*path, name))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from leaves(value, (*path, number))
    else:
        yield path


def put(document, path, value):
    for part in path[:-1]:
        document = document[part]
    document[path[-1]] = value


DOCUMENTS = {
    name: {key: snapshot(name).get(key) or {} for key in ("registry", "wmi", "services", "files")} for name in SNAPSHOTS
}
OFF = (
    "av_defender_realtime_off",
    "av_defender_edr_block",
    "av_kes_expired",
    "av_kes_snoozed",
    "av_eset_server_disabled",
    "av_symantec_scan_off",
    "av_trellix_scan_off",
    "av_bitdefender_home_off",
    "av_none_server_with_agents",
    "av_sentinelone_server",
)
"""Nothing here protects in real time by any source, or nothing says so."""
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def attempt(host):
    """The facts, or None for a typed failure; anything else escapes and fails the test."""
    try:
        result = antivirus.collect(host, Settings())
    except CollectorError:
        return None
    check(result.facts, KINDS["antivirus"].facts, "antivirus")
    return result.facts


def mutated(data, names, most):
    name = data.draw(st.sampled_from(names))
    document = copy.deepcopy(DOCUMENTS[name])
    least = {"registry": 3, "services": 3, "wmi": 5}
    targets = [path for path in leaves(document) if len(path) >= least.get(path[0], 9)]
    for path in data.draw(st.lists(st.sampled_from(targets), min_size=1, max_size=most, unique=True)):
        put(document, path, data.draw(JUNK))
    return name, document


@FUZZ
@given(data=st.data())
def test_a_machine_full_of_junk_gives_typed_facts_or_a_typed_failure(data, windows_machine):
    _, document = mutated(data, SNAPSHOTS, 12)
    attempt(windows_machine(document))


@FUZZ
@given(data=st.data())
def test_junk_never_makes_a_machine_protected(data, windows_machine):
    _, document = mutated(data, OFF, 6)
    facts = attempt(windows_machine(document))
    for item in facts["products"] if facts else ():
        assert item.get("realtime") is not True, item


@FUZZ
@given(data=st.data())
def test_junk_never_makes_a_stopped_service_run(data, windows_machine):
    document = copy.deepcopy(DOCUMENTS[data.draw(st.sampled_from(SNAPSHOTS))])
    for service in document["services"].values():
        service["state"] = data.draw(JUNK)
    facts = attempt(windows_machine(document))
    for item in facts["products"] if facts else ():
        if item["id"] != "other-qhactivedefense":
            assert item.get("running") is not True, item


@FUZZ
@given(data=st.data(), fault=st.sampled_from(sorted(set(FAULTS) - {"security center too full"})))
def test_there_is_no_number_where_something_could_not_be_looked_at(data, fault, windows_machine):
    names = [name for name in SNAPSHOTS if "root\\SecurityCenter2" in DOCUMENTS[name]["wmi"]]
    document = copy.deepcopy(DOCUMENTS[data.draw(st.sampled_from(names))])
    FAULTS[fault](document)
    facts = attempt(windows_machine(document))
    assert facts is None or "product_count" not in facts
