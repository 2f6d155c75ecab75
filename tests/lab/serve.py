"""The process that holds a whole station: `python -m tests.lab.serve` with the station as JSON on the first line.

Then one JSON command a line: `{"do": "report"}`, `{"do": "pass", "seconds": 90000}`, `{"do": "stop"}`. Ends with its parent.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import socket
import ssl
import struct
import sys
import tempfile
import threading
from pathlib import Path

from tests.lab.certificates import context
from tests.lab.devices.device import Device
from tests.lab.devices.registry import KINDS
from tests.lab.network import Network, inside, path_of
from tests.lab.recorder import Recorder
from tests.lab.station import SCANNER_ADDRESS

PR_SET_PDEATHSIG = 1
SCANNER = (SCANNER_ADDRESS, "02:00:0a:4d:00:02")


class Listener:
    """One service of one device, made in its namespace, or at one of this machine's addresses."""

    def __init__(self, device, service, place=""):
        self.device, self.service = device, service
        kind = socket.SOCK_DGRAM if service.transport == "udp" else socket.SOCK_STREAM
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((place, service.port))
        for group in service.groups:
            request = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(device.address))
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
        self.handler = service.serve(device, service)
        if service.transport == "tcp":
            self.socket.listen(64)

    async def start(self, loop):
        if self.service.threaded:
            threading.Thread(target=self.handler.run, args=(self.socket,), daemon=True).start()
            return
        self.socket.setblocking(False)
        if self.service.transport == "udp":
            loop.add_reader(self.socket, self.take)
            return
        await asyncio.start_server(self.connected, sock=self.socket, ssl=self.tls())

    def tls(self):
        if not self.service.tls:
            return None
        old = self.device.mutation == "tls10" and self.service.protocol == "http"
        names = self.device.kind.names
        always_old = names.get("tls_version") == "1.0"
        organisation = names.get("tls_organisation", self.device.kind.vendor)
        return context(organisation, names.get("tls_name", self.device.model), old=old or always_old)

    def take(self):
        try:
            data, peer = self.socket.recvfrom(65536)
            answer = self.handler.datagram(data, peer)
            if answer:
                self.socket.sendto(answer, peer)
        except OSError:
            return

    async def connected(self, reader, writer):
        peer = writer.get_extra_info("peername") or ("", 0)
        entry = self.device.connection(self.service.port, peer)
        try:
            await self.handler(reader, writer, entry)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, ssl.SSLError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            entry.close()


class StationProcess:
    """The network, its devices and the recorder."""

    def __init__(self, wanted):
        self.network = Network()
        self.scanner = self.network.cable(*SCANNER)
        self.devices, self.listeners, self.programs, self.faults = [], [], [], []
        self.stack = contextlib.ExitStack()
        for row in wanted:
            device = Device(KINDS[row["kind"]], row["address"], row["mac"], row["mutation"])
            namespace = self.network.cable(device.address, device.mac)
            with inside(namespace):
                self.listeners += [Listener(device, service) for service in device.services if not service.program]
                self.programs += [self.program(device, service) for service in device.services if service.program]
            self.devices.append(device)
        self.recorder = Recorder(self.network, SCANNER[0])

    def program(self, device, service):
        """Start a real server where this thread stands."""
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="tt-real-")))
        program = service.serve(device, service)
        self.stack.enter_context(program.start(folder))
        return program

    async def run(self):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(
            lambda _, context: self.faults.append(repr(context.get("exception") or context)[:300])
        )
        for listener in self.listeners:
            await listener.start(loop)
        loop.add_reader(self.recorder.socket, self.recorder.read)
        for program in self.programs:
            if program.tap is not None:
                loop.add_reader(program.tap.socket, program.tap.read)
        say({"ready": True, "namespace": path_of(self.scanner)})
        commands = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        while line := await commands.readline():
            asked = json.loads(line)
            if asked["do"] == "stop":
                return
            for device in self.devices if asked["do"] == "pass" else ():
                device.state.let_pass(asked["seconds"])
            await asyncio.sleep(0)
            say(self.report())

    def report(self):
        for program in self.programs:
            program.note()
        devices = {device.address: device.report() for device in self.devices}
        return {"devices": devices, "wire": self.recorder.report(), "faults": self.faults}


def say(value):
    print(json.dumps(value), flush=True)


def main():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        return
    station = StationProcess(json.loads(sys.stdin.readline()))
    asyncio.run(station.run())
    os._exit(0)  # threads of SSH hold sockets that nobody needs any more


if __name__ == "__main__":
    main()
