"""A door for tests of discovery: no signature, only networks and exclusions; the same calls as the scanner's own door."""

import asyncio
import contextlib
import ipaddress
import os
import socket
import struct
import time
from collections import Counter
from dataclasses import dataclass

from tuanthu_agent.scanner.interface import OutOfScopeError

PER_HOST = 24
"""Answers of one host to one multicast question that are kept."""


@dataclass(frozen=True)
class Answer:
    address: str
    data: bytes


class PlainDoor:
    def __init__(self, networks, exclude=(), own_address=None):
        self.networks = [ipaddress.ip_network(one) for one in networks]
        self.exclude = [ipaddress.ip_network(one) for one in exclude]
        self.own_address = own_address
        self.closed = None
        self.sent = 0

    def check(self, address):
        if self.closed:
            raise OutOfScopeError(self.closed)
        place = ipaddress.ip_address(address)
        if not any(place in one for one in self.networks) or any(place in one for one in self.exclude):
            raise OutOfScopeError(f"outside-networks: {address}")
        self.sent += 1

    def addresses(self):
        for network in self.networks:
            for place in network.hosts():
                if not any(place in one for one in self.exclude):
                    yield str(place)

    def permitted(self, protocol, address):
        try:
            self.check(address)
        except OutOfScopeError:
            return False
        return True

    async def open_connection(self, protocol, address, port, seconds):
        self.check(address)
        sock = socket.socket()
        try:
            sock.setblocking(False)
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except BaseException:
            sock.close()
            raise
        return sock

    def datagram(self, protocol, address, port, payload, timeout, *, answers=1):
        self.check(address)
        end = time.monotonic() + timeout
        found = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect((address, port))
            sock.send(payload)
            while len(found) < answers and (left := end - time.monotonic()) > 0:
                sock.settimeout(left)
                try:
                    found.append(sock.recv(65535))
                except TimeoutError:
                    break
        return found

    async def echo(self, addresses, seconds):
        found = {}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as sock:
            sock.setblocking(False)
            for address in addresses:
                self.check(address)
                with contextlib.suppress(OSError):
                    sock.sendto(struct.pack("!BBHHH", 8, 0, 0xF7FF - 1, 0, 1) + os.urandom(0), (address, 0))
                await asyncio.sleep(0)
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                try:
                    async with asyncio.timeout(left):
                        _, sender = await asyncio.get_running_loop().sock_recvfrom(sock, 2048)
                except TimeoutError:
                    break
                except OSError:
                    continue
                found.setdefault(sender[0], 0.0)
        return found

    def prime(self, addresses):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            for address in addresses:
                self.check(address)
                with contextlib.suppress(OSError):
                    sock.sendto(b"", (address, 9))

    def multicast(self, protocol, group, port, payload, timeout):
        if self.closed:
            raise OutOfScopeError(self.closed)
        if self.own_address is None or self.exclude:
            return [], []
        found, end = [], time.monotonic() + timeout
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(self.own_address))
            sock.sendto(payload, (group, port))
            heard = Counter()
            while (left := end - time.monotonic()) > 0:
                sock.settimeout(left)
                try:
                    data, sender = sock.recvfrom(32768)
                except TimeoutError:
                    break
                heard[sender[0]] += 1
                if heard[sender[0]] <= PER_HOST:
                    found.append(Answer(sender[0], data))
        return found, []
