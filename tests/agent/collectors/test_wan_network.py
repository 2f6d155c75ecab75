"""Kind `wan` against gateways that speak real SSDP, SOAP and SNMP, in namespaces that lead nowhere else."""

import os
import shutil
import time

import pytest
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.assets.netlab import GATEWAY, NEEDS_ROOT, Lab, ip

pytestmark = NEEDS_ROOT
PROBE = """
import json, sys
from tuanthu_agent.collectors import wan
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.host import Host
result = wan.collect(Host(), Settings(data_dir=sys.argv[1], snmp_community=sys.argv[2]))
print(json.dumps({"status": result.status.value, "reason": result.reason, "method": result.method, "facts": result.facts}))
"""
SNMPD = shutil.which("snmpd", path=f"{os.environ['PATH']}:/usr/sbin")
MINIUPNPD = shutil.which("miniupnpd", path=f"{os.environ['PATH']}:/usr/sbin")
LINK = {
    "NewLayer1UpstreamMaxBitRate": "1000000000",
    "NewLayer1DownstreamMaxBitRate": "1000000000",
    "NewPhysicalLinkStatus": "Up",
}


@pytest.fixture
def lab():
    lab = Lab()
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def look(lab, tmp_path):
    (tmp_path / "line-plan").write_text("collector 203.0.113.20 8443\n")
    return lambda community="": lab.python(PROBE, tmp_path, community)


def igd(access, address="203.0.113.1", **more):
    values = {
        "GetCommonLinkProperties": {"NewWANAccessType": access, **LINK},
        "GetExternalIPAddress": {"NewExternalIPAddress": address},
    }
    return {"kind": "igd", "address": GATEWAY, "values": values, **more}


def page(**more):
    return {"kind": "http", "address": GATEWAY, "port": 80, **more}


def told(result):
    return {(one["source"], one["key"], one["value"], one["points_to"]) for one in result["facts"]["evidence"]}


def test_an_optical_terminal_that_says_so_twice_is_confirmed(lab, look):
    lab.serve(
        lab.gateway, igd("GPON", "100.64.7.7", manufacturer="ZTE", model="F670L"), page(body="<title>F670L</title>")
    )
    result = look()
    facts = result["facts"]
    assert (facts["access_grade"], facts["fibre"]) == ("confirmed", True)
    assert (facts["gateway_vendor"], facts["gateway_model"]) == ("ZTE", "F670L")
    assert (facts["external_address_kind"], facts["link_up"]) == ("cgnat", True)
    assert told(result) >= {
        ("upnp", "WANAccessType", "GPON", "fibre"), ("model", "catalogue", "ZTE F670L", "fibre"),
        ("upnp", "Layer1DownstreamMaxBitRate", "1000000000", "none"), ("address", "external", "cgnat", "none"),
        ("web", "title", "F670L", "none"),
    }  # fmt: skip
    check(facts, KINDS["wan"].facts, "wan")
    assert result == look(), "looking twice gives the same"


