"""What a gateway may answer by SNMP, over real UDP on the loopback: a typed value or a typed error, and an end."""

import socket
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v1, v2c

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.wan import interfaces, snmp

COMMUNITY = "tram-y-té"
TABLE = {(*snmp.IF_TYPE, 1): 24, (*snmp.IF_TYPE, 7): 250, (*snmp.IF_OPER_STATUS, 1): 1, (*snmp.IF_OPER_STATUS, 7): 2}


def answer(number, oid, value, status=0, version=v2c, pdu=v2c.ResponsePDU):
    """A message of SNMP with one binding."""
    body = pdu()
    version.apiPDU.set_defaults(body)
    version.apiPDU.set_request_id(body, number)
    version.apiPDU.set_error_status(body, status)
    version.apiPDU.set_varbinds(body, [(oid, value)])
    message = version.Message()
    version.apiMessage.set_defaults(message)
    version.apiMessage.set_community(message, b"c")
    version.apiMessage.set_pdu(message, body)
    return encoder.encode(message)


def follows(oid):
    """What an agent of good faith says."""
    later = sorted(one for one in TABLE if one > oid)
    return (later[0], v2c.Integer32(TABLE[later[0]])) if later else (oid, rfc1905.endOfMibView)


class Gateway:
    """Answers each request by `say(number, oid, packet)`: a list of datagrams."""

    def __init__(self, say):
        self.say = say
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while packet_from := self.socket.recvfrom(65536):
            packet, self.peer = packet_from
            if packet == b"end":
                return
            message, _ = decoder.decode(packet, asn1Spec=v2c.Message())
            pdu = v2c.apiMessage.get_pdu(message)
            ((oid, _value),) = v2c.apiPDU.get_varbinds(pdu)
            self.asked.append((bytes(v2c.apiMessage.get_community(message)), type(pdu).__name__, tuple(oid)))
            for datagram in self.say(int(v2c.apiPDU.get_request_id(pdu)), tuple(oid), packet):
                self.socket.sendto(datagram, self.peer)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join(10)
        self.socket.close()


@pytest.fixture
def gateway(monkeypatch):
    """Start a gateway; then `look()` is what the collector makes of it."""
    started = []
    monkeypatch.setattr(snmp, "ANSWER_SECONDS", 0.2)

    def start(say):
        started.append(Gateway(say))
        monkeypatch.setattr(snmp, "PORT", started[-1].port)
        return started[-1]

    yield start
    for one in started:
        one.close()


def look(community=COMMUNITY):
    """The types, or a cause."""
    try:
        return snmp.interface_types("127.0.0.1", community)
    except snmp.SnmpError as error:
        return error.code


def test_both_columns_are_read_with_getnext_alone_and_in_the_words_of_the_unit(gateway):
    agent = gateway(lambda number, oid, _: [answer(number, *follows(oid))])
    assert look() == [(24, 1), (250, 2)]
    assert {(community, kind) for community, kind, _ in agent.asked} == {(COMMUNITY.encode(), "GetNextRequestPDU")}
    assert [oid for *_, oid in agent.asked] == [
        snmp.IF_TYPE, (*snmp.IF_TYPE, 1), (*snmp.IF_TYPE, 7),
        snmp.IF_OPER_STATUS, (*snmp.IF_OPER_STATUS, 1), (*snmp.IF_OPER_STATUS, 7),
    ]  # fmt: skip


def test_without_a_community_nothing_is_sent(gateway):
    agent = gateway(lambda *_: [])
    found = Findings()
    assert interfaces.ask_gateway(found, "127.0.0.1", "") == []
    assert agent.asked == []


def test_a_lost_answer_is_asked_for_once_more(gateway):
    lost = []

    def say(number, oid, _):
        if number not in lost:
            lost.append(number)
            return []
        return [answer(number, *follows(oid))] * 2

    gateway(say)
    assert look() == [(24, 1), (250, 2)], "nor does an answer that comes twice confuse it"


def whole(number, oid):
    return answer(number, (*oid, 1), v2c.Integer32(250))


