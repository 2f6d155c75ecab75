"""Devices answer to the ways by which networks are explored, and one of them lies about where it is."""

from tests.lab.lab import NEEDS_ROOT, Lab
from tests.lab.station import OUTSIDE, placed

pytestmark = NEEDS_ROOT
ASK = """
import json, socket, sys
group, port, text = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode().decode("unicode_escape").encode("latin-1")
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.settimeout(1.0)
link.sendto(text, (group, port))
found = {}
try:
    while True:
        data, peer = link.recvfrom(65536)
        found[peer[0]] = data.decode("latin-1")
except TimeoutError:
    print(json.dumps(found))
"""
SEARCH = 'M-SEARCH * HTTP/1.1\\r\\nHOST: 239.255.255.250:1900\\r\\nMAN: "ssdp:discover"\\r\\nMX: 1\\r\\nST: ssdp:all\\r\\n\\r\\n'
PROBE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><a:MessageID>uuid:1-2</a:MessageID></s:Header>'
    "<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
)
DHIP = r'\x20\0\0\0DHIP\0\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0{"method":"DHDiscover.search"}'
BROWSE = """
import json, time
from zeroconf import ServiceBrowser, Zeroconf, IPVersion
found = []
class Listener:
    def add_service(self, zeroconf, kind, name):
        info = zeroconf.get_service_info(kind, name, timeout=1500)
        found.append([name, info.parsed_addresses(), info.port] if info else [name, [], 0])
    update_service = remove_service = lambda *_: None
zeroconf = Zeroconf(interfaces=["10.77.0.2"], ip_version=IPVersion.V4Only)
ServiceBrowser(zeroconf, ["_airplay._tcp.local.", "_ipp._tcp.local."], Listener())
until = time.monotonic() + 8
while len(found) < 2 and time.monotonic() < until:
    time.sleep(0.05)
zeroconf.close()
print(json.dumps(sorted(found)))
"""


def test_devices_answer_ssdp_ws_discovery_and_dahuas_search_and_one_lies():
    hosts = placed([("igd", "default"), ("upnp-liar", "default"), ("dahua", "uninitialised"), ("silent", "default")])
    gateway, liar, camera = (host.address for host in hosts[:3])
    with Lab(hosts) as lab:
        ssdp = lab.python(ASK, "239.255.255.250", "1900", SEARCH)
        probes = lab.python(ASK, "239.255.255.250", "3702", PROBE)
        dhip = lab.python(ASK, "239.255.255.251", "37810", DHIP)
        description = lab.run("curl", "-sS", "-m", "3", f"http://{gateway}:5000/description.xml")
    assert set(ssdp) == {gateway, liar}
    assert f"http://{gateway}:5000/description.xml" in ssdp[gateway]
    assert OUTSIDE in ssdp[liar]
    assert set(probes) == {liar, camera}
    assert OUTSIDE in probes[liar]
    assert "<a:RelatesTo>uuid:1-2<" in probes[camera]
    assert '"Init": 3221' in dhip[camera]
    assert "InternetGatewayDevice" in description


def test_an_own_zeroconf_finds_phones_and_printers():
    hosts = placed([("phone", "default"), ("hp-printer", "default")])
    with Lab(hosts) as lab:
        found = lab.python(BROWSE)
    assert found == [
        ["M402dn._ipp._tcp.local.", [hosts[1].address], 631],
        ["iPhone._airplay._tcp.local.", [hosts[0].address], 7000],
    ]
