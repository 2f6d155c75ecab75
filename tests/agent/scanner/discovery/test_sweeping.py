"""The sweep's manners and honesty, against a door that only pretends."""

import asyncio
import errno
import socket

import pytest
from tests.assets.plain_door import Answer

from tuanthu_agent.host_error import HostError
from tuanthu_agent.scanner.discovery import second_opinion as nmap
from tuanthu_agent.scanner.discovery import sweep as sweeping
from tuanthu_agent.scanner.discovery.discover import discover
from tuanthu_agent.scanner.discovery.interface import Plan
from tuanthu_agent.scanner.discovery.pace import Pace, on_link
from tuanthu_agent.scanner.discovery.ports import AUDIT_PORTS, of_numbers
from tuanthu_agent.scanner.discovery.sweep import Ports, Sweeper
from tuanthu_agent.scanner.interface import OutOfScopeError


class Door:
    """`answers`: (address, port) → what happens at each try: `open`, an exception, or silence (None)."""

    def __init__(self, answers=()):
        self.answers = {where: list(what) for where, what in dict(answers).items()}
        self.busy, self.most, self.tried = {}, 0, []
        self.primed = []
        self.closed = False

    def permitted(self, protocol, address):
        return not self.closed

    async def open_connection(self, protocol, address, port, seconds):
        self.tried.append((address, port))
        self.busy[address] = self.busy.get(address, 0) + 1
        self.most = max(self.most, self.busy[address])
        await asyncio.sleep(0.001)
        self.busy[address] -= 1
        left = self.answers.get((address, port), [None])
        what = left.pop(0) if len(left) > 1 else left[0]
        if what is None:
            raise TimeoutError
        if isinstance(what, BaseException):
            raise what
        return socket.socket()

    async def echo(self, addresses, seconds):
        raise PermissionError(errno.EPERM, "no")

    def prime(self, addresses):
        self.primed += addresses

    def datagram(self, *_, **__):
        return []

    def multicast(self, *_):
        return [], []


class Neighbourhood:
    def __init__(self, table=(), before=()):
        self.tables = [dict(before), dict(table)]

    def own(self):
        return {}

    def on_link(self, address):
        return bool(self.tables[-1])

    def gateways(self):
        return frozenset()

    def table(self):
        return self.tables.pop(0) if len(self.tables) > 1 else self.tables[0]

    def confirmed(self):
        return frozenset()


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "no")


def swept(door, ports=(80,), pace=None, **how):
    known, sweeper = Ports(), Sweeper(door, per_host=how.pop("per_host", 4), at_once=50)
    asyncio.run(sweeper.sweep("10.0.0.1", ports, pace or on_link(), known, **how))
    return known, sweeper


def test_no_host_ever_sees_more_connections_at_once_than_allowed():
    door = Door()
    swept(door, range(1, 40), per_host=3)
    assert door.most == 3


def test_silence_is_asked_again_and_a_refusal_is_not():
    door = Door({("10.0.0.1", 80): [None, "open"], ("10.0.0.1", 81): [REFUSED]})
    known, _ = swept(door, (80, 81))
    assert (known.open, known.closed, known.silent) == ({80}, {81}, {})
    assert sorted(door.tried) == [("10.0.0.1", 80), ("10.0.0.1", 80), ("10.0.0.1", 81)]


def test_where_an_answer_came_late_silent_ports_get_more_tries():
    quiet = Door()
    swept(quiet)
    lossy = Door({("10.0.0.1", 80): [None, "open"]})
    known, _ = swept(lossy, (80, 81))
    assert known.silent[81] == lossy.tried.count(("10.0.0.1", 81)) > len(quiet.tried)


@pytest.mark.parametrize("error", [ConnectionResetError(), ConnectionAbortedError(), REFUSED])
def test_a_reset_is_a_closed_port(error):
    assert swept(Door({("10.0.0.1", 80): [error]}))[0].closed == {80}


@pytest.mark.parametrize("code", [errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT])
def test_an_unreachable_host_is_silence(code):
    known, sweeper = swept(Door({("10.0.0.1", 80): [OSError(code, "x")]}))
    assert known.silent == {80: 2}
    assert not known.answered
    assert sweeper.untried == 0


