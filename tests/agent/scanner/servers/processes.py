"""Real servers as own processes: below a temporary folder, on loopback, ended by their own id."""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

USER, PASSWORD = "tramtruong", "Mat-Khau.9x"
EXPIRED = "hethan"


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
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(wanted) and fields[3] == "0A":
                return True
    return False


@contextlib.contextmanager
def running(arguments, log, *, port=None, env=None, cwd=None, tables=None):
    """A server in its own session; `tables`: files of /etc that it sees instead of the machine's."""
    if tables:
        mounts = [f"mount --bind {shlex.quote(str(path))} {shlex.quote(name)}" for name, path in tables.items()]
        # Who logged in is nothing for the machine's own books.
        mounts += ["mount -t tmpfs none /var/log", "{ [ ! -e /run/utmp ] || mount --bind /dev/null /run/utmp; }"]
        script = " && ".join([*mounts, "exec " + shlex.join(map(str, arguments))])
        arguments = ["unshare", "--mount", "sh", "-c", script]
    with Path(log).open("ab") as out:
        process = subprocess.Popen(
            [str(word) for word in arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
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


def private_accounts(folder):
    """Tables of /etc with two users of our own; the machine's stay as they are."""
    made = {}
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True)
    secret = hashed.stdout.strip()
    lines = {
        "/etc/passwd": [f"{name}:x:{uid}:61234::/:/bin/sh" for name, uid in ((USER, 61234), (EXPIRED, 61235))],
        "/etc/shadow": [f"{USER}:{secret}:19700:0:99999:7:::", f"{EXPIRED}:{secret}:0:0:99999:7:::"],
        "/etc/group": ["tram:x:61234:"],
    }
    for name, added in lines.items():
        path = folder / name.replace("/", "_")
        path.write_text(Path(name).read_text().rstrip("\n") + "\n" + "\n".join(added) + "\n")
        made[name] = path
    pam = folder / "pam"
    pam.write_text(
        "auth required pam_unix.so nodelay\naccount required pam_unix.so\n"
        "password required pam_unix.so\nsession required pam_permit.so\n"
    )
    made |= {f"/etc/pam.d/{name}": pam for name in ("sshd", "login", "vsftpd") if Path(f"/etc/pam.d/{name}").exists()}
    return made


class Log:
    """What a server wrote."""

    def __init__(self, path):
        self.path = Path(path)

    def text(self):
        return self.path.read_text(errors="replace") if self.path.exists() else ""

    def count(self, *words):
        """Lines that hold one of these words."""
        return sum(any(word in line for word in words) for line in self.text().splitlines())
