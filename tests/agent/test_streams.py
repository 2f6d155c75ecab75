"""What is too long to be held comes in pieces, from a file or a command, and is bounded all the same."""

import os

import pytest

from tuanthu_agent import commands
from tuanthu_agent.commands import CommandError, SystemCommands
from tuanthu_agent.host import Host, HostError

SHELL = SystemCommands({"sh": ("/bin/sh",)})


def test_a_file_comes_in_pieces_of_a_size(tmp_path):
    (tmp_path / "danh sách").write_bytes(b"abcdefg")
    assert list(Host(tmp_path).pieces("/danh sách", 3)) == [b"abc", b"def", b"g"]


def test_a_file_that_is_not_there_is_a_typed_error(tmp_path):
    with pytest.raises(HostError, match="not-found: /x"):
        list(Host(tmp_path).pieces("/x", 3))


def test_output_longer_than_any_that_is_held_comes_in_pieces():
    script = "head -c 1000000 /dev/zero"
    assert sum(map(len, SHELL.pieces("sh", "-c", script))) == 1_000_000
    with pytest.raises(CommandError, match="command-output-too-long"):
        SHELL.run("sh", "-c", script)


def test_output_in_pieces_is_bounded_as_well(monkeypatch):
    monkeypatch.setattr(commands, "MOST_STREAMED", 100_000)
    with pytest.raises(CommandError, match="command-output-too-long"):
        list(SHELL.pieces("sh", "-c", "cat /dev/zero"))


@pytest.mark.parametrize(
    ("script", "seconds", "code"),
    [("echo x; exit 3", 5.0, "command-failed"), ("echo x; exec sleep 60", 0.2, "command-timeout")],
)
def test_a_command_that_ends_badly_says_so_after_its_pieces(script, seconds, code):
    pieces = SHELL.pieces("sh", "-c", script, seconds=seconds)
    assert next(pieces) == b"x\n"
    with pytest.raises(CommandError, match=code):
        list(pieces)


def test_a_command_ends_when_nobody_takes_any_more():
    pieces = SHELL.pieces("sh", "-c", "echo $$; exec sleep 60")
    process = int(next(pieces))
    pieces.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_only_what_is_allowed_runs_in_pieces():
    with pytest.raises(CommandError, match="command-not-allowed"):
        list(SHELL.pieces("ls"))


def test_commands_that_are_only_played_give_one_piece(machine):
    assert list(machine({}, {"apt x": "đủ"}).commands.pieces("apt", "x")) == ["đủ".encode()]
