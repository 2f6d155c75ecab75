"""What Windows' own calls tell of the wire: the same machine, the same neighbours and gateways."""

from pathlib import Path

from tuanthu_agent.collectors.lan.parsing import parse_routes
from tuanthu_agent.scanner.discovery.neighbours import parse_arp

GATEWAYS = """
from pathlib import Path
from tuanthu_agent.host import Host
from tuanthu_agent.scanner.discovery.neighbours import LiveNeighbourhood
answer = sorted(LiveNeighbourhood(Host(Path("/"))).gateways())
"""


def test_windows_names_the_neighbours_that_this_machine_has(python):
    before = parse_arp(Path("/proc/net/arp").read_text())
    answer = python("from tuanthu_agent.windows import neighbours\nanswer = neighbours.read_neighbours()")
    after = parse_arp(Path("/proc/net/arp").read_text())
    assert before.items() & after.items() <= answer.items() <= before.items() | after.items()


def test_a_scan_knows_the_gateways_of_this_machine(bench):
    routes = parse_routes(Path("/proc/net/route").read_text())
    assert bench.ask("3.11", GATEWAYS) == sorted({route.address for route in routes if route.address})