def test_the_first_hop_behind_the_gateway_is_timed(lab, look):
    """The Internet's own host is two hops away; one more router makes it a hop that lets datagrams die."""
    ip("-n", lab.internet, "address", "del", "203.0.113.20/24", "dev", "net0")
    lab.run(lab.internet, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    lab.run(lab.internet, "ip", "route", "add", "203.0.113.20/32", "via", "203.0.113.1")
    lab.run(lab.gateway, "ip", "route", "add", "203.0.113.20/32", "via", "203.0.113.10")
    facts = look()["facts"]
    assert facts["first_hop_ms"] <= 20
    assert ("latency", "first-hop-ms", str(facts["first_hop_ms"]), "none") in told({"facts": facts})


def test_a_collector_that_is_itself_the_second_hop_times_nothing(look):
    result = look()
    assert "first_hop_ms" not in result["facts"]
    assert "first-hop-unknown" in result["reason"]


def test_a_dsl_modem_is_not_fibre_only_with_two_sources(lab, look):
    process = lab.serve(lab.gateway, igd("DSL"))
    assert look()["facts"]["access_grade"] == "unknown", "software says DSL whatever the line is"
    lab.end(process)
    lab.serve(lab.gateway, igd("DSL"), page(status=401, fields={"WWW-Authenticate": 'Basic realm="TD-W8961N"'}))
    facts = look()["facts"]
    assert (facts["access_grade"], facts["fibre"]) == ("not-fibre", False)


def test_a_router_behind_a_terminal_is_unknown(lab, look):
    lab.serve(
        lab.gateway,
        igd("Ethernet", "192.168.1.4", manufacturer="MikroTik", model="hAP"),
        page(body="<title>RouterOS</title>"),
    )
    result = look()
    assert result["facts"]["access_grade"] == "unknown"
    assert "fibre" not in result["facts"]
    assert "access-undecided" in result["reason"]
    assert result["facts"]["external_address_kind"] == "private"


def test_contradicting_evidence_is_unknown(lab, look):
    lab.serve(lab.gateway, igd("DSL", manufacturer="ZTE", model="F670L"))
    assert look()["facts"]["access_grade"] == "unknown"


def test_a_gateway_that_says_nothing_is_unknown_with_gaps(look):
    result = look("tram-y-te")
    assert result["facts"]["access_grade"] == "unknown"
    assert result["facts"]["evidence"] == []
    for gap in ("upnp-silent", "web-no-answer", "snmp-silent", "access-undecided"):
        assert gap in result["reason"]


@pytest.mark.parametrize("place", ["http://203.0.113.10:5000/root.xml", "http://198.51.100.99:5000/root.xml"])
def test_a_gateway_that_points_elsewhere_is_not_followed(lab, look, place):
    lab.serve(lab.internet, igd("GPON", address="203.0.113.10") | {"address": "203.0.113.10"})
    lab.serve(lab.gateway, igd("GPON", lies_at=place))
    result = look()
    assert "upnp-silent" in result["reason"]
    assert result["facts"]["access_grade"] == "unknown"


def test_another_machine_that_answers_the_search_is_not_believed(lab, look):
    """A second host on the LAN claims to be the gateway; only the default gateway's own answers count."""
    ip("-n", lab.gateway, "address", "add", "198.51.100.50/24", "dev", "lan0")
    lab.serve(lab.gateway, igd("GPON", lies_at="http://198.51.100.50:5000/root.xml") | {"address": "198.51.100.50"})
    assert "GPON" not in str(look()["facts"]["evidence"])


@pytest.mark.parametrize(
    "description",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><root>&x;</root>',
        "<root>" * 5000,
        "<html>login</html>",
        "x" * 100_000,
    ],
)
def test_a_hostile_description_is_a_gap(lab, look, description):
    lab.serve(lab.gateway, igd("GPON", description=description))
    result = look()
    assert "upnp-" in result["reason"]
    assert result["facts"]["access_grade"] == "unknown"


@pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed")
@pytest.mark.parametrize(("kind", "grade"), [(250, "confirmed"), (94, "not-fibre"), (6, "unknown")])
def test_a_real_snmp_agent_tells_the_type_of_its_line(lab, look, tmp_path, kind, grade):
    (tmp_path / "snmpd.conf").write_text(
        f"com2sec readers default tram-y-te\ngroup readers v2c readers\nview all included .1\n"
        f'access readers "" any noauth exact all none none\nagentaddress udp:{GATEWAY}:161\n'
        f"override 1.3.6.1.2.1.2.2.1.3.1 integer {kind}\n"
    )
    lab.spawn(lab.gateway, "env", "MIBS=", f"SNMP_PERSISTENT_DIR={tmp_path}/p", SNMPD, "-f", "-Lf", "/dev/null", "-C", "-c", tmp_path / "snmpd.conf", ready="")  # fmt: skip
    deadline = time.monotonic() + 10
    result = look("tram-y-te")
    while "snmp-silent" in result["reason"] and time.monotonic() < deadline:
        result = look("tram-y-te")
    assert result["facts"]["access_grade"] == grade
    assert "snmp" in result["method"]
    assert "snmp-silent" in look("mot-chuoi-khac")["reason"], "another community is not answered"
    assert "snmp" not in look("")["method"], "without a community of the unit's own nothing is asked"


@pytest.mark.skipif(MINIUPNPD is None, reason="miniupnpd is not installed")
def test_real_gateway_software_with_its_fixed_access_type_decides_nothing(lab, look, tmp_path):
    """miniupnpd says `Cable` or `DSL` whatever the line is: alone it must never make a line `not-fibre`."""
    (tmp_path / "upnpd.conf").write_text(
        f"ext_ifname=wan0\nlistening_ip=lan0\nport=5000\next_ip=8.8.4.4\nenable_upnp=yes\nuuid=00000000-0000-4000-8000-000000000001\n"
        f"lease_file={tmp_path}/leases\nmodel_number=1\nfriendly_name=may chu\n"
    )
    lab.spawn(lab.gateway, MINIUPNPD, "-d", "-f", tmp_path / "upnpd.conf", "-P", tmp_path / "pid", ready="")
    deadline = time.monotonic() + 15
    result = look()
    while "upnp-" in result["reason"] and time.monotonic() < deadline:
        result = look()
    facts = result["facts"]
    (access,) = [one for one in facts["evidence"] if one["key"] == "WANAccessType"]
    assert access["value"] in ("Cable", "DSL", "Ethernet")
    assert facts["access_grade"] == "unknown"
