"""Package lists are cut down to the wanted names, wherever the pieces happen to end; what is strange is kept or refused."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tuanthu_agent.collectors.updates.apt_lists import DoubtError, only, parse_installed

WANTED = frozenset({b"bash", b"libc6", b"g++"})


def stanza(name, more=b"Version: 1\nDescription: x\n Package: bash"):
    return b"Package: " + name + b"\n" + more


def kept(text, size=7, wanted=WANTED):
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [one for one in b"".join(only(pieces, wanted)).split(b"\n\n") if one.strip()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_all_stanzas_of_a_wanted_name_are_kept_as_they_stand(size):
    several = [
        stanza(b"aaa"),
        stanza(b"bash"),
        stanza(b"bash", b"Version: 2\nArchitecture: i386"),
        stanza(b"bash-doc"),
        stanza(b"g++"),
        stanza(b"zzz"),
    ]
    assert kept(b"\n\n".join(several) + b"\n", size) == [several[1], several[2], several[4]]
    assert [one.strip() for one in kept(b"\n\n".join(several[:2]) + b"\n", size)] == [several[1]]


@pytest.mark.parametrize(
    "one",
    [
        b"Architecture: all\nPackage: bash\nVersion: 2",
        b"package: bash\nVersion: 2",
        b"Package:bash\nVersion: 2",
        b"Package: BASH\nVersion: 2",
        b"Package: bash \nVersion: 2",
        b"Package: bash",
        b"Version: 2\nSource: a stanza without a name is apt's to judge",
    ],
)
def test_a_stanza_that_begins_in_an_unusual_way_is_looked_at(one):
    for text in (one, b"\n\n".join([stanza(b"aaa"), one, stanza(b"zzz")]), b"\n" + one + b"\n\n\n" + stanza(b"zzz")):
        assert [kept_one.strip() for kept_one in kept(text)] == [one.strip()]


def test_an_unusual_stanza_of_another_name_is_left_out():
    assert kept(b"Architecture: all\nPackage: nano\n\nPackage: VIM\nVersion: 1\n") == []


def test_ends_of_lines_that_apt_may_see_otherwise_and_lists_without_an_end_are_refused():
    with pytest.raises(DoubtError):
        kept(stanza(b"aaa") + b"\r\n\r\n" + stanza(b"bash"))
    with pytest.raises(DoubtError):
        list(only([b"x" * 65536] * 20, WANTED))


def test_the_status_of_dpkg_names_every_package():
    status = b"Package: bash\nStatus: install ok installed\n\nPackage: libc6\nStatus: hold ok installed\n"
    for size in (1, 5, 4096):
        pieces = [status[at : at + size] for at in range(0, len(status), size)]
        assert parse_installed(pieces) == {b"bash", b"libc6"}
    assert parse_installed([]) == frozenset()


LINE = st.sampled_from(
    [
        b"Package: bash",
        b"Package: nano",
        b"Package:libc6",
        b"package: g++",
        b"Version: 1",
        b" Package: bash",
        b"",
        b"",
        b"\xff\x00",
        b"Package: ",
    ]
)


@given(st.lists(LINE), st.integers(1, 40), st.booleans())
@example([b"Package: nano", b"", b"Package: bash"], 5, False)
def test_nothing_of_a_wanted_name_gets_lost(lines, size, end):
    text = b"\n".join(lines) + (b"\n" if end else b"")
    wanted = []
    for one in re.split(rb"\n\n+", text):
        name = re.search(rb"(?im)^package:[ \t]*(\S*)", one)
        if one.strip() and (name is None or name.group(1) in WANTED):
            wanted.append(one.strip(b"\n"))
    assert [one.strip(b"\n") for one in kept(text, size)] == wanted


@given(st.lists(st.binary(max_size=80)))
def test_no_bytes_break_it(pieces):
    assert isinstance(parse_installed(pieces), frozenset)
    try:
        got = b"".join(only(pieces, WANTED))
    except DoubtError:
        assert b"\r" in b"".join(pieces)
        return
    assert all(one in b"".join(pieces) for one in got.split(b"\n\n"))
