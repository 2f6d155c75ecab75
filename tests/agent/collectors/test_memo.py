"""A dear answer is kept for one state of what it rests on, and for no other."""

import os
import time

import pytest

from tuanthu_agent.collectors import memo
from tuanthu_agent.collectors.updates import apt, apt_parsing
from tuanthu_agent.commands import CommandError, Commands

LISTED = "Listing...\nlibc6/bookworm-security 2.36-9+deb12u9 amd64 [upgradable from: 2.36-9+deb12u8]\n"


class Counting(Commands):
    """Prints a list of packages and counts how often."""

    def __init__(self, answers):
        self.answers = list(answers)
        self.asked = 0

    def run(self, name, *arguments, seconds=5.0):
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        if answer is None:
            raise CommandError("command-failed", name)
        return answer


@pytest.fixture
def debian(machine, tmp_path):
    def make(*answers):
        host = machine({"/var/lib/dpkg/status": "một", "/etc/apt/sources.list": "deb …"})
        host.commands = Counting(answers)
        settle(host)
        return host

    (tmp_path / "memory").mkdir()
    return make


def settle(host, ago=3600):
    moment = time.time() - ago
    for path in host.path("/").rglob("*"):
        os.utime(path, (moment, moment))


def test_the_answer_is_asked_for_once_while_nothing_changes(debian, tmp_path):
    host = debian(LISTED)
    memory = str(tmp_path / "memory")
    assert [apt.list_upgradable(host, memory) for _ in range(3)] == [LISTED] * 3
    assert host.commands.asked == 1


@pytest.mark.parametrize("path", ["/var/lib/dpkg/status", "/var/lib/apt/lists/new_InRelease", "/etc/apt/preferences"])
def test_a_change_of_what_it_rests_on_asks_again(debian, tmp_path, path):
    host = debian(LISTED, "Listing...\n")
    memory = str(tmp_path / "memory")
    assert apt.list_upgradable(host, memory) == LISTED
    host.path(path).parent.mkdir(parents=True, exist_ok=True)
    host.path(path).write_text("hai")
    settle(host, ago=1800)
    assert apt.list_upgradable(host, memory) == "Listing...\n"


def test_what_was_written_a_moment_ago_is_not_relied_on(debian, tmp_path):
    host = debian(LISTED, "Listing...\n")
    settle(host, ago=0)
    memory = str(tmp_path / "memory")
    assert [apt.list_upgradable(host, memory) for _ in range(2)] == [LISTED, "Listing...\n"]


def test_a_failure_is_not_kept_and_a_damaged_or_missing_memory_only_costs_time(debian, tmp_path):
    host = debian(None, LISTED)
    memory = tmp_path / "memory"
    with pytest.raises(CommandError):
        apt.list_upgradable(host, str(memory))
    assert apt.list_upgradable(host, str(memory)) == LISTED
    for content in (b"", b"\xff", b"[]", b'{"key": 1}', b'{"key": null, "answer": 1}'):
        (memory / "memo-apt.json").write_bytes(content)
        assert apt.list_upgradable(host, str(memory)) == LISTED
    assert apt.list_upgradable(host, str(tmp_path / "nowhere")) == LISTED
    assert memo.recall(str(memory), "apt", None) is None


def test_a_line_that_is_not_understood_is_no_empty_list():
    assert apt_parsing.is_understood(LISTED)
    assert apt_parsing.is_understood("Listing...\n")
    assert not apt_parsing.is_understood("libc6/bookworm-security ???\n")
