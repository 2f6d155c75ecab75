"""Discovery as it runs, against devices in network namespaces that lead nowhere else."""

import ipaddress
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.assets.stationlab import NETWORK, PORTS, SCANNER, Device, StationLab, forty, mac_of

RUN = Path(__file__).parents[3] / "assets/discovery_run.py"
pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make network namespaces"),
]
CAMERA, PRINTER, PC, ROUTER, PHONE = (f"10.77.0.{number}" for number in (10, 20, 30, 40, 50))
CAST = [
    Device(CAMERA, {80: "http", 554: "rtsp", 8000: "mute"}, udp={3702: "onvif", 1900: "ssdp"}),
    Device(PRINTER, {9100: "flood", 80: "http"}, udp={5353: "mdns"}, mac="00:80:77:00:00:20"),
    Device(PC, {445: "mute"}, drops=True, udp={137: "netbios"}, mac="00:1b:21:00:00:30"),
    Device(ROUTER, {22: "telnet", 23: "ssh", 443: "https", 8000: "tls", 8080: "drip"}, mac="00:0c:42:00:00:40"),
    Device(PHONE, drops=True, mac="da:a1:19:00:00:50", pings=False),
]


def make(devices, **how):
    lab = StationLab()
    try:
        lab.start(devices, **how)
    except BaseException:
        lab.stop()
        raise
    return lab


def run(lab, **asked):
    return json.loads(
        lab.run(lab.scanner, sys.executable, RUN, json.dumps({"networks": [NETWORK], "own": SCANNER, **asked}))
    )


def opened(found):
    return {(service["address"], service["port"]) for host in found["hosts"] for service in host["services"]}


def truth(devices):
    return {(one.address, port) for one in devices for port in one.ports}


def nmap(lab, addresses, *options):
    listing = lab.run(
        lab.scanner, "nmap", "-sT", "-n", *options, "-p", ",".join(map(str, PORTS)), "-oG", "-", *addresses
    )
    rows = [line for line in listing.splitlines() if "Ports:" in line]
    return {(row.split()[1], int(port)) for row in rows for port in re.findall(r"(\d+)/open", row)}


@pytest.fixture(scope="module")
def station():
    lab = make(forty())
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def cast():
    """A run with all that discovery does, over five devices with a part to play."""
    lab = make(CAST)
    try:
        found = run(lab, look=True, enrolled=[[["00:1b:21:00:00:30"], [], []], [["02:00:00:00:00:01"], [CAMERA], []]])
        yield {host["address"]: host for host in found["hosts"]}, found
    finally:
        lab.stop()


@pytest.mark.skipif(shutil.which("nmap") is None, reason="needs nmap to compare with")
def test_it_finds_the_very_ports_that_nmap_finds(station):
    found = run(station, ports=PORTS)
    live = [host["address"] for host in found["hosts"] if host["address"] != SCANNER]
    assert live == [one.address for one in forty()]
    assert opened(found) == nmap(station, live, "--unprivileged", "-Pn") == truth(forty())
    assert (found["gaps"], found["whole"]) == ([], True)


def test_what_is_excluded_or_outside_is_never_contacted():
    lab = make(forty())
    try:
        networks, exclude = ["10.77.0.0/27", "10.77.0.128/28"], ["10.77.0.8/29", "10.77.0.130/32"]
        found = run(lab, networks=networks, exclude=exclude, ports=PORTS, look=True, nmap=True)
        allowed = [ipaddress.ip_network(one) for one in networks]
        barred = [ipaddress.ip_network(one) for one in exclude]
        contacted = [ipaddress.ip_address(one) for one in lab.contacted()]
        assert len(contacted) > 30
        assert [one for one in contacted if not any(one in net for net in allowed)] == []
        assert [one for one in contacted if any(one in net for net in barred)] == []
        assert found["whole"]
        assert opened(found) == {
            (address, port)
            for address, port in truth(forty())
            if (place := ipaddress.ip_address(address))
            and any(place in net for net in allowed)
            and not any(place in net for net in barred)
        }
    finally:
        lab.stop()


def test_lost_packets_lose_no_ports():
    devices = [one for one in forty() if not one.drops]
    lab = make(devices)
    try:
        lab.lose(4)
        found = run(lab, networks=["10.77.0.0/25"], ports=PORTS)
        near = ipaddress.ip_network("10.77.0.0/25")
        assert opened(found) == {one for one in truth(devices) if ipaddress.ip_address(one[0]) in near}
    finally:
        lab.stop()


def test_a_window_that_closes_ends_the_run_and_the_result_says_so(station):
    cut = run(station, networks=["10.77.0.0/26"], ports=PORTS, close_at="sweep")
    assert cut["whole"] is False
    assert any(gap.startswith("scope-closed: outside-window") for gap in cut["gaps"])
    assert len(opened(cut)) < len(truth(forty())) / 4


