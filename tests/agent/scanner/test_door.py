"""The door, against real servers on loopback: what the scope allows passes, nothing else is ever sent."""

import asyncio
import ipaddress
import socket
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.scanner.conftest import NOON, FakeClock, make_scope

from tuanthu_agent.scanner.door import Interface, ScopedDoor
from tuanthu_agent.scanner.gate import Gate
from tuanthu_agent.scanner.interface import Door, OutOfScopeError

HOME = "127.20.0.1"


def make_door(clock=None, interfaces=(), lifetime=20.0, **changes):
    return ScopedDoor(
        Gate(make_scope(**changes), clock or FakeClock()), lifetime=lifetime, interfaces=lambda: interfaces
    )


@contextmanager
def listener(address=HOME, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((address, 0))
        sock.settimeout(10)
        if kind == socket.SOCK_STREAM:
            sock.listen()
        yield sock, sock.getsockname()[1]


def closed_port():
    with listener() as (_, port):
        return port


def test_it_is_the_door_that_protocols_are_written_for():
    door: Door = make_door()
    with listener() as (server, port), door.connect("ssh", HOME, port, 5) as sock:
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"SSH-2.0-x\r\n")
            assert sock.recv(100) == b"SSH-2.0-x\r\n"
            sock.sendall(b"hello")
            assert peer.recv(100) == b"hello"


def test_a_closed_port_refuses():
    with pytest.raises(ConnectionRefusedError):
        make_door().connect("ssh", HOME, closed_port(), 5)


def test_many_connections_at_once():
    async def sweep(door, ports):
        async def one(port):
            try:
                (await door.open_connection("discovery", HOME, port, 5)).close()
            except ConnectionRefusedError:
                return False
            return True

        return await asyncio.gather(*map(one, ports))

    with listener() as (_, first), listener() as (_, second):
        assert asyncio.run(sweep(make_door(), [first, closed_port(), second])) == [True, False, True]


def test_streams_read_banners():
    async def read(door, port):
        reader, writer = await door.open_stream("ssh", HOME, port, 5)
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        return line

    def serve(server):
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"220 ftp\r\n")
            peer.recv(1)

    with listener() as (server, port):
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        assert asyncio.run(read(make_door(), port)) == b"220 ftp\r\n"


def reply(sock, *others):
    """Answer one datagram: first from others, then from the address that was asked."""
    data, sender = sock.recvfrom(1000)
    for other in others:
        other.sendto(b"other", sender)
    sock.sendto(b"answer to " + data, sender)


def test_a_datagram_is_answered_only_by_the_address_that_was_asked():
    with (
        listener(kind=socket.SOCK_DGRAM) as (sock, port),
        listener("127.20.0.2", socket.SOCK_DGRAM) as (stranger, _),
    ):
        thread = threading.Thread(target=reply, args=(sock, stranger), daemon=True)
        thread.start()
        assert make_door().datagram("snmp", HOME, port, b"get", 5) == [b"answer to get"]
        thread.join(5)


def test_an_answer_from_another_port_of_that_address_counts():
    with listener(kind=socket.SOCK_DGRAM) as (sock, port), listener(kind=socket.SOCK_DGRAM) as (same_host, _):
        threading.Thread(target=reply, args=(sock, same_host), daemon=True).start()
        found = make_door().datagram("upnp", HOME, port, b"search", 5, answers=2)
        assert sorted(found) == [b"answer to search", b"other"]


def test_a_datagram_without_answer_gives_none():
    with listener(kind=socket.SOCK_DGRAM) as (_, port):
        assert make_door().datagram("snmp", HOME, port, b"get", 0.05) == []


@pytest.mark.skipif(not hasattr(socket, "AF_PACKET"), reason="Linux tells an unconnected socket of closed ports")
def test_a_closed_port_refuses_a_datagram_at_once():
    with listener(kind=socket.SOCK_DGRAM) as (_, port):
        pass
    with pytest.raises(ConnectionRefusedError):
        make_door().datagram("snmp", HOME, port, b"get", 60)


