"""Kind `wan` as a whole, without a packet: what lies in the data folder, whatever lies there, and what is not asked."""

import socket
import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.assets.windows_snapshot import load_snapshot

from tuanthu_agent.collectors import wan
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import attempt
from tuanthu_agent.linewatch import journal

ROUTES = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "agent"
    folder.mkdir()
    return folder


def passive(folder):
    return Settings(lan_probes="passive", data_dir=str(folder))


def test_passive_probes_send_nothing_but_what_was_kept_is_told(machine, folder, monkeypatch):
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("a socket was opened"))
    now = int(time.time())
    for at in (now - 700, now - 400, now - 100):
        journal.record(str(folder), at, "up", 720)
    (folder / "line-transfer").write_text(f"at {now - 3600}\ndownload 54000000\nupload 21000000\n")
    result = wan.collect(machine(), passive(folder))
    assert result.status.value == "partial"
    assert (
        result.reason
        == "line-watched-too-short: interruption_count, longest_interruption_seconds; probes-passive; access-undecided: fibre"
    )
    facts = result.facts
    assert (facts["line_state"], facts["interruptions"], facts["watched_hours"]) == ("up", [], 0)
    assert (facts["download_mbps"], facts["upload_mbps"]) == (50, 20)
    minute = datetime.fromtimestamp(now - 3600, UTC).replace(second=0)
    assert facts["transfer_at"] == minute.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert facts["access_grade"] == "unknown"
    assert "evidence" not in facts, "nobody looked, so no list, not even an empty one"
    check(facts, KINDS["wan"].facts, "wan")


@pytest.mark.parametrize("age", [8 * 86400, -2 * 86400], ids=["long-ago", "to-come"])
def test_a_transfer_of_long_ago_or_of_the_future_gives_neither_its_moment_nor_its_rates(machine, folder, age):
    (folder / "line-transfer").write_text(f"at {int(time.time()) - age}\ndownload 54000000\nupload 21000000\n")
    result = wan.collect(machine(), passive(folder))
    assert not {"transfer_at", "download_mbps", "upload_mbps"} & result.facts.keys()
    assert "transfer-old" in result.reason


def test_a_transfer_of_which_one_direction_failed_keeps_the_moment_of_the_other(machine, folder):
    (folder / "line-transfer").write_text(f"at {int(time.time()) - 60}\nupload 21000000\n")
    result = wan.collect(machine(), passive(folder))
    assert result.facts["upload_mbps"] == 20
    assert "transfer_at" in result.facts
    assert "download_mbps" not in result.facts
    assert "transfer-incomplete: download" in result.reason


def test_without_a_default_route_there_is_a_gap_and_no_list_of_evidence(machine, folder):
    result = wan.collect(machine({"/proc/net/route": ROUTES}), Settings(data_dir=str(folder)))
    assert "no-default-route" in result.reason
    assert result.facts == {"access_grade": "unknown"}


def test_on_windows_it_is_the_same(windows_machine, folder):
    document = load_snapshot("network_windows7")
    document["wmi"]["root\\cimv2"]["Win32_IP4RouteTable"] = []
    for row in document["wmi"]["root\\cimv2"]["Win32_NetworkAdapterConfiguration"]:
        row.pop("DefaultIPGateway", None)
    result = wan.collect(windows_machine(document), Settings(data_dir=str(folder)))
    assert "no-default-route" in result.reason
    assert result.facts == {"access_grade": "unknown"}


def test_routes_that_cannot_be_read_are_not_called_none(machine, folder):
    result = wan.collect(machine(), Settings(data_dir=str(folder)))
    assert "no-default-route" not in result.reason
    assert result.facts == {"access_grade": "unknown"}


def test_an_ipv6_gateway_is_a_gap(machine, folder):
    routes6 = (
        "0" * 32
        + " 00 "
        + "0" * 32
        + " 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
    )
    files = {"/proc/net/route": ROUTES, "/proc/net/ipv6_route": routes6}
    assert "gateway-ipv6-only" in wan.collect(machine(files), Settings(data_dir=str(folder))).reason


def test_a_folder_that_may_not_be_read_is_a_gap(machine, folder):
    (folder / "line-journal").mkdir()
    (folder / "line-transfer").mkdir()
    result = wan.collect(machine(), passive(folder))
    assert "unreadable: line-journal" in result.reason
    assert "transfer-none" in result.reason


def test_interruptions_fit_the_catalogue_and_the_wire(machine, folder):
    now = int(time.time())
    for number in range(700):
        state = journal.STATES[number % 4]
        journal.record(str(folder), now - 300 * (700 - number), state, 720)
    result = attempt(REGISTRY["wan"], machine(), passive(folder))
    check(result.facts, KINDS["wan"].facts, "wan")
    assert len(result.facts["interruptions"]) == 300
    assert len(str(result.facts)) < 64 * 1024


JUNK = st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(JUNK, JUNK, JUNK, JUNK)
def test_whatever_lies_in_the_data_folder_gives_typed_facts_or_gaps(machine, folder, line, seen, kept, plan):
    for name, data in (("line-journal", line), ("line-seen", seen), ("line-transfer", kept), ("line-plan", plan)):
        (folder / name).write_bytes(data)
    result = attempt(REGISTRY["wan"], machine(), passive(folder))
    assert result.status.value == "partial", result
    assert "broken" not in result.reason
    assert result.facts.get("fibre") is None
    check(result.facts, KINDS["wan"].facts, "wan")