def test_a_machine_without_room_for_sockets_tries_again(monkeypatch):
    monkeypatch.setattr(sweeping, "_PAUSE", 0.001)
    known, _ = swept(Door({("10.0.0.1", 80): [OSError(errno.EMFILE, "x"), OSError(errno.ENOBUFS, "x"), "open"]}))
    assert known.open == {80}


@pytest.mark.parametrize("code", [errno.EMFILE, errno.EPERM])
def test_what_could_never_be_sent_is_a_gap_and_no_closed_port(code, monkeypatch):
    monkeypatch.setattr(sweeping, "_PAUSE", 0.001)
    monkeypatch.setattr(nmap, "PLACES", ())
    door = Door({("10.0.0.1", 80): [REFUSED], ("10.0.0.1", 81): [OSError(code, "x")]})
    plan = Plan(addresses=("10.0.0.1",), ports=of_numbers((80, 81)), look=False)
    found = asyncio.run(discover(door, Neighbourhood({"10.0.0.1": "00:1b:21:00:00:01"}), plan))
    assert "sweep-not-sent: 1" in found.gaps
    assert not found.whole
    assert found.hosts[0].services == ()


def test_only_who_shows_up_in_the_neighbour_table_is_swept():
    door = Door({("10.0.0.1", 80): ["open"]})
    plan = Plan(addresses=("10.0.0.1", "10.0.0.2", "10.0.0.3"), ports=of_numbers((80,)), look=False)
    found = asyncio.run(discover(door, Neighbourhood({"10.0.0.1": "00:1b:21:00:00:01"}), plan))
    assert {address for address, _ in door.tried} == {"10.0.0.1"}
    assert door.primed == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert [host.address for host in found.hosts] == ["10.0.0.1"]
    assert found.whole


def test_a_router_that_answers_arp_for_everybody_makes_no_hosts():
    addresses = tuple(f"10.0.0.{number}" for number in range(1, 9))
    table = dict.fromkeys(addresses, "00:0c:42:00:00:01")
    door = Door({("10.0.0.3", 80): [REFUSED]})
    plan = Plan(addresses=addresses, ports=of_numbers((80,)), look=False, second_opinion=False)
    found = asyncio.run(discover(door, Neighbourhood(table), plan))
    assert [(host.address, host.mac) for host in found.hosts] == [("10.0.0.3", None)]
    assert "proxy-arp: 00:0c:42:00:00:01" in found.gaps


def test_without_a_neighbour_table_every_address_is_knocked_at():
    class Blind(Neighbourhood):
        def table(self):
            raise HostError("permission-denied", "/proc/net/arp")

    door = Door({("10.0.0.2", 80): ["open"]})
    plan = Plan(addresses=("10.0.0.1", "10.0.0.2"), ports=of_numbers((80,)), look=False)
    found = asyncio.run(discover(door, Blind({"10.0.0.1": "x"}), plan))
    assert [host.address for host in found.hosts] == ["10.0.0.2"]
    assert set(found.gaps) == {"neighbours-unreadable: permission-denied", "icmp-not-permitted: ping"}


def test_who_announces_itself_is_swept_though_arp_missed_it(monkeypatch):
    class Loud(Door):
        def multicast(self, protocol, group, port, payload, timeout):
            answer = b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n"
            return [Answer(one, answer) for one in ("10.0.0.3", "10.9.9.9") if port == 1900], []

    monkeypatch.setattr(nmap, "PLACES", ())
    door = Loud({("10.0.0.3", 80): ["open"]})
    plan = Plan(addresses=("10.0.0.1", "10.0.0.3"), ports=of_numbers((80,)))
    found = asyncio.run(discover(door, Neighbourhood({"10.9.0.1": "00:1b:21:00:00:01"}), plan))
    assert [(host.address, [one.port for one in host.services]) for host in found.hosts] == [("10.0.0.3", [80])]
    assert {address for address, _ in door.tried} == {"10.0.0.3"}


