"""Routers, switches and access points behind HTTP Basic: they differ by realm, pages and factory accounts."""

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import SNMP, SSDP, SSH, TELNET, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, page
from tests.lab.devices.wires.ssdp import description


class Basic(Guarded):
    """All pages need the account; `names`: `realm`, `server`, `title`, `open_pages`."""

    @property
    def server(self):
        return self.names.get("server", "httpd")

    @property
    def success_words(self):
        return f"<title>{self.names.get('title', self.device.model)}</title> logout"

    def start_page(self, request):
        return self.guard(
            request,
            Response(
                page(
                    self.names.get("title", self.device.model),
                    self.names.get("body", "<a href='status.htm'>Status</a>"),
                )
            ),
        )

    def answer(self, request):
        if request.path == "/description.xml":
            return description(self.device)
        if request.path in self.names.get("open_pages", {}):
            return Response(self.names["open_pages"][request.path].format(model=self.device.model), kind="text/plain")
        return self.start_page(request) if request.method == "GET" else None


CURRENT = {
    "/currentsetting.htm": "Firmware=V1.0.2.60\r\nRegionTag=WW\r\nModel={model}\r\nLoginMethod=2.0\r\nInternetConnectionStatus=Up\r\n"
}


def kind(
    name,
    vendor,
    device_class,
    oui,
    accounts,
    realm,
    *,
    can=(),
    model="",
    services=(),
    source="nndefaccts",
    **names,
):
    return Kind(
        name,
        vendor,
        device_class,
        oui,
        (web(Basic), *services),
        accounts,
        frozenset(can),
        None,
        model or realm,
        {"realm": realm} | names,
        source,
    )


ADMIN = (("admin", "admin"),)
CISCO_TELNET = {
    "telnet_banner": "\r\nUser Access Verification\r\n\r\n",
    "telnet_login": "Username: ",
    "telnet_prompt": "\r\nRouter>",
    "telnet_refusal": "\r\n% Login invalid\r\n\r\n",
    "ssh_banner": "SSH-2.0-Cisco-1.25",
}
KINDS = [
    kind(
        "zte-zxv10",
        "ZTE",
        "router",
        "00:19:C6",
        ADMIN,
        "ZXV10 W300",
        services=(TELNET,),
        server="RomPager/4.07 UPnP/1.0",
    ),
    kind(
        "tplink-basic",
        "TP-LINK",
        "router",
        "14:CC:20",
        ADMIN,
        "TP-LINK Wireless N Router WR841N",
        model="TL-WR841N",
        services=(SSDP,),
        server="Router Webserver",
    ),
    kind("dlink-dsl-basic", "D-Link", "router", "1C:7E:E5", ADMIN, "DSL-2640B", server="micro_httpd"),
    kind(
        "cisco-ios",
        "Cisco",
        "router",
        "00:1B:D5",
        (("cisco", "cisco"), ("Cisco", "Cisco")),
        "level_15_access",
        model="C1841",
        services=(TELNET, SSH, SNMP),
        server="cisco-IOS",
        sysdescr="Cisco IOS Software, 1841 Software (C1841-ADVIPSERVICESK9-M), Version 12.4(24)T",
        enterprise=9,
        title="Router Home Page",
        body='<H2>Accessing Cisco C1841 "Router"</H2><A HREF=/level/15/exec/-/show/log/CR>Show diagnostic log</A>',
        communities=("public",),
        **CISCO_TELNET,
    ),
    kind("linksys-basic", "Linksys", "router", "00:1D:7E", (("admin", "admin"),), "Linksys WRT54GL", model="WRT54GL"),
    kind(
        "netgear-basic",
        "NETGEAR",
        "router",
        "C4:04:15",
        (("admin", "password"),),
        "NETGEAR R6300",
        model="R6300",
        title="NETGEAR Router R6300",
        open_pages=CURRENT,
    ),
    kind("asus-basic", "ASUSTek", "router", "08:60:6E", ADMIN, "RT-N12", source="nndefaccts"),
    kind(
        "generic-basic",
        "Unknown",
        "router",
        "00:50:C2",
        ADMIN,
        "Protected",
        can=(),
        model="Protected area",
        source="no vendor at all",
    ),
]