SILENT = {
    "nothing": lambda number, oid, packet: [],
    "another request's number": lambda number, oid, packet: [whole(number + 1, oid), whole(0, oid), whole(-1, oid)],
    "a flood of them": lambda number, oid, packet: [whole(number + 1 + more, oid) for more in range(500)],
}
MALFORMED = {
    "empty": lambda number, oid, packet: [b""],
    "text": lambda number, oid, packet: [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
    "cut": lambda number, oid, packet: [whole(number, oid)[:-3]],
    "longer than it says": lambda number, oid, packet: [whole(number, oid) + b"\x30\x80"],
    "our own request": lambda number, oid, packet: [packet],
    "version 1": lambda number, oid, packet: [
        answer(number, (*oid, 1), v1.Integer(250), version=v1, pdu=v1.GetResponsePDU)
    ],
    "huge": lambda number, oid, packet: [answer(number, (*oid, 1), v2c.OctetString(b"x" * 20_000))],
    "huge number": lambda number, oid, packet: [number_of(whole(number, oid), b"\x7f" * 5000)],
    "nested": lambda number, oid, packet: [nested(2000)],
    "endless identifier": lambda number, oid, packet: [
        b"\x30\x82\x0f\xff\x02\x01\x01\x06\x82\x0f\x00" + b"\xff" * 3900
    ],
    "version of 5000 bytes": lambda number, oid, packet: [b"\x30\x82\x13\x8c\x02\x82\x13\x88" + b"\x7f" * 5000],
}


def number_of(message, digits):
    """The message with a value of so many bytes."""
    decoded, _ = decoder.decode(message, asn1Spec=v2c.Message())
    pdu = v2c.apiMessage.get_pdu(decoded)
    ((oid, _value),) = v2c.apiPDU.get_varbinds(pdu)
    binding = tlv(0x30, encoder.encode(oid) + tlv(2, digits))
    start = b"".join(encoder.encode(v2c.Integer32(one)) for one in (int(v2c.apiPDU.get_request_id(pdu)), 0, 0))
    return tlv(0x30, b"\x02\x01\x01\x04\x01c" + tlv(0xA2, start + tlv(0x30, binding)))


def tlv(tag, content):
    return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content


def nested(depth):
    content = b""
    for _ in range(depth):
        content = tlv(0x30, content)
    return tlv(0x30, b"\x02\x01\x01\x04\x01c" + content)[:8192]


@pytest.mark.parametrize("name", SILENT)
def test_silence_and_answers_to_others_are_silence(gateway, name):
    agent = gateway(SILENT[name])
    assert look() == "snmp-silent"
    agent.close()  # it has read whatever it was sent, however long its own answers took
    assert len(agent.asked) == 2


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_answer_of_snmp_is_told_at_once(gateway, name, capfd):
    agent = gateway(MALFORMED[name])
    assert look() == "snmp-malformed"
    assert len(agent.asked) == 1
    assert capfd.readouterr() == ("", ""), "no traceback in the agent's log"


def test_a_closed_port_is_silence(monkeypatch):
    monkeypatch.setattr(snmp, "ANSWER_SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        monkeypatch.setattr(snmp, "PORT", own.getsockname()[1])
    assert look() == "snmp-silent"


def test_another_machine_that_answers_in_the_gateways_place_is_not_heard(gateway):
    agent = gateway(lambda *_: [])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.2", 0))

        def say(number, oid, _):
            stranger.sendto(whole(number, oid), agent.peer)
            stranger.sendto(b"rubbish", agent.peer)
            return []

        agent.say = say
        assert look() == "snmp-silent"


@pytest.mark.parametrize("second", [5, 4, 0])
def test_a_table_that_does_not_rise_ends(gateway, second):
    agent = gateway(
        lambda number, oid, _: [answer(number, (*oid[:10], second if len(oid) > 10 else 5), v2c.Integer32(6))]
    )
    assert look() == [(6, 6)]
    assert len(agent.asked) == 4


def test_a_table_without_end_is_a_typed_error(gateway):
    agent = gateway(lambda number, oid, _: [answer(number, (*oid[:10], (*oid, 0)[10] + 1), v2c.Integer32(6))])
    assert look() == "snmp-endless"
    assert len(agent.asked) == snmp.MOST_ROWS


def test_a_table_that_trickles_is_a_typed_error(gateway, monkeypatch):
    monkeypatch.setattr(snmp, "WALK_SECONDS", 0.3)

    def say(number, oid, _):
        time.sleep(0.1)
        return [answer(number, (*oid[:10], (*oid, 0)[10] + 1), v2c.Integer32(6))]

    gateway(say)
    assert look() == "snmp-endless"


def test_a_clock_that_is_set_back_does_not_keep_it_waiting(gateway, monkeypatch):
    """pysnmp's own timeout goes by the clock of the system."""
    gateway(SILENT["nothing"])
    monkeypatch.setattr(snmp, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr("pysnmp.carrier.asyncio.dispatch.time", lambda: 0.0)
    assert look() == "snmp-silent"


@pytest.mark.parametrize(
    ("value", "status"),
    [(v2c.OctetString(b"x"), 0), (rfc1902.Counter32(5), 0), (rfc1905.noSuchObject, 0), (v2c.Integer32(1), 2)],
)
def test_another_sort_of_value_or_an_error_ends_the_table(gateway, value, status):
    gateway(lambda number, oid, _: [answer(number, (*oid[:10], 1), value, status)])
    assert look() == []


def test_a_machine_without_the_library_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pysnmp.error", None)
    found = Findings()
    assert interfaces.ask_gateway(found, "127.0.0.1", COMMUNITY) == []
    assert found.result().reason == "snmp-unavailable"


def test_the_library_is_not_loaded_before_it_is_needed():
    code = "import sys; from tuanthu_agent.collectors import registry; print(sorted({'asyncio', 'pysnmp', 'pyasn1'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120), st.integers(0, 60), st.integers(0, 20))
def test_broken_answers_are_a_typed_error_or_a_value(junk, place, length):
    def say(number, oid, _):
        good = answer(number, *follows(oid))
        return [good[:place] + junk + good[place + length :]]

    agent = Gateway(say)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(snmp, "ANSWER_SECONDS", 0.05)
            patch.setattr(snmp, "PORT", agent.port)
            found = look()
    finally:
        agent.close()
    if isinstance(found, str):
        assert found in ("snmp-malformed", "snmp-silent", "snmp-endless")
    else:
        assert all(isinstance(number, int) for row in found for number in row)
