"""nmap as a second opinion, where it is installed: a plain connect scan of live hosts whose ports stayed silent.

Its list of arguments is fixed but for port numbers; addresses go in by standard input, each let pass by the door just
before. No version detection and no script is ever asked for: their probes send empty lines to login prompts, which some
devices count as failed logins, and text to printers, which they print.
"""

import asyncio
import contextlib
import ipaddress
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tuanthu_agent.scanner.discovery.interface import DISCOVERY, DiscoveryDoor

PLACES: Final = (
    "/usr/bin/nmap",
    "/usr/local/bin/nmap",
    r"C:\Program Files (x86)\Nmap\nmap.exe",
    r"C:\Program Files\Nmap\nmap.exe",
)
ARGUMENTS: Final = (
    "-sT", "--unprivileged", "-n", "-Pn", "--host-timeout", "60s", "--max-retries", "2",
    # The delay is one host's: what it answers is over before the next port.
    "--max-parallelism", "24", "--scan-delay", "20ms",
    "-oX", "-", "-iL", "-",
)  # fmt: skip
HOSTS_AT_ONCE: Final = 32
_SECONDS: Final = 120.0
_MOST_OUTPUT: Final = 8 * 1024 * 1024


class NmapError(Exception):
    """No second opinion; the text is a stable code with detail."""


def find_nmap() -> str | None:
    """Where it is installed, from fixed places alone."""
    return next((place for place in PLACES if Path(place).is_file()), None)


async def second_opinion(
    program: str, door: DiscoveryDoor, addresses: Sequence[str], ports: Iterable[int]
) -> dict[str, set[int]]:
    """Open TCP ports by address, of those that the scope still allows; raises NmapError."""
    found: dict[str, set[int]] = {}
    listed = ",".join(str(int(port)) for port in sorted(set(ports)))
    versions = {4: (), 6: ("-6",)}
    for version, more in versions.items():
        places = [one for one in addresses if ipaddress.ip_address(one).version == version]
        for start in range(0, len(places), HOSTS_AT_ONCE):
            part = [one for one in places[start : start + HOSTS_AT_ONCE] if door.permitted(DISCOVERY, one)]
            if part:
                text = await _run([program, *ARGUMENTS, *more, "-p", listed], "\n".join(part) + "\n")
                found |= {one: opened for one, opened in parse(text, program).items() if one in part}
    return found


async def _run(command: list[str], addresses: str) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"} | _of_windows(),
        )
    except OSError:
        raise NmapError("nmap-failed: start") from None
    try:
        async with asyncio.timeout(_SECONDS):
            output = await _exchange(process, addresses.encode("ascii"))
            code = await process.wait()
    except TimeoutError:
        raise NmapError("nmap-failed: timeout") from None
    except OSError:
        raise NmapError("nmap-failed: pipe") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if code != 0:
        raise NmapError(f"nmap-failed: exit {code}")
    return output.decode("utf-8", errors="replace")


def _of_windows() -> dict[str, str]:
    """No program of Windows opens a socket without it."""
    root = os.environ.get("SYSTEMROOT")
    return {"SystemRoot": root} if root else {}


async def _exchange(process: asyncio.subprocess.Process, addresses: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(addresses)
    await process.stdin.drain()
    process.stdin.close()
    output = bytearray()
    while part := await process.stdout.read(65_536):
        output += part
        if len(output) > _MOST_OUTPUT:
            raise NmapError("nmap-failed: too much output")
    return bytes(output)


def parse(text: str, program: str) -> dict[str, set[int]]:
    """Open TCP ports by address in nmap's XML; raises NmapError for what is none."""
    from defusedxml import DefusedXmlException, ElementTree
    from nmap import PortScanner, PortScannerError

    try:
        ElementTree.fromstring(text)
        result = PortScanner(nmap_search_path=(program,)).analyse_nmap_xml_scan(text)
        found: dict[str, set[int]] = {}
        for address, host in result["scan"].items():
            opened = {number for number, port in host.get("tcp", {}).items() if port["state"] == "open"}
            found[str(ipaddress.ip_address(address))] = opened
    except (
        ElementTree.ParseError, DefusedXmlException, PortScannerError, AttributeError, KeyError, TypeError, ValueError,
    ):  # fmt: skip
        raise NmapError("nmap-failed: output") from None
    return found
