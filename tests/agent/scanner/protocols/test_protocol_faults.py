"""Every protocol against services that misbehave: an outcome, never an exception, a pass, or a password in a text."""

import logging
import secrets
import socket
import struct
import time

import pytest
from tests.agent.scanner.protocols.conftest import target_of
from tests.agent.scanner.servers.door import LoopDoor
from tests.agent.scanner.servers.telnet import echo, quiet
from tests.assets.servers.processes import free_port
from tests.assets.servers.real import scripted

from tuanthu_agent.scanner.interface import OutOfScopeError, Service
from tuanthu_agent.scanner.protocols.registry import PROTOCOLS, READERS
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome
from tuanthu_policy.scan_scope import PROTOCOLS as SCOPED

STREAMS = sorted(set(PROTOCOLS) - {"snmp"})
KNOWLEDGE = {AttemptOutcome.ACCEPTED, AttemptOutcome.REFUSED, AttemptOutcome.MUST_CHANGE, AttemptOutcome.NO_AUTH}


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_later(sock):
    sock.recv(100)
    reset(sock)


def closes(_sock):
    pass


def garbage(sock):
    sock.sendall(secrets.token_bytes(3000))
    quiet(sock)


def endless(sock):
    while True:
        sock.sendall(b"A" * 65536)


def endless_lines(sock):
    while True:
        sock.sendall(b"220-hello 200 OK login: Password: success\r\n" * 500)


def says_welcome(sock):
    """Words of success, whatever is asked."""
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n230 Login successful. Welcome admin!\r\n")
    while sock.recv(4096):
        sock.sendall(b"200 OK 230 Login successful\r\n")


def http_page(sock):
    sock.recv(4096)
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n<html>login ok</html")


def rtsp_page(sock):
    while sock.recv(4096):
        sock.sendall(b"RTSP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\nlogin ok")


FAULTS = [reset, reset_later, closes, garbage, endless, endless_lines, says_welcome, http_page, rtsp_page, echo]


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    from tuanthu_agent.scanner.protocols.telnet import session

    monkeypatch.setattr(session, "QUIET", 0.3)
    monkeypatch.setattr(session, "SETTLE", 0.05)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("protocol", STREAMS)
def test_a_fault_is_an_outcome_and_never_knowledge(door, caplog, capfd, protocol, fault):
    caplog.set_level(logging.DEBUG)
    user, password = f"nguoi{secrets.token_hex(5)}", f"mk{secrets.token_hex(8)}"
    with scripted(fault) as port:
        target = target_of(protocol, port, path="/live" if protocol == "rtsp" else "")
        look = PROTOCOLS[protocol].look(door, target, 0.35)
        attempt = PROTOCOLS[protocol].attempt(door, target, Account(user=user, password=password, source=0), 0.35)
        seen = READERS[protocol](door, Service("127.0.0.1", port, protocol), 0.35)
    assert look.outcome not in KNOWLEDGE, look
    assert attempt.outcome not in KNOWLEDGE, attempt
    texts = repr((look, attempt, seen)) + caplog.text + "".join(capfd.readouterr())
    assert password not in texts, "a password stands in a text"


@pytest.mark.parametrize("protocol", STREAMS)
def test_silence_ends_in_time_and_is_unreachable_or_unclear(door, protocol):
    started = time.monotonic()
    with scripted(quiet) as port:
        target = target_of(protocol, port, path="/live" if protocol == "rtsp" else "")
        look = PROTOCOLS[protocol].look(door, target, 0.35)
        attempt = PROTOCOLS[protocol].attempt(door, target, Account(user="a", password="b", source=0), 0.35)
    assert look.outcome in (AttemptOutcome.UNREACHABLE, AttemptOutcome.UNCLEAR), look
    assert attempt.outcome in (AttemptOutcome.UNREACHABLE, AttemptOutcome.UNCLEAR), attempt
    assert time.monotonic() - started < 60, "it did not end"


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_a_closed_port_is_unreachable(door, protocol):
    port = free_port(socket.SOCK_DGRAM if protocol == "snmp" else socket.SOCK_STREAM)
    look = PROTOCOLS[protocol].look(door, target_of(protocol, port), 2.0)
    assert (look.outcome, look.reason) == (AttemptOutcome.UNREACHABLE, "network: ECONNREFUSED")


@pytest.mark.parametrize("protocol", STREAMS)
def test_a_plain_service_where_tls_was_expected_is_no_knowledge(door, protocol):
    with scripted(garbage) as port:
        look = PROTOCOLS[protocol].look(door, target_of(protocol, port, tls=True), 2.0)
    assert look.outcome in (AttemptOutcome.MISMATCH, AttemptOutcome.UNREACHABLE, AttemptOutcome.UNCLEAR)


class ShutDoor(LoopDoor):
    def connect(self, protocol, address, port, timeout):
        raise OutOfScopeError(protocol)

    def datagram(self, protocol, address, port, payload, timeout):
        raise OutOfScopeError(protocol)


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_what_the_scope_forbids_is_no_fault_of_a_device(protocol):
    target = target_of(protocol, 9)
    with pytest.raises(OutOfScopeError):
        PROTOCOLS[protocol].look(ShutDoor(), target, 1.0)
    with pytest.raises(OutOfScopeError):
        PROTOCOLS[protocol].attempt(ShutDoor(), target, Account(user="", password="b", source=0), 1.0)
    with pytest.raises(OutOfScopeError):
        READERS[protocol](ShutDoor(), target.service, 1.0)


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_a_secret_of_each_device_and_broken_names_are_never_sent(door, protocol):
    target = target_of(protocol, 9)
    for account in (
        Account(user="admin", password_kind="label", source=0),
        Account(user="admin\r\nDELE x", password="b", source=0),
        Account(user="admin", password="x" * 5000, source=0),
    ):
        assert PROTOCOLS[protocol].attempt(door, target, account, 1.0).outcome is AttemptOutcome.MISMATCH
    assert (door.opened, door.datagrams) == (0, 0)


def test_every_protocol_stands_in_what_a_scope_can_allow():
    assert set(PROTOCOLS) <= set(SCOPED)
    assert set(READERS) - {"tls"} <= set(SCOPED)


@pytest.mark.parametrize("fault", [None, b"", b"\x30", secrets.token_bytes(400), b"echo"], ids=repr)
def test_an_snmp_agent_that_misbehaves_is_never_knowledge(fault):
    class Answering(LoopDoor):
        def datagram(self, protocol, address, port, payload, timeout):
            return [] if fault is None else [payload if fault == b"echo" else fault]

    for path in ("", "md5"):
        account = Account(user="nguoi", password="matkhaudai", source=0)
        came = PROTOCOLS["snmp"].attempt(Answering(), target_of("snmp", 9, path=path), account, 2.0)
        assert came.outcome not in KNOWLEDGE, came


def test_servers_that_say_locked_at_once_are_locked(door):
    with scripted(lambda sock: sock.sendall(b"Not allowed at this time\r\n")) as port:
        assert PROTOCOLS["ssh"].look(door, target_of("ssh", port), 2.0).outcome is AttemptOutcome.LOCKED
    with scripted(lambda sock: sock.sendall(b"421 Too many login failures, blocked\r\n")) as port:
        assert PROTOCOLS["ftp"].look(door, target_of("ftp", port), 2.0).outcome is AttemptOutcome.LOCKED