def test_behind_a_router_hosts_are_found_by_echo_and_connection():
    devices = [
        Device("10.77.0.10", {80: "mute"}),
        Device("10.77.0.12", {37777: "mute"}, drops=True, pings=False),
        Device("10.77.0.13", drops=True),
        Device("10.77.0.14", drops=True, pings=False),
    ]
    lab = make(devices, routed=True)
    try:
        found = run(lab, networks=["10.77.0.8/29"], ports=(22, 80, 8080, 37777), own=None)
        assert {host["address"]: host["seen_by"] for host in found["hosts"]} == {
            "10.77.0.10": ["ping", "tcp"],
            "10.77.0.12": ["tcp"],
            "10.77.0.13": ["ping"],
        }
        assert opened(found) == truth(devices)
        assert all(host["mac"] is None for host in found["hosts"])
    finally:
        lab.stop()


def test_an_old_entry_of_the_neighbour_table_counts_only_if_its_host_still_answers_arp():
    silent, gone = "10.77.0.11", "10.77.0.9"
    lab = make([Device("10.77.0.10", {80: "mute"}), Device(silent, drops=True, pings=False)])
    try:
        # Here the kernel checks an old entry one second after its use, not five.
        lab.run(lab.scanner, "sysctl", "-qw", "net.ipv4.neigh.eth0.delay_first_probe_time=1")
        for address in (silent, gone):
            card = ("lladdr", mac_of(address), "dev", "eth0", "nud", "stale")
            lab.run(lab.scanner, "ip", "neigh", "add", address, *card)
        found = run(lab, networks=["10.77.0.8/29"], ports=(80,), confirm=3.5)
        assert [host["address"] for host in found["hosts"]] == ["10.77.0.10", silent]
    finally:
        lab.stop()


def test_each_device_is_classed_by_what_it_shows(cast):
    hosts, found = cast
    assert {address: host["class_"] for address, host in hosts.items()} == {
        SCANNER: "computer", CAMERA: "camera", PRINTER: "printer", PC: "computer", ROUTER: "router", PHONE: "phone",
    }  # fmt: skip
    assert found["gaps"] == []
    assert found["whole"]


def test_services_are_told_by_their_first_bytes_wherever_they_listen(cast):
    hosts, _ = cast
    shown = {s["port"]: (s["protocol"], s["tls"]) for s in hosts[ROUTER]["services"]}
    assert shown == {
        22: ("telnet", False),
        23: ("ssh", False),
        443: ("http", True),
        8000: ("http", True),
        8080: ("http", False),
    }
    assert hosts[ROUTER]["evidence"]["ssh.banner"] == "SSH-2.0-dropbear_2019.78"
    assert hosts[ROUTER]["evidence"]["telnet.banner"] == "login:"
    assert {s["port"]: s["protocol"] for s in hosts[CAMERA]["services"]} == {80: "http", 554: "rtsp", 8000: "unknown"}


def test_announcements_become_evidence_and_only_own_places_are_kept(cast):
    hosts, _ = cast
    camera, printer, pc = hosts[CAMERA], hosts[PRINTER], hosts[PC]
    assert camera["evidence"]["onvif.model"] == "DS-2CD2043"
    assert camera["places"] == [f"http://{CAMERA}/onvif/device_service", f"http://{CAMERA}:49152/desc.xml"]
    assert printer["evidence"]["mdns.services"] == "_ipp._tcp _printer._tcp"
    assert printer["evidence"]["mdns.name"] == "may-in"
    assert pc["names"] == ["MAY-TIEP-DON"]


def test_enrolled_machines_are_managed_and_an_address_of_another_card_is_not(cast):
    hosts, _ = cast
    assert {address: host["managed_by"] for address, host in hosts.items() if host["managed"]} == {
        SCANNER: "self",
        PC: "mac",
    }


def test_it_works_through_the_scanners_own_door():
    lab = make(CAST)
    try:
        found = run(lab, ports=PORTS, look=True, scoped=True)
        assert opened(found) == {one for one in truth(CAST) if one[1] in PORTS}
        camera = next(host for host in found["hosts"] if host["address"] == CAMERA)
        assert camera["evidence"]["onvif.model"] == "DS-2CD2043"
        assert found["gaps"] == []
    finally:
        lab.stop()


def test_thousands_of_hostile_answers_do_not_fill_memory():
    lab = make([Device(CAMERA, {80: "flood"}, udp={1900: "hostile", 3702: "hostile", 5353: "hostile", 137: "hostile"})])
    try:
        found = run(lab, networks=[f"{CAMERA}/32"], ports=(80,), look=True)
        (host,) = found["hosts"]
        assert len(json.dumps(host)) < 5000
        assert found["rss_mib"] < 80, "a bare run takes about 40"
    finally:
        lab.stop()


@pytest.mark.skipif(shutil.which("nmap") is None, reason="needs nmap")
def test_the_second_opinion_of_nmap_adds_what_the_sweep_missed(station):
    code = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
from tests.assets.plain_door import PlainDoor
from tuanthu_agent.scanner.discovery.second_opinion import find_nmap, second_opinion
door = PlainDoor(["10.77.0.0/25"])
found = asyncio.run(second_opinion(find_nmap(), door, ["10.77.0.10", "10.77.0.26", "10.77.0.146"], [80, 22, 554]))
print(json.dumps({address: sorted(ports) for address, ports in found.items()}))
"""
    found = station.python(code, RUN.parents[2])
    assert found == {"10.77.0.10": [80, 554], "10.77.0.26": [22]}, "10.77.0.146 is outside and was left out"
