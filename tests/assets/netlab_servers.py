"""Servers of the lab's Internet and gateway, by a JSON list on the command line; standard library only.

Kinds: `dns` (names → addresses; `*` for all others), `http`, `tls`, `silent`, `reset`, `drip`, `banner`, `proxy`, `igd`.
"""

import json
import select
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time

HELD = []


def dns(one):
    names = one["names"]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((one["address"], 53))

    def serve():
        while True:
            query, client = server.recvfrom(512)
            labels, place = [], 12
            while query[place]:
                labels.append(query[place + 1 : place + 1 + query[place]].decode())
                place += 1 + query[place]
            question = query[12 : place + 5]
            address = names.get(".".join(labels), names.get("*"))
            if address == "drop":
                continue
            is_a = question[-4:-2] == b"\0\1"
            flags = b"\x81\x80" if address else b"\x81\x83"
            count = b"\0\1" if address and is_a else b"\0\0"
            record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(address) if count == b"\0\1" else b""
            server.sendto(query[:2] + flags + b"\0\1" + count + b"\0" * 4 + question + record, client)

    return serve


def head(one):
    fields = "".join(f"{name}: {value}\r\n" for name, value in one.get("fields", {}).items())
    body = one.get("body", "")
    return f"HTTP/1.1 {one.get('status', 200)} X\r\n{fields}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            return data
        data += part
    return data


def answer(connection, one):
    kind = one["kind"]
    if kind == "silent":
        HELD.append(connection)
        time.sleep(600)
    elif kind == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif kind == "drip":
        read_head(connection)
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 600:
            connection.send(bytes([byte]))
            time.sleep(0.2)
    elif kind == "banner":
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        connection.recv(4096)
    elif kind == "proxy":
        proxy(connection, one)
    else:
        if kind == "tls":
            connection = one["context"].wrap_socket(connection, server_side=True)
        read_head(connection)
        connection.sendall(one["raw"].encode() if "raw" in one else head(one))
        connection.close()


def proxy(connection, one):
    words = read_head(connection).split()
    target = one["targets"].get(words[1].decode())
    if target is None:
        connection.sendall(b"HTTP/1.1 403 no\r\n\r\n")
        return
    far = socket.create_connection(target)
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    while True:
        for ready in select.select([connection, far], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (far if ready is connection else connection).sendall(data)


def tcp(one):
    if one["kind"] == "tls":
        one["context"] = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(one["certificate"])
        if one.get("old"):
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            answer(self.request, one)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, request, client_address):
            pass

    return Server((one["address"], one["port"]), Handler).serve_forever


def igd(one):
    """An Internet gateway device over real SSDP, HTTP and SOAP; `lies_at` names another place in its answers."""
    control = "/ctl"
    where = one.get("lies_at", f"http://{one['address']}:5000/root.xml")
    services = "".join(
        f"<service><serviceType>urn:schemas-upnp-org:service:{name}</serviceType><controlURL>{control}</controlURL></service>"
        for name in ("WANCommonInterfaceConfig:1", "WANIPConnection:1")
    )
    description = one.get("description") or (
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
        f"<manufacturer>{one.get('manufacturer', '')}</manufacturer><modelName>{one.get('model', '')}</modelName>"
        f"<serviceList>{services}</serviceList></device></root>"
    )
    values = one.get("values", {})

    def respond(connection):
        request = read_head(connection).decode("latin-1")
        size = int(request.partition("Content-Length: ")[2].partition("\r\n")[0] or 0)
        while len(request.partition("\r\n\r\n")[2]) < size:
            request += connection.recv(4096).decode("latin-1")
        if request.startswith("GET /root.xml"):
            body = description
        else:
            action = request.partition("SOAPAction: ")[2].partition("#")[2].partition('"')[0]
            inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.get(action, {}).items())
            body = (
                '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                f'<u:{action}Response xmlns:u="urn:x">{inner}</u:{action}Response></s:Body></s:Envelope>'
            )
        connection.sendall(head({"body": body, "fields": {"Content-Type": "text/xml"}}))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            respond(self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    web = Server((one["address"], 5000), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    ssdp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ssdp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ssdp.bind(("", 1900))
    group = struct.pack("4s4s", socket.inet_aton("239.255.255.250"), socket.inet_aton(one["address"]))
    ssdp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    ssdp.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)

    def serve():
        while True:
            packet, client = ssdp.recvfrom(2048)
            text = packet.decode("latin-1")
            if not text.startswith("M-SEARCH"):
                continue
            target = text.partition("\r\nST: ")[2].partition("\r\n")[0]
            ssdp.sendto(f"HTTP/1.1 200 OK\r\nST: {target}\r\nLOCATION: {where}\r\n\r\n".encode(), client)

    return serve


KINDS = {"dns": dns, "igd": igd}


def main():
    for one in json.loads(sys.argv[1]):
        threading.Thread(target=KINDS.get(one["kind"], tcp)(one), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


main()
