"""OpenSSH, dropbear, telnetd, vsftpd, snmpd, mosquitto and a GStreamer RTSP server, each with its log."""

import contextlib
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from tests.assets.servers.processes import PASSWORD, USER, Log, free_port, running, wait_for

RTSP_SCRIPT = Path(__file__).with_name("rtsp_server.py")


def certificate(folder):
    """One file with a key and a certificate of its own."""
    path = folder / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/O=Thu Nghiem/CN=thiet-bi",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return path


@dataclass(frozen=True)
class Place:
    """Where a server listens, and whether it ends with its starter; without a port one that is free."""

    address: str = "127.0.0.1"
    number: int = 0
    contained: bool = False

    def port(self, kind=socket.SOCK_STREAM):
        return self.number or free_port(kind)


LOOPBACK = Place()


@contextlib.contextmanager
def openssh(folder, tables, *options, at=LOOPBACK):
    """sshd in debug verbosity; yields its port and log."""
    port, key, log = at.port(), folder / "host_key", folder / "sshd.log"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    settings = [f"HostKey={key}", "PidFile=none", "LogLevel=VERBOSE", f"ListenAddress={at.address}"]
    words = ["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-p", port]
    for option in (*options, *settings, "PermitRootLogin=no"):
        words += ["-o", option]
    log.unlink(missing_ok=True)
    with running(words, log, port=port, tables=tables, contained=at.contained):
        yield port, Log(log)


@contextlib.contextmanager
def dropbear(folder, tables, *options, at=LOOPBACK):
    """dropbear; yields its port and log."""
    port, key, log = at.port(), folder / "dropbear_key", folder / "dropbear.log"
    if not key.exists():
        subprocess.run(["dropbearkey", "-t", "ed25519", "-f", str(key)], check=True, capture_output=True)
    log.unlink(missing_ok=True)
    where = f"{at.address}:{port}"
    words = ["/usr/sbin/dropbear", "-F", "-E", "-p", where, "-r", key, "-P", folder / "d.pid", *options]
    with running(words, log, port=port, tables=tables, contained=at.contained):
        yield port, Log(log)


@contextlib.contextmanager
def telnetd(folder, tables, at=LOOPBACK):
    """inetutils' telnetd behind a small inetd, with the machine's own login."""
    port, log = at.port(), folder / "telnetd.log"
    inetd = Path(__file__).with_name("inetd.py")
    words = [sys.executable, inetd, at.address, port, "/usr/sbin/telnetd", "-E", "/usr/bin/login -h may-tram -p"]
    with running(words, log, port=port, tables=tables, contained=at.contained):
        yield port, Log(log)


@contextlib.contextmanager
def vsftpd(folder, tables, at=LOOPBACK, **settings):
    """vsftpd; yields its port and log."""
    port, conf, log = at.port(), folder / "vsftpd.conf", folder / "vsftpd.log"
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    lines = {
        "listen": "YES", "listen_address": at.address, "listen_port": port, "background": "NO", "local_enable": "YES",
        "anonymous_enable": "NO", "secure_chroot_dir": empty, "vsftpd_log_file": log, "xferlog_enable": "YES",
        "log_ftp_protocol": "YES", "pam_service_name": "vsftpd", "seccomp_sandbox": "NO", "anon_root": empty, **settings,
    }  # fmt: skip
    conf.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    log.unlink(missing_ok=True)
    words = ["/usr/sbin/vsftpd", conf]
    with running(words, folder / "vsftpd.out", port=port, tables=tables, contained=at.contained):
        yield port, Log(log)


@contextlib.contextmanager
def snmpd(folder, *lines, at=LOOPBACK, description=("Thiet bi thu nghiem", ".1.3.6.1.4.1.9.1.1")):
    """net-snmp's agent, told these lines; yields its port."""
    port, conf, state = at.port(socket.SOCK_DGRAM), folder / "snmpd.conf", folder / "snmp"
    state.mkdir(exist_ok=True)
    text, place = description
    conf.write_text("\n".join([f"sysDescr {text}", f"sysObjectID {place}", *lines]) + "\n")
    words = ["/usr/sbin/snmpd", "-f", "-Lo", "-C", "-c", conf, "-I", "-smux", f"udp:{at.address}:{port}"]
    log = folder / "snmpd.log"
    log.unlink(missing_ok=True)
    with running(words, log, env={"SNMP_PERSISTENT_DIR": str(state)}, contained=at.contained):
        wait_for(lambda: "NET-SNMP version" in Log(log).text())
        yield port


@contextlib.contextmanager
def mosquitto(folder, *, anonymous, tls=None, at=LOOPBACK, account=(USER, PASSWORD)):
    """mosquitto with a password file; yields its port and log."""
    port, conf, secrets, log = at.port(), folder / "mosquitto.conf", folder / "mosquitto.pw", folder / "mosquitto.log"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(secrets), *account], check=True, capture_output=True)
    lines = [f"listener {port} {at.address}", f"allow_anonymous {str(anonymous).lower()}", f"password_file {secrets}"]
    lines += ["user root", "log_dest stderr"]
    lines += [f"certfile {tls}", f"keyfile {tls}"] if tls else []
    conf.write_text("\n".join(lines) + "\n")
    log.unlink(missing_ok=True)
    with running(["/usr/sbin/mosquitto", "-v", "-c", conf], log, port=port, contained=at.contained):
        yield port, Log(log)


@contextlib.contextmanager
def gstreamer_rtsp(folder, scheme, at=LOOPBACK, path="/live", account=(USER, PASSWORD)):
    """A stream at that path; `scheme`: basic, digest or none."""
    port, log = at.port(), folder / f"rtsp-{scheme}.log"
    words = ["/usr/bin/python3", RTSP_SCRIPT, at.address, port, path, scheme, *account]
    with running(words, log, port=port, contained=at.contained):
        yield port


@contextlib.contextmanager
def scripted(serve):
    """A listener on loopback whose each connection is handled by `serve(socket)`; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection):
        with connection, contextlib.suppress(OSError, EOFError, ValueError, IndexError):
            serve(connection)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