def test_datagrams_beside_an_event_loop():
    with listener(kind=socket.SOCK_DGRAM) as (sock, port):
        threading.Thread(target=reply, args=(sock,), daemon=True).start()
        assert asyncio.run(make_door().ask("snmp", HOME, port, b"get", 5)) == [b"answer to get"]


def test_hosts_answer_echoes():
    try:
        found = asyncio.run(make_door().echo([HOME, "127.20.0.2"], 2))
    except PermissionError:
        pytest.skip("this user may not send echoes")
    assert set(found) == {HOME, "127.20.0.2"}
    assert all(seconds >= 0 for seconds in found.values())


def test_priming_sends_an_empty_datagram(monkeypatch):
    sent = []
    monkeypatch.setattr(socket.socket, "sendto", lambda _, data, to: sent.append((data, to)))
    make_door().prime([HOME, "127.20.0.2"])
    assert sent == [(b"", (HOME, 9)), (b"", ("127.20.0.2", 9))]


WIRE = Interface("lo", HOME, ipaddress.ip_network("127.20.0.0/24"))


def test_a_group_is_asked_only_from_wires_that_lie_whole_inside_the_scope(monkeypatch):
    sent = []
    monkeypatch.setattr(socket.socket, "sendto", lambda sock, _, to: sent.append((sock.getsockname()[0], to)))
    wide = Interface("wide", "127.20.1.1", ipaddress.ip_network("127.0.0.0/8"))
    spotted = Interface("spotted", "127.20.2.1", ipaddress.ip_network("127.20.2.0/24"))
    door = make_door(interfaces=[WIRE, wide, spotted], exclude=["127.20.2.77/32"])
    heard, skipped = door.multicast("upnp", "239.255.255.250", 1900, b"M-SEARCH", 0.01)
    assert sent == [(HOME, ("239.255.255.250", 1900))]
    assert [(one.interface, one.code) for one in skipped] == [
        ("wide", "outside-networks"),
        ("spotted", "outside-networks"),
    ]
    assert heard == []


def test_answers_from_outside_the_scope_are_dropped(monkeypatch):
    inside, outside, excluded = (
        listener(address, socket.SOCK_DGRAM) for address in ("127.20.0.9", "127.21.0.9", "127.20.0.66")
    )
    with inside as (good, _), outside as (foreign, _), excluded as (forbidden, _):

        def answer(sock, _data, _to):
            back = sock.getsockname()
            for one in (foreign, forbidden, good):
                real(one, b"here", back)

        real = socket.socket.sendto
        monkeypatch.setattr(
            socket.socket, "sendto", lambda sock, data, to: answer(sock, data, to) if to[0] == "239.1.1.1" else 0
        )
        wire = Interface("lo", HOME, ipaddress.ip_network("127.20.0.0/26"))
        heard, _ = make_door(interfaces=[wire], exclude=["127.20.0.66/32"]).multicast(
            "discovery", "239.1.1.1", 3702, b"Probe", 0.2
        )
    assert [(one.address, one.data, one.interface) for one in heard] == [("127.20.0.9", b"here", "lo")]


def test_one_loud_host_neither_fills_the_memory_nor_drowns_the_others(monkeypatch):
    with (
        listener("127.20.0.8", socket.SOCK_DGRAM) as (loud, _),
        listener("127.20.0.9", socket.SOCK_DGRAM) as (quiet, _),
    ):
        real = socket.socket.sendto

        def answer(sock, _data, _to):
            for _ in range(60):
                real(loud, b"x" * 800, sock.getsockname())
            real(quiet, b"here", sock.getsockname())

        monkeypatch.setattr(
            socket.socket, "sendto", lambda sock, data, to: answer(sock, data, to) if to[0] == "239.1.1.1" else 0
        )
        wire = Interface("lo", HOME, ipaddress.ip_network("127.20.0.0/26"))
        heard, _ = make_door(interfaces=[wire]).multicast("discovery", "239.1.1.1", 3702, b"Probe", 0.5)
    by_host = [one.address for one in heard]
    assert by_host.count("127.20.0.8") == 24
    assert by_host.count("127.20.0.9") == 1


