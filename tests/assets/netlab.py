"""A small world in network namespaces that lead nowhere else: a machine, its gateway, and an Internet of one host.

machine 198.51.100.7 -- 198.51.100.1 gateway 203.0.113.1 -- 203.0.113.10 … .30 internet
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

NEEDS_ROOT = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make network namespaces"),
]
GATEWAY = "198.51.100.1"
SERVERS = Path(__file__).with_name("netlab_servers.py")


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


class Lab:
    def __init__(self):
        mark = f"tt{os.getpid()}{time.monotonic_ns() % 1000}"
        self.machine, self.gateway, self.internet = (f"{mark}{name}" for name in "mgi")
        self._processes = []

    def start(self):
        for name in (self.machine, self.gateway, self.internet):
            ip("netns", "add", name)
        self.cable(self.machine, "eth7", "198.51.100.7", self.gateway, "lan0", GATEWAY)
        self.cable(self.gateway, "wan0", "203.0.113.1", self.internet, "net0", "203.0.113.10")
        for number in range(11, 31):
            ip("-n", self.internet, "address", "add", f"203.0.113.{number}/24", "dev", "net0")
        ip("-n", self.machine, "route", "add", "default", "via", GATEWAY)
        ip("-n", self.internet, "route", "add", "default", "via", "203.0.113.1")
        self.run(self.gateway, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        folder = Path("/etc/netns") / self.machine
        folder.mkdir(parents=True)
        (folder / "resolv.conf").write_text(f"nameserver {GATEWAY}\noptions timeout:1 attempts:1\n")

    def cable(self, one, link, address, other, far_link, far_address):
        ip("-n", one, "link", "add", link, "type", "veth", "peer", "name", far_link, "netns", other)
        for name, nic, own in ((one, link, address), (other, far_link, far_address)):
            ip("-n", name, "address", "add", f"{own}/24", "dev", nic)
            ip("-n", name, "link", "set", nic, "up")
            ip("-n", name, "link", "set", "lo", "up")

    def run(self, namespace, *command, check=True, timeout=120, **environment):
        done = subprocess.run(
            ["ip", "netns", "exec", namespace, *map(str, command)],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=os.environ | environment,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code, *arguments, **environment):
        """What a program prints as JSON on the machine."""
        return json.loads(self.run(self.machine, sys.executable, "-c", code, *arguments, **environment))

    def serve(self, namespace, *services):
        """Start servers (see netlab_servers.py); ends with the lab."""
        return self.spawn(namespace, sys.executable, SERVERS, json.dumps(services))

    def spawn(self, namespace, *command, ready="ready\n"):
        process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, *map(str, command)], stdout=subprocess.PIPE, text=True
        )
        self._processes.append(process)
        if ready:
            assert process.stdout.readline() == ready
        return process

    def end(self, process):
        process.kill()
        process.wait()
        process.stdout.close()
        self._processes.remove(process)

    def stop(self):
        for process in list(self._processes):
            self.end(process)
        shutil.rmtree(Path("/etc/netns") / self.machine, ignore_errors=True)
        for name in (self.machine, self.gateway, self.internet):
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)
