"""The first bytes of a service, and what they say it is. Pure and total; text out of them is one printable line."""

import re
from typing import Final

MOST: Final = 1024
"""Bytes that are looked at."""
_LONGEST: Final = 200
QUESTION: Final = b"GET / HTTP/1.0\r\n\r\n"
"""What a port that does not greet is asked; no credential, and nothing that changes anything."""
STREAM_QUESTION: Final = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
"""What a port of streams is asked: some servers there answer a GET as web servers, for tunnels, and are none."""
_FTP: Final = re.compile(rb"220[ -][^\r\n]*(?:ftp|\(vsFTPd|ProFTPD|FileZilla|Pure-FTPd)|220[ -]", re.IGNORECASE)
_MAIL: Final = re.compile(rb"220[ -][^\r\n]*\bE?SMTP\b", re.IGNORECASE)
_LOGIN: Final = re.compile(rb"(?:login|username|user name|password|user access verification)\s*:?\s*$", re.IGNORECASE)
_TLS_WANTED: Final = re.compile(
    rb"HTTPS port|SSL-enabled server port|using HTTPS|speaking plain HTTP|to an HTTPS server", re.IGNORECASE
)
_IAC: Final = 0xFF
_NEGOTIATION: Final = frozenset(range(0xFA, 0xFF))
_TLS_RECORDS: Final = (0x15, 0x16)


def classify(data: bytes) -> tuple[str, bool] | None:
    """Protocol and whether it is inside TLS; None for bytes that say nothing."""
    data = data[:MOST]
    if data[:1] and data[0] in _TLS_RECORDS and data[1:2] == b"\x03":
        return "unknown", True
    if data.startswith((b"HTTP/1.", b"HTTP/0.9")):
        tls = data[9:12] == b"400" and _TLS_WANTED.search(data) is not None
        return "http", tls
    for start, protocol in ((b"SSH-", "ssh"), (b"RTSP/1.", "rtsp"), (b"RFB 00", "vnc")):
        if data.startswith(start):
            return protocol, False
    if data.startswith(b"220") and _FTP.match(data):
        return ("smtp" if _MAIL.match(data) else "ftp"), False
    if is_telnet(data):
        return "telnet", False
    return None


def is_telnet(data: bytes) -> bool:
    """Option negotiation (RFC 854), or a plain prompt for a name."""
    if len(data) > 1 and data[0] == _IAC and data[1] in _NEGOTIATION:
        return True
    return _LOGIN.search(data.rstrip(b"\0")) is not None and b"<" not in data


def banner(protocol: str, data: bytes) -> str:
    """What a person would read of a greeting: one line, without telnet's options."""
    if protocol == "telnet":
        data = strip_options(data)
    if protocol == "ssh":
        data = data.splitlines()[0] if data else b""
    text = data[:MOST].decode("utf-8", errors="replace").replace("\ufffd", " ")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_LONGEST]


def strip_options(data: bytes) -> bytes:
    """Telnet's text without its commands; an unfinished command at the end is dropped."""
    text, place = bytearray(), 0
    while place < len(data):
        byte = data[place]
        if byte != _IAC:
            text.append(byte)
            place += 1
        elif data[place + 1 : place + 2] == b"\xfa":
            end = data.find(b"\xff\xf0", place)
            place = len(data) if end < 0 else end + 2
        else:
            place += 3
    return bytes(text)
