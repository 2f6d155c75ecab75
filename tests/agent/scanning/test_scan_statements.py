"""From a run to observations, and through the spool to the collector and back."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from tests.agent.collectors.test_fact_catalogue import check
from tests.agent.scanner.conftest import NOON, make_scope
from tests.agent.scanning.conftest import audited, finding

from tuanthu_agent import jobs
from tuanthu_agent.collect import batches, content_key, spool_reports
from tuanthu_agent.scanning.statements import MOST_UNMANAGED, Night, observations
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_policy.devices.key import is_device_key
from tuanthu_policy.devices.verdict import Verdict
from tuanthu_policy.envelope import MAX_PAYLOAD_BYTES, Envelope, Held
from tuanthu_policy.loader import load_policy
from tuanthu_policy.observation import digest_matches

KINDS = load_policy().kinds


def device(number, *findings, **changes):
    mac = f"a4:14:37:00:{number // 256:02x}:{number % 256:02x}"
    address = f"127.20.{number // 200}.{number % 200 + 1}"
    moved = [msgspec.structs.replace(one, ip=address, mac=mac) for one in findings or (finding(),)]
    return audited(*moved, **{"address": address, "mac": mac, "device": mac, **changes})


def night(*devices, **changes):
    values = {
        "scope": make_scope(),
        "started_at": NOON,
        "finished_at": NOON + timedelta(minutes=5),
        "audited": devices,
        "gaps": (),
        "swept": True,
        "whole": True,
        "logins": 3,
        **changes,
    }
    return Night(**values)


def of_kind(seen, kind):
    return [one for one in seen if one.kind == kind]


def test_each_device_is_an_asset_of_its_own_and_the_run_is_of_this_machine():
    *devices, scan = observations(night(device(1), device(2)))
    assert [one.asset for one in devices] == ["mac:a4:14:37:00:00:01", "mac:a4:14:37:00:00:02"]
    assert scan.kind == "scan"
    assert scan.asset is msgspec.UNSET
    for one in (*devices, scan):
        assert digest_matches(one)
        check(one.facts, KINDS[one.kind].facts, one.kind)
    assert all(is_device_key(one.asset) for one in devices)


def test_the_facts_of_a_run():
    computer = {"class_": "computer", "names": ("MÁY-KẾ-TOÁN",)}
    mine = device(9, class_="computer", managed=True, managed_by="self", seen_by=("self",))
    run = night(device(1), device(2, **computer), device(3, **computer, managed=True, managed_by="mac"), mine)
    facts = observations(run)[-1].facts
    assert facts == {
        "scope": make_scope().id,
        "authorisation": "Quyết định 123/QĐ-SYT ngày 20/11/2026",
        "started_at": "2026-11-24T05:00:00Z",
        "finished_at": "2026-11-24T05:05:00Z",
        "whole": True,
        "hosts": 4,
        "devices": 3,
        "logins_sent": 3,
        "unmanaged_computers": 1,
        "unmanaged": [
            {
                "address": "127.20.0.3",
                "mac": "a4:14:37:00:00:02",
                "device_class": "computer",
                "names": ["MÁY-KẾ-TOÁN"],
            }
        ],
        "gaps": [],
    }


def test_the_machine_that_scans_is_no_device_and_an_enrolled_one_says_so():
    run = night(device(1, managed=True, managed_by="mac"), device(9, managed=True, seen_by=("self",)))
    (only,) = of_kind(observations(run), "device")
    assert only.facts["managed"] is True


def test_a_run_that_was_cut_short_says_so_and_gives_no_count_of_what_is_unmanaged():
    seen = observations(night(device(1), swept=False, whole=False, gaps=["scope-closed: outside-window"]))
    assert {one.status.value for one in seen} == {"partial"}
    assert all(str(one.reason).startswith("scan-cut-short: ") for one in seen)
    assert "unmanaged_computers" not in seen[-1].facts
    assert "logins" not in seen[0].facts


def test_devices_that_were_audited_count_although_not_all_were():
    seen = observations(night(device(1), whole=False, gaps=["not-audited: 4"]))
    assert [one.status.value for one in seen] == ["ok", "partial"]


def test_behind_a_repeater_each_address_is_a_device_of_its_own():
    one, two = device(1), device(2)
    shared = "02:00:00:00:00:07"
    both = [replace(each, host=replace(each.host, mac=shared, device=shared)) for each in (one, two)]
    keys = [seen.asset for seen in of_kind(observations(night(*both)), "device")]
    assert keys == ["ip:127.20.0.2", "ip:127.20.0.3"]


def test_a_hardware_address_that_a_host_only_claims_makes_no_key():
    claimed = device(1, device="127.20.0.2")
    assert of_kind(observations(night(claimed)), "device")[0].asset == "ip:127.20.0.2"


def test_more_unmanaged_computers_than_can_be_listed_are_counted():
    crowd = [device(number, class_="computer") for number in range(MOST_UNMANAGED + 5)]
    facts = observations(night(*crowd))[-1].facts
    assert facts["unmanaged_computers"] == MOST_UNMANAGED + 5
    assert len(facts["unmanaged"]) == MOST_UNMANAGED
    assert facts["gaps"] == [f"too-many: {MOST_UNMANAGED + 5} unmanaged"]


class Signer:
    def sign(self, payload, typ):
        return f"header.{typ}.signature"


def envelopes(spool):
    return [msgspec.json.decode(one.payload, type=Envelope) for one in spool.pending(-1)]


def test_an_unchanged_device_is_only_said_to_hold_and_a_changed_one_is_said_in_full():
    spool = MemorySpool()
    spool_reports(spool, Signer(), "agent", observations(night(device(1), device(2))))
    spool.acknowledge(1)
    changed = device(2, finding(verdict=Verdict.DEFAULT_REJECTED))
    spool_reports(
        spool, Signer(), "agent", observations(night(device(1), changed, finished_at=NOON + timedelta(days=1)))
    )
    (report,) = envelopes(spool)
    assert [(one.kind, one.asset) for one in report.held] == [("device", "mac:a4:14:37:00:00:01")]
    assert [content_key(one) for one in report.observations] == ["device mac:a4:14:37:00:00:02", "scan"]


def test_two_devices_that_say_the_same_are_not_taken_for_each_other():
    spool = MemorySpool()
    same = {"kind": "device", "digest": "d", "at": NOON}
    assert content_key(Held(**same, asset="mac:1")) != content_key(Held(**same, asset="mac:2"))
    assert content_key(Held(kind="host", digest="d", at=NOON)) == "host"
    assert spool.contents() == {}


def test_many_devices_make_several_reports_each_below_the_bound():
    many = observations(night(*(device(number, *(finding(port) for port in range(1, 30))) for number in range(2000))))
    spool = MemorySpool(256 << 20)
    numbers = spool_reports(spool, Signer(), "agent", many)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 5
    assert all(len(one.payload) < MAX_PAYLOAD_BYTES for one in spool.pending(-1))
    assert [one for report in envelopes(spool) for one in report.observations] == many


def test_batches_keep_everything_in_order():
    seen = observations(night(*(device(number) for number in range(50))))
    for most in (1, 2000, 10**9):
        assert [one for batch in batches(seen, most) for one in batch] == seen


def test_what_the_collector_does_not_know_is_said_in_full_again(enrolled, collector):
    spool = jobs.open_configured(enrolled)
    with closing(spool):
        identity, signer = jobs.adopt(enrolled, spool)
        stated = observations(night(device(1), device(2)))
        spool_reports(spool, signer, identity.agent, stated)
        assert jobs.deliver(enrolled, spool).delivered == 1
        assert set(spool.contents()) == {"device mac:a4:14:37:00:00:01", "device mac:a4:14:37:00:00:02", "scan"}
        collector.resend = [stated[0].digest]
        spool_reports(spool, signer, identity.agent, stated)
        jobs.deliver(enrolled, spool)
        spool_reports(spool, signer, identity.agent, stated)
        jobs.deliver(enrolled, spool)
    second, third = (json.loads(collector.reports[number]) for number in (2, 3))
    assert len(second["held"]) == 3
    assert [one["asset"] for one in third["observations"]] == ["mac:a4:14:37:00:00:01"]
    assert {one.get("asset") for one in third["held"]} == {"mac:a4:14:37:00:00:02", None}


@pytest.mark.parametrize("kind", ["device", "scan"])
def test_the_same_night_twice_gives_the_same_bytes(kind):
    former, later = (of_kind(observations(night(device(1), device(2))), kind) for _ in range(2))
    assert [one.digest for one in former] == [one.digest for one in later]