def test_an_address_is_no_group():
    with pytest.raises(ValueError, match="no multicast group"):
        make_door(interfaces=[WIRE]).multicast("upnp", "127.20.0.5", 1900, b"x", 0.01)


def ways_out(door, protocol, address):
    """Every way by which a packet can leave."""
    yield lambda: door.connect(protocol, address, 9, 0.01)
    yield lambda: asyncio.run(door.open_connection(protocol, address, 9, 0.01))
    yield lambda: asyncio.run(door.open_stream(protocol, address, 9, 0.01))
    yield lambda: door.datagram(protocol, address, 9, b"x", 0.01)
    yield lambda: asyncio.run(door.ask(protocol, address, 9, b"x", 0.01))


def discovery_ways(door, address):
    yield lambda: door.prime([address])
    yield lambda: asyncio.run(door.echo([address], 0.01, spacing=0))


def every_way(door, protocol, address):
    yield from ways_out(door, protocol, address)
    yield from discovery_ways(door, address)


@pytest.fixture
def nothing_leaves(monkeypatch):
    """Whatever would be sent is only noted."""
    sent = []

    def note(name):
        monkeypatch.setattr(socket.socket, name, lambda _, *arguments: sent.append((name, arguments)))

    for name in ("connect", "connect_ex", "sendto", "sendmsg"):
        note(name)
    return sent


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    address=st.one_of(
        st.ip_addresses().map(str), st.ip_addresses(network="127.20.8.0/22").map(str), st.text(max_size=20)
    )
)
def test_no_way_out_contacts_an_address_outside_the_scope(nothing_leaves, address):
    door = make_door(exclude=["127.20.9.0/24"])
    if door.permitted("discovery", address):
        return
    for way in every_way(door, "discovery", address):
        with pytest.raises(OutOfScopeError):
            way()
    assert nothing_leaves == []


@pytest.mark.parametrize("seconds", [-3600.0 * 48, 3600.0 * 24 * 31])
def test_no_way_out_is_open_outside_the_validity(nothing_leaves, seconds):
    door = make_door(FakeClock(NOON + timedelta(seconds=seconds)), interfaces=[WIRE])
    ways = [*every_way(door, "ssh", HOME), lambda: door.multicast("upnp", "239.255.255.250", 1900, b"x", 0.01)]
    for way in ways:
        with pytest.raises(OutOfScopeError):
            way()
    assert nothing_leaves == []


def test_no_way_out_is_open_to_a_protocol_that_the_scope_does_not_name(nothing_leaves):
    door = make_door(protocols=["http"], interfaces=[WIRE])
    ways = [*every_way(door, "ssh", HOME), lambda: door.multicast("upnp", "239.255.255.250", 1900, b"x", 0.01)]
    for way in ways:
        with pytest.raises(OutOfScopeError):
            way()
    assert nothing_leaves == []


def test_in_a_batch_the_first_forbidden_address_stops_it(nothing_leaves):
    with pytest.raises(OutOfScopeError):
        make_door().prime([HOME, "127.21.0.1", "127.20.0.2"])
    assert nothing_leaves == [("sendto", (b"", (HOME, 9)))]


def test_no_connection_outlives_the_window():
    clock = FakeClock()
    door = make_door(clock, not_after=NOON + timedelta(milliseconds=50))
    with listener() as (server, port), door.connect("ssh", HOME, port, 30) as sock:
        assert sock.bound.wait(None) <= 0.05
        peer, _ = server.accept()
        with peer, pytest.raises(OSError, match="deadline-exceeded"):
            sock.recv(1)
        with pytest.raises(OSError, match="deadline-exceeded"):
            sock.sendall(b"late")
