"""The neighbour table by Windows' own call: the same machine, the same neighbours."""

from pathlib import Path

from tuanthu_agent.scanner.discovery.neighbours import parse_arp


def test_windows_names_the_neighbours_that_this_machine_has(python):
    before = parse_arp(Path("/proc/net/arp").read_text())
    answer = python("from tuanthu_agent.windows import neighbours\nanswer = neighbours.read_neighbours()")
    after = parse_arp(Path("/proc/net/arp").read_text())
    assert before.items() & after.items() <= answer.items() <= before.items() | after.items()
