"""Packets leave the scanner by its door alone: no other module of it opens a socket or lets a library open one."""

import ast
from pathlib import Path

import pytest
from tests.house.scanner_rules import ways_past_the_door

SCANNER = Path(__file__).resolve().parents[2] / "agent/src/tuanthu_agent/scanner"
DOOR = SCANNER / "door"
ALLOWED = {
    # nmap is a program of its own: it is given, as plain addresses, only what the gate let pass one by one.
    # Its library is used to read its output alone.
    "discovery/second_opinion.py": {"asyncio.create_subprocess_exec", "from nmap import PortScanner"},
    # The scan itself runs in a child process of this very Python.
    "child.py": {"import subprocess"},
}
"""File below `scanner/` → beginnings of what it may do all the same, and why."""

MODULES = sorted(path for path in SCANNER.rglob("*.py") if DOOR not in path.parents)


def findings(source: str) -> list[str]:
    return list(ways_past_the_door(ast.parse(source)))


def test_there_are_modules_and_a_door():
    assert len(MODULES) > 10
    assert findings((DOOR / "scoped.py").read_text(encoding="utf-8")), "the rules would not see the door itself"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SCANNER)))
def test_no_module_sends_past_the_door(path):
    allowed = ALLOWED.get(path.relative_to(SCANNER).as_posix(), ())
    found = findings(path.read_text(encoding="utf-8"))
    assert [one for one in found if not one.partition(": ")[2].startswith(tuple(allowed))] == []


@pytest.mark.parametrize(
    "source",
    [
        "import socket\nsocket.create_connection(('a', 1))",
        "import socket\ns = socket.socket()",
        "import socket\nmake = socket.socket",
        "import socket\nclass Mine(socket.socket): pass",
        "import socket\nsocket.getaddrinfo('a', 1)",
        "from socket import create_connection",
        "from socket import socket",
        "from socket import *",
        "import requests",
        "import urllib.request",
        "from urllib import request",
        "import http.client",
        "def f():\n    import http.client as web",
        "import paramiko\nparamiko.SSHClient().connect('a')",
        "import paramiko\nparamiko.Transport(('a', 22))",
        "import paramiko\nparamiko.Transport('a:22')",
        "from paramiko import SSHClient",
        "from paramiko.client import SSHClient",
        "import librouteros\nlibrouteros.connect('a', 'b', 'c')",
        "from librouteros import connect",
        "from pysnmp.hlapi.v3arch.asyncio import get_cmd",
        "from pysnmp.carrier.asyncio.dgram import udp",
        "from zeroconf import Zeroconf",
        "import asyncio\nasyncio.open_connection('a', 1)",
        "import asyncio\nasyncio.get_running_loop().create_datagram_endpoint(int)",
        "loop.sock_connect(s, ('a', 1))",
        "import subprocess",
        "import os\nos.system('ping a')",
        "import asyncio\nasyncio.create_subprocess_exec('nmap')",
        "import nmap",
        "import icmplib",
        "__import__('socket')",
        "from importlib import import_module\nimport_module('socket')",
        "from tuanthu_agent.wire import LiveWire",
        "from . import door",
        "import _socket",
    ],
)
def test_a_way_past_the_door_is_seen(source):
    assert findings(source)


@pytest.mark.parametrize(
    "source",
    [
        "import socket\ndef f(sock: socket.socket) -> socket.socket: return sock",
        "import socket\nsock: socket.socket | None = None",
        "import socket\ntry:\n    pass\nexcept socket.timeout:\n    pass",
        "from urllib.parse import urlsplit",
        "import ssl\nssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)",
        "import paramiko\nparamiko.Transport(sock)",
        "from pysnmp.proto.api import v2c",
        "from librouteros.protocol import encode_sentence",
        "from zeroconf import DNSIncoming",
        "async def f(door): await door.open_connection('ssh', 'a', 22, 1)",
        "def f(door): door.connect('ssh', 'a', 22, 1)",
        "import asyncio\nasyncio.run(f())",
    ],
)
def test_what_keeps_to_the_door_is_let_be(source):
    assert findings(source) == []
