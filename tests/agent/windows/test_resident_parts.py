"""What the resident takes apart and puts together on Windows: command lines, routes, access lists. Pure, so tried here."""

import struct
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.cli.running import keep_resident
from tuanthu_agent.host_error import HostError
from tuanthu_agent.linewatch import looking
from tuanthu_agent.windows import icmp, routing
from tuanthu_agent.windows.process import command_line
from tuanthu_agent.windows.protection import public_guests, public_readers

ARGUMENTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x1c\x85"), max_size=20), min_size=1)
TRICKY = st.lists(st.text(st.sampled_from('ab\\" \t'), max_size=8), min_size=1)


def taken_apart(line):
    """As the C runtime takes a command line apart (vendor's rules: backslashes count only before a quote)."""
    found, current, inside, started, place = [], "", False, False, 0
    while place < len(line):
        run = len(line[place:]) - len(line[place:].lstrip("\\"))
        if run:
            place += run
            started = True
            if line[place : place + 1] != '"':
                current += "\\" * run
                continue
            current += "\\" * (run // 2)
            if run % 2:
                current += '"'
                place += 1
            continue
        mark = line[place]
        if mark == '"':
            inside, started = not inside, True
        elif mark in " \t" and not inside:
            if started:
                found.append(current)
            current, started = "", False
        else:
            current, started = current + mark, True
        place += 1
    return [*found, current] if started else found


@given(st.one_of(ARGUMENTS, TRICKY))
def test_a_command_line_comes_apart_into_what_it_was_made_of(arguments):
    line = command_line(arguments)
    assert taken_apart(line) == arguments


@given(TRICKY)
def test_a_command_line_means_what_pythons_own_means(arguments):
    assert taken_apart(command_line(arguments)) == taken_apart(subprocess.list2cmdline(arguments))


def row(destination, mask, hop, kind, metric):
    packed = [bytes(map(int, text.split("."))) for text in (destination, mask, hop)]
    return (
        packed[0]
        + packed[1]
        + struct.pack("<I", 0)
        + packed[2]
        + struct.pack("<10I", 7, kind, 3, 0, 0, metric, *[2**32 - 1] * 4)
    )


# Synthetic, by the layout of MIB_IPFORWARDTABLE; kinds: 2 invalid, 3 on the link, 4 beyond a gateway.
TABLE = struct.pack("<I", 5) + b"".join(
    [
        row("0.0.0.0", "0.0.0.0", "192.0.2.1", 4, 25),
        row("0.0.0.0", "0.0.0.0", "192.0.2.254", 4, 50),
        row("0.0.0.0", "0.0.0.0", "192.0.2.99", 2, 1),
        row("192.0.2.0", "255.255.255.0", "192.0.2.7", 3, 281),
        row("198.51.100.0", "255.255.255.0", "192.0.2.2", 4, 25),
    ]
)


@pytest.fixture
def routes(monkeypatch):
    monkeypatch.setattr(routing, "read_table", lambda: TABLE + b"\0" * 500)
    return looking.read_routes_of_windows()


def test_the_routes_of_windows_mean_what_those_of_linux_mean(routes):
    assert looking.default_gateway(routes) == "192.0.2.1"
    assert looking.is_beyond("203.0.113.7", routes)
    assert looking.is_beyond("198.51.100.7", routes)
    for near in ("192.0.2.200", "127.0.0.1", "fe80::1"):
        assert not looking.is_beyond(near, routes)


def test_without_a_table_nothing_is_known_of_the_routes(monkeypatch):
    def fails():
        raise OSError("GetIpForwardTable")

    monkeypatch.setattr(routing, "read_table", fails)
    assert looking.read_routes_of_windows() is None


@given(st.one_of(st.binary(max_size=300), st.integers(0, len(TABLE)).map(lambda size: TABLE[:size]), st.binary(max_size=200).map(lambda data: b"\xff\xff\xff\xff" + data)))  # fmt: skip
def test_any_bytes_are_a_table(data):
    for destination, gateway, mask, metric in routing.parse_table(data):
        assert all(0 <= number < 2**32 for number in (destination, gateway, mask, metric))


@pytest.mark.parametrize(("answers", "alive"), [([(0.0,)], True), ([(), (3.0,)], True), ([(), ()], False)])
def test_a_gateway_is_asked_twice_at_most(monkeypatch, answers, alive):
    coming = iter(answers)
    monkeypatch.setattr(icmp, "ping", lambda *_: next(coming))
    assert looking.ping_on_windows("192.0.2.1") is alive
    assert list(coming) == []


def test_where_no_echo_can_be_sent_there_was_none(monkeypatch):
    def fails(*_):
        raise HostError("icmp-failed", "IcmpCreateFile")

    monkeypatch.setattr(icmp, "ping", fails)
    assert looking.ping_on_windows("192.0.2.1") is False


CLOSED = "(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)"


@pytest.mark.parametrize(
    ("text", "readers"),
    [
        (f"D:PAI{CLOSED}", []),
        (f"D:AI{CLOSED}(A;ID;0x1200a9;;;BU)", ["BU"]),
        (f"D:{CLOSED}(A;;FR;;;WD)(A;;GA;;;AU)(A;;CCDC;;;IU)", ["AU", "IU", "WD"]),
        (f"D:{CLOSED}(A;;0x1200a9;;;S-1-5-21-1-2-3-513)", ["S-1-5-21-1-2-3-513"]),
        (f"D:{CLOSED}(A;;0x120188;;;BU)", []),  # may read who may read it, and no more
        (f"D:{CLOSED}(A;OICIIO;GA;;;WD)", []),  # only for what is made below
        (f"D:{CLOSED}(D;;FA;;;WD)", []),
        (f'D:{CLOSED}(XA;;FR;;;WD;(@User.Project Any_of {{"x"}}))', ["WD"]),
        ("D:", []),  # a list without entries lets nobody in
        ("D:NO_ACCESS_CONTROL", ["WD"]),
        ("", ["WD"]),
        ("O:BAG:SY", ["WD"]),
    ],
)
def test_who_of_the_ordinary_users_may_read(text, readers):
    assert public_readers(text) == readers


def test_a_folder_is_open_where_ordinary_users_may_only_make_files_in_it():
    assert public_guests(f"D:{CLOSED}") == []
    assert public_guests(f"D:{CLOSED}(A;CI;DCLCRPCR;;;BU)(A;OICIIO;GA;;;WD)(D;;FA;;;AU)") == ["BU", "WD"]
    assert public_guests("") == ["WD"]


@given(st.text(max_size=200))
def test_any_text_is_an_access_list(text):
    assert public_readers(text) == sorted(set(public_readers(text)))


def test_the_command_waits_for_the_resident_and_ends_with_its_code():
    assert keep_resident([sys.executable, "-c", "import sys; sys.exit(3)"]) == 3


def test_a_key_that_others_can_read_is_refused_on_windows(enrolled, monkeypatch):
    from tuanthu_agent import files, signing
    from tuanthu_agent.errors import IdentityError

    monkeypatch.setattr(files, "on_windows", lambda: True)
    monkeypatch.setattr(files, "public_readers", lambda path: ["BU"])
    with pytest.raises(IdentityError, match="icacls"):
        signing.load(enrolled.data_dir)
    monkeypatch.setattr(files, "public_readers", lambda path: [])
    assert signing.load(enrolled.data_dir).public_key
