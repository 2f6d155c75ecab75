"""Emulated devices at loopback addresses of this machine, for programs under wine: nothing else is ever reached."""

import asyncio
import contextlib
import threading
import time

from tests.lab.devices.device import Device
from tests.lab.devices.registry import KINDS
from tests.lab.serve import Listener


class Station:
    """`rows`: kind, loopback address, mutation. Services that live on multicast are left out."""

    def __init__(self, *rows):
        self.devices = {
            address: Device(KINDS[kind], address, f"02:00:00:00:00:{number:02x}", mutation)
            for number, (kind, address, mutation) in enumerate(rows, 1)
        }
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.listeners = []

    def __enter__(self):
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.open(), self.loop).result(10)
        return self

    async def open(self):
        for address, device in self.devices.items():
            assert address.startswith("127."), "loopback alone"
            for service in device.services:
                if not service.groups:
                    self.listeners.append(Listener(device, service, address))
                    await self.listeners[-1].start(self.loop)

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        for one in self.listeners:
            with contextlib.suppress(OSError):
                one.socket.close()

    def report(self, address):
        return self.devices[address].report()

    def attempts(self, address):
        """Logins that the device saw: service, user, outcome."""
        return [tuple(one[1:]) for one in self.report(address)["attempts"]]

    def until_login(self, address, seconds):
        deadline = time.monotonic() + seconds
        while not self.attempts(address):
            assert time.monotonic() < deadline, "nobody logged in"
            time.sleep(0.05)
