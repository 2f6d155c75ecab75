"""Brings a station up and runs commands where its scanner stands."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDS_ROOT = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make network namespaces"),
]


class Lab:
    """`with Lab(hosts) as lab:`; all of it is gone afterwards, also when this process dies."""

    def __init__(self, hosts):
        self.hosts = hosts

    def __enter__(self):
        # The process that serves is killed in the end, so what its programs write is cleared away from here.
        self.folder = tempfile.TemporaryDirectory(prefix="tt-station-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.lab.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": self.folder.name},
        )
        first = self._ask([host.as_json() for host in self.hosts])
        self.namespace = first["namespace"]
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.folder.cleanup()

    def _ask(self, value):
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the station ended; its words stand above")
        return json.loads(line)

    def report(self):
        """What devices and wire saw so far."""
        return self._ask({"do": "report"})

    def let_pass(self, seconds):
        """Tell the devices that so much time passed; their report."""
        return self._ask({"do": "pass", "seconds": seconds})

    def command(self, *words):
        """The words that run a command in the scanner's place, with a /sys of its own."""
        script = 'mount -t sysfs sys /sys && exec "$@"'
        return ["nsenter", f"--net={self.namespace}", "unshare", "-m", "sh", "-c", script, "sh", *map(str, words)]

    def run(self, *words, check=True, timeout=120, **environment):
        """Run it; what it printed."""
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=os.environ | environment,
        )
        if check and done.returncode:
            raise AssertionError(f"{words[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def python(self, code, *arguments, timeout=120):
        """What a program in the scanner's place prints as JSON."""
        return json.loads(self.run(sys.executable, "-c", code, *arguments, timeout=timeout, PYTHONPATH=str(ROOT)))
