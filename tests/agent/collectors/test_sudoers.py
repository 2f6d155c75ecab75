"""sudo's rules: who may run everything as root, and when a file is too strange to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors.accounts.sudoers import parse_lines, read_sudoers
from tuanthu_agent.host import HostError


def parsed(text):
    return parse_lines(text.splitlines())


@pytest.mark.parametrize(
    "rule",
    [
        "lan ALL=(ALL:ALL) ALL",
        "lan ALL=(ALL) NOPASSWD: ALL",
        "lan ALL = NOPASSWD:SETENV: ALL",
        "lan ALL=ALL",
        "lan máy-1 = (root) ALL",
        "lan ALL=(ALL) /bin/ls, ALL",
        "lan ALL=(ALL) ALL, !/bin/su",
        "lan , #0 ALL=(ALL) ALL",
        "lan ALL=(postgres) /usr/bin/psql, (root) ALL",
        "User_Alias QUANTRI = lan, hoa\nQUANTRI ALL=(ALL) ALL",
        "Cmnd_Alias TATCA = ALL\nlan ALL=(ALL) TATCA",
        "Runas_Alias GOC = root\nlan ALL=(GOC) ALL",
        "lan ALL=(ALL) TIMEOUT=5m ALL # tạm",
    ],
)
def test_whoever_may_run_everything_is_found(rule):
    found = parsed(rule)
    assert "lan" in found.users
    assert found.clear


@pytest.mark.parametrize(
    "rule",
    [
        "lan ALL=(ALL) /usr/bin/apt",
        "lan ALL=(postgres) ALL",
        "# lan ALL=(ALL) ALL",
        "Defaults:lan !requiretty",
        "lan ALL=(ALL) APT",
    ],
)
def test_whoever_may_run_only_some_is_no_administrator(rule):
    found = parsed(rule)
    assert not found.users
    assert found.clear


def test_groups_and_everybody_are_told_apart():
    found = parsed("%wheel ALL=(ALL) ALL\n%#27 ALL=(ALL) ALL\n%miền\\ quản\\ trị ALL=(ALL) ALL\nALL ALL=(ALL) ALL\n")
    assert found.groups == {"wheel", "#27", "miền quản trị"}
    assert found.everyone
    assert not found.asks_target


def test_everybody_who_must_know_roots_password_is_nobody():
    assert parsed("Defaults targetpw\nALL ALL=(ALL) ALL\n").asks_target
    assert not parsed("Defaults !targetpw\nALL ALL=(ALL) ALL\n").asks_target


@pytest.mark.parametrize("rule", ["vô nghĩa", "+nhóm ALL=(ALL) ALL", "a b c = ALL", "!lan ALL=(ALL) ALL"])
def test_a_line_that_is_not_understood_is_said(rule):
    assert not parsed(rule).clear


def test_folders_are_read_without_backups_and_packages_leavings(machine):
    host = machine(
        {
            "/etc/sudoers": "@includedir sudoers.d\n#include /etc/thêm\n",
            "/etc/sudoers.d/lan": "lan ALL=(ALL) ALL\n",
            "/etc/sudoers.d/cũ~": "cũ ALL=(ALL) ALL\n",
            "/etc/sudoers.d/x.dpkg-old": "cũ ALL=(ALL) ALL\n",
            "/etc/thêm": "hoa ALL = \\\n (ALL) ALL\n",
        }
    )
    assert read_sudoers(host).users == {"lan", "hoa"}


def test_a_file_that_is_missing_or_goes_round_is_an_error(machine):
    with pytest.raises(HostError, match="not-found"):
        # An include that leads nowhere is an error of sudo's, too; no sudo at all is not.
        read_sudoers_of(machine, {"/etc/sudoers": "@include /etc/không-có\n"})
    with pytest.raises(HostError, match="sudoers-unclear"):
        read_sudoers_of(machine, {"/etc/sudoers": "@include /etc/sudoers\n"})


def test_no_sudo_is_no_error(machine):
    assert read_sudoers(machine({})) is None


def read_sudoers_of(machine, files):
    return read_sudoers(machine(files))


@given(st.lists(st.text(max_size=80), max_size=8))
def test_nothing_breaks_the_parser(lines):
    found = parse_lines(["root ALL=(ALL:ALL) ALL", *lines])
    assert "root" in found.users


@given(
    st.lists(
        st.sampled_from(["User_Alias", "A", "B", "=", ",", "ALL", "(", ")", ":", "%x", "!", "#", "\\ ", '"', " "]),
        max_size=30,
    )
)
def test_nothing_made_of_its_own_words_breaks_the_parser(words):
    found = parse_lines(["".join(words), " ".join(words)])
    assert isinstance(found.clear, bool)
