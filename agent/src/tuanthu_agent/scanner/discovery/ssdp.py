"""SSDP (UPnP Device Architecture 1.1): a search for root devices, and what an answer says. Pure and total."""

from typing import Final

from tuanthu_agent.collectors import web
from tuanthu_agent.scanner.discovery.places import is_on
from tuanthu_agent.scanner.discovery.said import Said

GROUP: Final = "239.255.255.250"
PORT: Final = 1900
_MOST: Final = 4096


def question() -> bytes:
    """A search that all root devices answer within a second; to the group, or to one device."""
    lines = ("M-SEARCH * HTTP/1.1", f"HOST: {GROUP}:{PORT}", 'MAN: "ssdp:discover"', "MX: 1", "ST: upnp:rootdevice")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def parse(data: bytes, address: str) -> Said | None:
    """What an answer says; None for anything else."""
    head = web.parse_head(data[:_MOST])
    if head is None or head[0] != 200 or "st" not in head[1]:
        return None
    fields = head[1]
    said = Said(kinds={"ssdp"})
    said.put("ssdp.server", fields.get("server", ""))
    said.put("ssdp.types", fields["st"])
    if is_on(fields.get("location", ""), address):
        said.place(fields["location"])
        said.put("ssdp.location", fields["location"])
    return said
