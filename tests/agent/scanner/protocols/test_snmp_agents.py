"""SNMP agents are found by a question that carries no secret."""

import socket
from types import SimpleNamespace

import pytest
from tests.agent.scanner.servers.door import LoopDoor
from tests.assets.servers.real import snmpd

from tuanthu_agent.scanner.engine import agents
from tuanthu_agent.scanner.interface import OutOfScopeError

HOST = SimpleNamespace(address="127.0.0.1")


class Keeping(LoopDoor):
    """Keeps what is sent."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def datagram(self, protocol, address, port, payload, timeout):
        self.sent.append(payload)
        return super().datagram(protocol, address, port, payload, timeout)


class Closed(LoopDoor):
    """A scope that knows nothing of SNMP."""

    def datagram(self, protocol, address, port, payload, timeout):
        raise OutOfScopeError("snmp")


V3_ONLY = ("createUser giamsat SHA matkhaudai AES khoarieng1", "rouser giamsat priv")


@pytest.mark.parametrize("lines", [("rocommunity congkhai",), V3_ONLY], ids=["community", "version-3-only"])
def test_an_agent_is_found_by_one_packet_and_no_community_or_user_is_sent(tmp_path, monkeypatch, lines):
    with snmpd(tmp_path, *lines) as port:
        monkeypatch.setattr(agents, "PORT", port)
        door = Keeping()
        service, seen = agents.snmp_agent(door, HOST)
    assert (service.protocol, service.transport, seen.subjects) == ("snmp", "udp", {"snmp.enterprise": "8072"})
    assert len(door.sent) == 1
    assert not any(word in door.sent[0] for word in (b"public", b"private", b"congkhai", b"giamsat"))


@pytest.mark.parametrize("door", [LoopDoor(), Closed()])
def test_a_closed_port_and_a_narrow_scope_are_no_agent(door, monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        monkeypatch.setattr(agents, "PORT", sock.getsockname()[1])
    assert agents.snmp_agent(door, HOST) is None
