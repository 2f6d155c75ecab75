"""OpenSSH, dropbear, telnetd, vsftpd, snmpd, mosquitto, a GStreamer RTSP server and miniupnpd, each with its log."""

import contextlib
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tests.agent.scanner.servers.processes import PASSWORD, USER, Log, free_port, running, wait_for

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


@contextlib.contextmanager
def openssh(folder, tables, *options):
    """sshd in debug verbosity; yields its port and log."""
    port, key, log = free_port(), folder / "host_key", folder / "sshd.log"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    settings = [f"HostKey={key}", "PidFile=none", "LogLevel=VERBOSE", "ListenAddress=127.0.0.1", "PermitRootLogin=no"]
    words = ["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-p", port]
    for option in (*options, *settings):
        words += ["-o", option]
    log.unlink(missing_ok=True)
    with running(words, log, port=port, tables=tables):
        yield port, Log(log)


@contextlib.contextmanager
def dropbear(folder, tables, *options):
    """dropbear; yields its port and log."""
    port, key, log = free_port(), folder / "dropbear_key", folder / "dropbear.log"
    if not key.exists():
        subprocess.run(["dropbearkey", "-t", "ed25519", "-f", str(key)], check=True, capture_output=True)
    log.unlink(missing_ok=True)
    words = ["/usr/sbin/dropbear", "-F", "-E", "-p", f"127.0.0.1:{port}", "-r", key, "-P", folder / "d.pid", *options]
    with running(words, log, port=port, tables=tables):
        yield port, Log(log)


@contextlib.contextmanager
def telnetd(folder, tables):
    """inetutils' telnetd behind a small inetd, with the machine's own login."""
    port, log = free_port(), folder / "telnetd.log"
    inetd = Path(__file__).with_name("inetd.py")
    words = [sys.executable, inetd, port, "/usr/sbin/telnetd", "-E", "/usr/bin/login -h may-tram -p"]
    with running(words, log, port=port, tables=tables):
        yield port, Log(log)


@contextlib.contextmanager
def vsftpd(folder, tables, **settings):
    """vsftpd; yields its port and log."""
    port, conf, log = free_port(), folder / "vsftpd.conf", folder / "vsftpd.log"
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    lines = {
        "listen": "YES", "listen_address": "127.0.0.1", "listen_port": port, "background": "NO", "local_enable": "YES",
        "anonymous_enable": "NO", "secure_chroot_dir": empty, "vsftpd_log_file": log, "xferlog_enable": "YES",
        "log_ftp_protocol": "YES", "pam_service_name": "vsftpd", "seccomp_sandbox": "NO", "anon_root": empty, **settings,
    }  # fmt: skip
    conf.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    log.unlink(missing_ok=True)
    with running(["/usr/sbin/vsftpd", conf], folder / "vsftpd.out", port=port, tables=tables):
        yield port, Log(log)


@contextlib.contextmanager
def snmpd(folder, *lines):
    """net-snmp's agent, told these lines; yields its port."""
    port, conf, state = free_port(socket.SOCK_DGRAM), folder / "snmpd.conf", folder / "snmp"
    state.mkdir(exist_ok=True)
    conf.write_text("\n".join(["sysDescr Thiet bi thu nghiem", "sysObjectID .1.3.6.1.4.1.9.1.1", *lines]) + "\n")
    words = ["/usr/sbin/snmpd", "-f", "-Lo", "-C", "-c", conf, "-I", "-smux", f"udp:127.0.0.1:{port}"]
    log = folder / "snmpd.log"
    log.unlink(missing_ok=True)
    with running(words, log, env={"SNMP_PERSISTENT_DIR": str(state)}):
        wait_for(lambda: "NET-SNMP version" in Log(log).text())
        yield port


@contextlib.contextmanager
def mosquitto(folder, *, anonymous, tls=None):
    """mosquitto with a password file; yields its port and log."""
    port, conf, secrets, log = free_port(), folder / "mosquitto.conf", folder / "mosquitto.pw", folder / "mosquitto.log"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(secrets), USER, PASSWORD], check=True, capture_output=True)
    lines = [f"listener {port} 127.0.0.1", f"allow_anonymous {str(anonymous).lower()}", f"password_file {secrets}"]
    lines += ["user root", "log_dest stderr"]
    lines += [f"certfile {tls}", f"keyfile {tls}"] if tls else []
    conf.write_text("\n".join(lines) + "\n")
    log.unlink(missing_ok=True)
    with running(["/usr/sbin/mosquitto", "-v", "-c", conf], log, port=port):
        yield port, Log(log)


@contextlib.contextmanager
def gstreamer_rtsp(folder, scheme):
    """A stream at /live; `scheme`: basic, digest or none."""
    port, log = free_port(), folder / f"rtsp-{scheme}.log"
    words = ["/usr/bin/python3", RTSP_SCRIPT, port, scheme, USER, PASSWORD]
    with running(words, log, port=port):
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
