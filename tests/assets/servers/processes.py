"""Real servers as own processes: below a temporary folder, in the caller's network, ended by their own id."""

import contextlib
import functools
import os
import shlex
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "tramtruong", "Mat-Khau.9x"
EXPIRED = "hethan"
CONTAINED = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
"""A server and all that it starts end with whoever started it, however that ends."""
PAM = (
    "auth required pam_unix.so nodelay",
    "account required pam_unix.so",
    "password required pam_unix.so",
    "session required pam_permit.so",
)


@dataclass(frozen=True)
class Person:
    """An account of a server's machine."""

    name: str
    password: str
    expired: bool = False
    """Whether the password must be changed at the next login."""


PEOPLE = (Person(USER, PASSWORD), Person(EXPIRED, PASSWORD, expired=True))


def free_port(kind=socket.SOCK_STREAM):
    """A port that nothing uses now."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for(ready, seconds=15.0):
    """Until `ready()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.03)
    raise AssertionError("it did not come about in time")


def listens(port):
    """Whether a TCP port is listened on, without connecting to it."""
    wanted = f":{port:04X}"
    for table in ("/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(wanted) and fields[3] == "0A":
                return True
    return False


@contextlib.contextmanager
def running(arguments, log, *, port=None, env=None, cwd=None, tables=None, contained=False):
    """A server in its own session; `tables`: files of /etc that it sees instead of the machine's."""
    wrapped = CONTAINED if contained else ["unshare", "--mount"] if tables else []
    if tables:
        mounts = [f"mount --bind {shlex.quote(str(path))} {shlex.quote(name)}" for name, path in tables.items()]
        # Who logged in is nothing for the machine's own books.
        mounts += ["mount -t tmpfs none /var/log", "{ [ ! -e /run/utmp ] || mount --bind /dev/null /run/utmp; }"]
        arguments = ["sh", "-c", " && ".join([*mounts, "exec " + shlex.join(map(str, arguments))])]
    if contained:
        # Process 1 takes in orphans, which servers do not expect to be given.
        arguments = ["sh", "-c", '"$@"; exit', "sh", *arguments]
    with Path(log).open("ab") as out:
        process = subprocess.Popen(
            [str(word) for word in (*wrapped, *arguments)], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True, env={**os.environ, **(env or {})}, cwd=cwd,
        )  # fmt: skip
    try:
        if port is not None:
            wait_for(lambda: listens(port) or _ended(process, log))
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ended(process, log):
    assert process.poll() is None, Path(log).read_text(errors="replace")[-2000:]
    return False


def private_accounts(folder, people=PEOPLE, pam=PAM):
    """Tables of /etc with these people, and how they log in; the machine's stay as they are."""
    texts = {name: Path(name).read_text().splitlines() for name in ("/etc/passwd", "/etc/shadow", "/etc/group")}
    for number, person in enumerate(people, 61234):
        known = any(line.startswith(f"{person.name}:") for line in texts["/etc/passwd"])
        texts["/etc/passwd"] += [] if known else [f"{person.name}:x:{number}:61234::/:/bin/sh"]
        others = [line for line in texts["/etc/shadow"] if not line.startswith(f"{person.name}:")]
        changed = 0 if person.expired else 19700
        texts["/etc/shadow"] = [*others, f"{person.name}:{_hashed(person.password)}:{changed}:0:99999:7:::"]
    texts["/etc/group"].append("tram:x:61234:")
    rules = [name for name in ("sshd", "login", "vsftpd") if Path(f"/etc/pam.d/{name}").exists()]
    texts |= {f"/etc/pam.d/{name}": pam for name in rules}
    made = {}
    for name, lines in texts.items():
        made[name] = folder / name.replace("/", "_")
        made[name].write_text("\n".join(lines) + "\n")
    return made


@functools.cache
def _hashed(password):
    words = ["openssl", "passwd", "-6", password]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


class Log:
    """What a server wrote."""

    def __init__(self, path):
        self.path = Path(path)

    def text(self):
        return self.path.read_text(errors="replace") if self.path.exists() else ""

    def count(self, *words):
        """Lines that hold one of these words."""
        return sum(any(word in line for word in words) for line in self.text().splitlines())
