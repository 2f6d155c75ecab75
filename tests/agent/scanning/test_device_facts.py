"""What is stated of a device, and what is left unsaid."""

import dataclasses

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agent.collectors.test_fact_catalogue import check
from tests.agent.scanning.conftest import MAC, audited, finding

from tuanthu_agent.scanning.facts import device_facts
from tuanthu_policy.devices.exposure import EXPOSURES
from tuanthu_policy.devices.labels import standing
from tuanthu_policy.devices.verdict import Verdict
from tuanthu_policy.loader import load_policy

KINDS = load_policy().kinds
REJECTED = Verdict.DEFAULT_REJECTED


def facts(*findings, read=(), whole=True, **changes):
    found = device_facts(audited(*findings, read=read, **changes), whole=whole)
    check(found, KINDS["device"].facts, "device")
    return found


def test_a_camera_on_its_default():
    found = facts(
        finding(
            80, verdict=Verdict.DEFAULT_CONFIRMED, account="admin", tested=1, documented=2, attempts=2,
            accounts=["root", "admin"],
            exposures=["http-without-tls"],
        ),
        finding(554, "rtsp", REJECTED, tested=2, documented=2, attempts=1),
        read=[(80, "http"), (554, "rtsp")],
    )  # fmt: skip
    assert found["services"][0] == {
        "port": 80, "transport": "tcp", "protocol": "http", "tls": False, "verdict": "default-confirmed",
        "standing": "fail", "account": "admin", "tested": 1, "documented": 2, "attempts": 2,
        "accounts": ["admin", "root"], "exposures": ["http-without-tls"],
    }  # fmt: skip
    expected = {
        "address": "127.20.0.5", "mac": MAC, "vendor": "Hikvision", "family": "hikvision-isapi", "model": "DS-2CD",
        "device_class": "camera", "confidence": 90, "managed": False, "logins": 2, "logins_failing": 1,
        "logins_unsettled": 0, "logins_passing": 1, "exposure_count": 1, "default_login": True, "uninitialised": False,
        "open_access": False, "telnet_open": False, "web_management": True, "plain_http_only": True,
        "snmp_answering": False, "obsolete_crypto": False, "encrypted_services": 0, "upnp_igd": False,
    }  # fmt: skip
    assert {name: value for name, value in found.items() if name != "services"} == expected


def test_of_a_run_that_was_cut_short_only_what_was_seen_is_said():
    found = facts(finding(80, verdict=REJECTED), read=[(80, "http")], whole=False)
    absent = (
        "logins",
        "logins_passing",
        "logins_failing",
        "telnet_open",
        "plain_http_only",
        "snmp_answering",
        "default_login",
    )
    assert not found.keys() & {*absent, "obsolete_crypto", "open_access", "uninitialised", "encrypted_services"}
    worse = facts(finding(23, "telnet", Verdict.NO_AUTH, exposures=["telnet-open"]), whole=False)
    assert (worse["telnet_open"], worse["logins_failing"], worse["open_access"]) == (True, 1, True)


def test_cryptography_that_could_not_be_read_is_not_called_sound():
    https = finding(443, tls=True)
    assert "obsolete_crypto" not in facts(https)
    assert facts(https, read=[(443, "tls")])["obsolete_crypto"] is False
    assert facts(finding(443, tls=True, exposures=["obsolete-tls"]))["obsolete_crypto"] is True
    both = facts(https, finding(22, "ssh"), read=[(443, "tls")])
    assert "obsolete_crypto" not in both
    assert both["encrypted_services"] == 1


def test_a_page_over_https_too_is_not_plain_only():
    assert facts(finding(80), finding(443, tls=True))["plain_http_only"] is False
    assert facts(finding(22, "ssh"))["plain_http_only"] is False
    assert facts(finding(22, "ssh"))["web_management"] is False


@pytest.mark.parametrize("protocol", ["mqtt", "rtsp", "onvif"])
def test_what_did_not_answer_is_not_called_closed_to_anybody(protocol):
    one = finding(1883, protocol)
    assert "open_access" not in facts(one)
    assert facts(one, read=[(1883, protocol)])["open_access"] is False
    assert facts(finding(1883, protocol, Verdict.NO_AUTH))["open_access"] is True


