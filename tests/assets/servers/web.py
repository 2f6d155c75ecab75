"""lighttpd and miniupnpd, each with its log."""

import contextlib
import hashlib
import shutil
import subprocess

from tests.assets.servers.processes import Log, running, wait_for
from tests.assets.servers.real import LOOPBACK

REALM = "Router"


@contextlib.contextmanager
def lighttpd(folder, method, user="admin", password="admin", *, backend="plain", at=LOOPBACK):
    """One account on the whole site, by `basic` or `digest`, or none; yields its port and its log of errors."""
    port, site, conf = at.port(), folder / "site", folder / "lighttpd.conf"
    site.mkdir(exist_ok=True)
    (site / "index.html").write_text("<html><head><title>Trang quản trị</title></head></html>", encoding="utf-8")
    users = folder / f"users.{backend}"
    users.write_text(_secret(backend, user, password) + "\n")
    lines = [
        'server.modules = ("mod_auth", "mod_authn_file")',
        f'server.document-root = "{site}"',
        f'server.bind = "{at.address}"',
        f"server.port = {port}",
        'index-file.names = ("index.html")',
        'mimetype.assign = (".html" => "text/html")',
        f'auth.backend = "{backend}"',
        f'auth.backend.{backend}.userfile = "{users}"',
    ]
    if method:
        rule = f'"method" => "{method}", "realm" => "{REALM}", "require" => "valid-user"'
        lines.append(f'auth.require = ("/" => ({rule}))')
    conf.write_text("\n".join(lines) + "\n")
    words = [shutil.which("lighttpd") or "/usr/sbin/lighttpd", "-D", "-f", conf]
    with running(words, folder / "lighttpd.log", port=port, contained=at.contained):
        yield port, Log(folder / "lighttpd.log")


def _secret(backend, user, password):
    """A line of the file of users: `plain`, `htpasswd` or `htdigest`."""
    if backend == "htpasswd":
        words = ["openssl", "passwd", "-apr1", password]
        password = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    if backend == "htdigest":
        password = hashlib.md5(f"{user}:{REALM}:{password}".encode()).hexdigest()
        return f"{user}:{REALM}:{password}"
    return f"{user}:{password}"


@contextlib.contextmanager
def miniupnpd(folder, *prefix, ext="ext0", lan="lan0", contained=False):
    """The daemon between two cables of where it runs; `prefix`: the words that run it there. Yields its log."""
    conf, log = folder / "miniupnpd.conf", folder / "miniupnpd.log"
    conf.write_text(
        f"ext_ifname={ext}\nlistening_ip={lan}\nport=15000\nenable_upnp=yes\nfriendly_name=Bo dinh tuyen thu\n"
        "manufacturer_name=Thu Nghiem\nmodel_name=TN-1\nuuid=00000000-0000-4000-8000-000000000001\n"
    )
    words = [*prefix, "miniupnpd", "-d", "-f", conf, "-P", folder / "pid"]
    with running(words, log, contained=contained):
        wait_for(lambda: "HTTP listening on port" in Log(log).text())
        yield Log(log)