def test_a_scope_that_is_closed_from_the_start_sends_nothing():
    door = Door()
    door.closed = True
    found = asyncio.run(discover(door, Neighbourhood({"10.0.0.1": "x"}), Plan(addresses=("10.0.0.1",))))
    assert (found.hosts, found.whole, door.tried, door.primed) == ((), False, [], [])
    assert found.gaps == ("out-of-scope: 1",)


def test_a_scope_that_closes_on_the_way_stops_at_once():
    door = Door({("10.0.0.1", port): [OutOfScopeError("outside-window")] for port in range(1, 100)})
    known, sweeper = swept(door, range(1, 100), per_host=2)
    assert sweeper.stopped == "outside-window"
    assert len(door.tried) <= 2
    assert not known.answered


def test_cancelling_ends_a_run():
    async def go():
        door = Door()
        plan = Plan(addresses=tuple(f"10.0.1.{number}" for number in range(200)), look=False)
        task = asyncio.create_task(discover(door, Neighbourhood(), plan))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        tried = len(door.tried)
        await asyncio.sleep(0.05)
        return tried, len(door.tried), asyncio.all_tasks() - {asyncio.current_task()}

    before, after, left = asyncio.run(go())
    assert 0 < before == after
    assert left == set()


def test_waits_shrink_with_experience_and_grow_with_each_try():
    pace = Pace(1.0, 0.1)
    assert pace.wait(0) == 1.0
    for _ in range(50):
        pace.heard(0.01, 0)
    assert pace.wait(0) == 0.1
    assert pace.wait(0) < pace.wait(1) < pace.wait(2) <= 2.0
    assert pace.wait(99) == 2.0


def test_each_port_stands_once_and_nothing_is_said_to_a_port_that_prints():
    numbers = [port.number for port in AUDIT_PORTS]
    assert numbers == sorted(set(numbers))
    assert {22, 23, 80, 443, 554, 8000, 8080, 8443, 8728, 21, 1883, 37777, 34567, 9100} <= set(numbers)
    assert [port.ask for port in of_numbers((9100, 515, 4242))] == [False, False, False]


XML = (
    '<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun args="nmap"><host><status state="up" reason="user-set"/>'
    '<address addr="10.0.0.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/>'
    '</port><port protocol="tcp" portid="81"><state state="filtered" reason="no-response"/></port></ports></host>'
    '<runstats><finished timestr="x" elapsed="1"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>'
)


@pytest.mark.skipif(nmap.find_nmap() is None, reason="python-nmap wants nmap itself")
@pytest.mark.parametrize("cut", [0, 40, 120, 300, len(XML) - 30])
def test_what_is_no_answer_of_nmap_is_an_error_of_our_own(cut):
    assert nmap.parse(XML, nmap.find_nmap()) == {"10.0.0.1": {80}}
    with pytest.raises(nmap.NmapError):
        nmap.parse(XML[:cut], nmap.find_nmap())
    with pytest.raises(nmap.NmapError):
        nmap.parse(XML.replace("10.0.0.1", "evil").replace('portid="80"', 'portid="x"'), nmap.find_nmap())


def test_nmap_is_never_asked_for_scripts_versions_or_raw_packets():
    assert {"-sT", "--unprivileged", "-n", "-Pn"} <= set(nmap.ARGUMENTS)
    assert not {"-sV", "-A", "-sC", "--script", "-O", "-sS", "-sU"} & set(nmap.ARGUMENTS)


def test_a_nmap_that_fails_is_a_gap(monkeypatch, tmp_path):
    fake = tmp_path / "nmap"
    fake.write_text("#!/bin/sh\ncat >/dev/null\nexit 7\n")
    fake.chmod(0o755)
    monkeypatch.setattr(nmap, "PLACES", (str(fake),))
    plan = Plan(addresses=("10.0.0.1",), ports=of_numbers((80,)), look=False)
    found = asyncio.run(discover(Door(), Neighbourhood({"10.0.0.1": "00:1b:21:00:00:01"}), plan))
    assert found.gaps == ("nmap-failed: exit 7",)