def test_the_greeting_of_an_ftp_server_says_nothing_of_anonymous_access():
    assert "open_access" not in facts(finding(21, "ftp", Verdict.INCONCLUSIVE), read=[(21, "ftp")])
    assert facts(finding(21, "ftp", REJECTED), read=[(21, "ftp")])["open_access"] is False
    assert facts(finding(21, "ftp", exposures=["ftp-anonymous"]))["open_access"] is True


def test_a_upnp_description_that_could_not_be_read_settles_nothing():
    one = finding(1900, "upnp", transport="udp")
    assert "upnp_igd" not in facts(one)
    assert "upnp_igd" not in facts(whole=False)
    assert facts(one, read=[(1900, "upnp")])["upnp_igd"] is False
    assert facts(finding(1900, "upnp", transport="udp", exposures=["upnp-igd"]), whole=False)["upnp_igd"] is True


def test_the_worst_of_several_snmp_services_counts():
    agents = [finding(161, "snmp", REJECTED, transport="udp"), finding(1161, "snmp", transport="udp")]
    assert facts(agents[0])["snmp_default_community"] is False
    assert "snmp_default_community" not in facts(*agents)
    assert facts(*agents)["snmp_answering"] is True
    worst = facts(*agents, finding(2161, "snmp", Verdict.DEFAULT_CONFIRMED))
    assert worst["snmp_default_community"] is True


def test_one_unsettled_login_leaves_open_what_the_others_settle_and_hides_no_failure():
    unclear = facts(finding(80, verdict=REJECTED), finding(22, "ssh", Verdict.INCONCLUSIVE))
    assert not unclear.keys() & {"default_login", "uninitialised", "open_access"}
    worse = facts(finding(80, verdict=Verdict.UNINITIALISED), finding(22, "ssh", Verdict.LOCKED))
    assert (worse["default_login"], worse["uninitialised"]) == (True, True)
    assert "open_access" not in worse
    assert "default_login" not in facts(finding(9100, "printer"))


def test_a_reason_keeps_its_code_and_loses_what_passes():
    one = finding(80, verdict=Verdict.LOCKED, reason="stopped: no attempts for another 3.2 hours")
    assert facts(one)["services"][0]["reason"] == "stopped"


def test_a_live_host_without_services_has_no_logins():
    found = facts()
    assert (found["services"], found["logins"], found["telnet_open"]) == ([], 0, False)


SERVICES = st.lists(
    st.builds(
        lambda port, protocol, verdict, tls, codes: finding(port, protocol, verdict, tls=tls, exposures=codes),
        st.integers(1, 65535),
        st.sampled_from(["http", "ssh", "telnet", "ftp", "snmp", "rtsp", "onvif", "mqtt", "routeros", "unknown"]),
        st.sampled_from([None, *Verdict]),
        st.booleans(),
        st.lists(st.sampled_from(sorted(EXPOSURES)), max_size=4, unique=True),
    ),
    max_size=12,
    unique_by=lambda one: one.port,
)


@given(found=SERVICES, whole=st.booleans(), data=st.data())
def test_whatever_was_found_it_fits_the_catalogue_and_the_order_of_finding_changes_nothing(found, whole, data):
    said = facts(*found, whole=whole)
    shuffled = data.draw(st.permutations(found))
    again = facts(*shuffled, whole=whole)
    assert msgspec.json.encode(again) == msgspec.json.encode(said)
    standings = [standing(one.verdict) for one in found]
    assert said.get("logins_failing", 0) == standings.count("fail")
    assert said.get("logins_unsettled", 0) == standings.count("unknown")
    if whole:
        assert said["logins"] == said["logins_failing"] + said["logins_unsettled"] + said["logins_passing"]


def test_no_password_can_be_said():
    names = {field.name for field in dataclasses.fields(audited())} | set(msgspec.structs.asdict(finding()))
    assert not any("password" in name for name in names)
