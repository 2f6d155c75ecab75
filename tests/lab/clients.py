"""Logins at the emulated devices by other people's clients: requests, paramiko, ftplib, librouteros, raw sockets.

Run where the scanner stands: `python -m tests.lab.clients` with a JSON list of [kind, address, port, protocol, user,
password]; prints for each true (let in), false (refused) or the fault as a text.
"""

import base64
import ftplib
import hashlib
import json
import re
import socket
import ssl
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from tests.lab import web_clients, web_logins

warnings.simplefilter("ignore")
SECONDS = 6


class OldTls(HTTPAdapter):
    """Speaks TLS 1.0 too."""

    def init_poolmanager(self, *arguments, **names):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        super().init_poolmanager(*arguments, ssl_context=context, **names)


class Browser:
    """requests with a base address."""

    def __init__(self, address, port):
        self.base = f"{'https' if port in (443, 4343, 4444) else 'http'}://{address}:{port}"
        self.session = requests.Session()
        self.session.mount("https://", OldTls())
        self.session.verify = self.session.trust_env = False

    def __call__(self, method, path, **names):
        return self.session.request(method, self.base + path, timeout=SECONDS, allow_redirects=False, **names)

    def cookie(self, start):
        return any(name.startswith(start) for name in self.session.cookies.get_dict())


def http(kind, address, port, user, password):
    browser = Browser(address, port)
    if kind in web_clients.GUARDED:
        scheme, path, method = web_clients.GUARDED[kind]
        auth = {"basic": HTTPBasicAuth, "digest": HTTPDigestAuth}[scheme](user, password)
        return browser(method, path, auth=auth).status_code == 200
    return web_clients.LOGINS[kind](browser, user, password)


def ssh(kind, address, port, user, password):
    import paramiko

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    try:
        client.connect(address, port, user, password, timeout=SECONDS, allow_agent=False, look_for_keys=False)
    except paramiko.AuthenticationException:
        return False
    finally:
        client.close()
    return True


def ftp(kind, address, port, user, password):
    client = ftplib.FTP(timeout=SECONDS)
    client.connect(address, port)
    try:
        client.login(user, password)
    except ftplib.error_perm:
        return False
    finally:
        client.close()
    return True


def telnet(kind, address, port, user, password):
    with socket.create_connection((address, port), SECONDS) as link:
        until(link, rb"(?i)(login|username|account|user name)\s*: ?$")
        link.sendall(user.encode() + b"\r\n")
        until(link, rb"(?i)password: ?$")
        link.sendall(password.encode() + b"\r\n")
        text = until(link, rb"(?i)[#>] ?$|incorrect|invalid|failed")
        good = not re.search(rb"(?i)incorrect|invalid|failed", text)
        if good:
            link.sendall(b"exit\r\n")
        return good


def until(link, pattern):
    text = b""
    while not re.search(pattern, text):
        part = link.recv(4096)
        if not part:
            return text + b" failed"
        text += re.sub(rb"\xff[\xfb-\xfe].", b"", part)
    return text


def snmp(kind, address, port, user, password):
    from tests.lab.devices.wires import snmp as wire

    request = wire.encode(0x30, wire.oid((1, 3, 6, 1, 2, 1, 1, 1, 0)) + b"\5\0")
    pdu = wire.encode(wire.GET, wire.integer(7) + wire.integer(0) * 2 + wire.encode(0x30, request))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(0.7)
        link.sendto(wire.encode(0x30, wire.integer(1) + wire.text(user) + pdu), (address, port))
        try:
            return bool(link.recv(4096))
        except TimeoutError:
            return False


def rtsp(kind, address, port, user, password):
    with socket.create_connection((address, port), SECONDS) as link:
        ask = f"DESCRIBE rtsp://{address}:{port}/ RTSP/1.0\r\nCSeq: {{}}\r\nAccept: application/sdp\r\n{{}}\r\n"
        link.sendall(ask.format(1, "").encode())
        challenge = until(link, rb"\r\n\r\n").decode()
        if "Basic" in challenge:
            proof = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        else:
            realm, nonce = re.search(r'realm="([^"]*)", nonce="([^"]*)"', challenge).groups()
            one, two = md5(f"{user}:{realm}:{password}"), md5(f"DESCRIBE:rtsp://{address}:{port}/")
            made = md5(f"{one}:{nonce}:{two}")
            proof = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="rtsp://{address}:{port}/", response="{made}"'
        link.sendall(ask.format(2, f"Authorization: {proof}\r\n").encode())
        return b" 200 " in until(link, rb"\r\n\r\n")


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def routeros(kind, address, port, user, password):
    import librouteros

    try:
        api = librouteros.connect(address, user, password, port=port, timeout=SECONDS)
    except librouteros.exceptions.TrapError:
        return False
    rows = list(api.path("system", "resource"))
    api.close()
    return bool(rows)


def mqtt(kind, address, port, user, password):
    def field(text):
        return len(text).to_bytes(2, "big") + text.encode()

    body = field("MQTT") + b"\4\xc2\0\x1e" + field("lab") + field(user) + field(password)
    with socket.create_connection((address, port), SECONDS) as link:
        link.sendall(b"\x10" + bytes([len(body)]) + body)
        answer = link.recv(4)
        link.sendall(b"\xe0\0")
        return answer[3] == 0


def onvif(kind, address, port, user, password):
    return web_logins.onvif(Browser(address, port), user, password)


PROTOCOLS = {"http": http, "ssh": ssh, "ftp": ftp, "telnet": telnet, "snmp": snmp, "rtsp": rtsp, "routeros": routeros, "mqtt": mqtt, "onvif": onvif}  # fmt: skip


def attempt(kind, address, port, protocol, user, password):
    try:
        return PROTOCOLS[protocol](kind, address, port, user, password)
    except Exception as error:  # noqa: BLE001  the test shows it
        return f"{type(error).__name__}: {error}"[:200]


def main():
    """Devices beside each other, one login a time at each."""
    rows = json.loads(sys.argv[1])
    by_address = {}
    for place, row in enumerate(rows):
        by_address.setdefault(row[1], []).append(place)
    found = [None] * len(rows)

    def at_one(places):
        for place in places:
            found[place] = attempt(*rows[place])

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(at_one, by_address.values()))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
