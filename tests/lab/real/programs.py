"""Real servers as services of a device: each starts its program in the device's namespace and tells what it saw."""

import contextlib
import subprocess

from tests.assets.servers import real, web
from tests.assets.servers.processes import PAM, Log, Person, private_accounts
from tests.lab.devices.device import DEFAULT_LIKE
from tests.lab.devices.state import SITE_PASSWORD
from tests.lab.real import books
from tests.lab.real.tap import Tap

BY_PASSWORD = ("UsePAM=yes", "PasswordAuthentication=yes", "KbdInteractiveAuthentication=no", "PermitRootLogin=yes")
BY_QUESTIONS = ("UsePAM=yes", "PasswordAuthentication=no", "KbdInteractiveAuthentication=yes", "PermitRootLogin=yes")


class Program:
    """One server. `tapped`: it keeps no book of logins that names the account."""

    tapped = True

    def __init__(self, device, service):
        self.device, self.service = device, service
        self.names = device.kind.names
        self.tap = Tap(service.protocol, service.port) if self.tapped else None

    @property
    def place(self):
        return real.Place("0.0.0.0", self.service.port, contained=True)

    @property
    def account(self):
        """The one that works."""
        user, password = self.device.kind.accounts[0] if self.device.kind.accounts else ("admin", SITE_PASSWORD)
        return user, password if self.device.mutation in DEFAULT_LIKE else SITE_PASSWORD

    def start(self, folder):
        """A context in which it runs."""
        raise NotImplementedError

    def seen(self):
        """Attempts (account, answer), sessions opened and closed."""
        return self.tap.attempts(), 0, 0

    def note(self):
        """Put what it saw so far into the device's books."""
        attempts, opened, closed = self.seen()
        state, name = self.device.state, f"{self.service.protocol}/{self.service.port}"
        state.attempts[:] = [(0.0, name, account, answer) for account, answer in attempts]
        state.opened, state.closed = opened, closed


class WithAccounts(Program):
    """Logs in by PAM, with tables of accounts that it alone sees."""

    tapped = False
    by_book = True
    """Whether PAM writes the book; else the program's own log is one."""

    def tables(self, folder):
        user, password = self.account
        self.tally = folder / "tally"
        self.tally.mkdir()
        people = [Person(user, password, expired=self.device.mutation == "forced-change")]
        people += [Person(name, SITE_PASSWORD) for name in {"root", "admin"} - {user}]
        locks = self.device.mutation == "lock-3-account"
        nameless = folder / "resolv.conf"
        nameless.touch()  # no name server: who looks clients up, as vsftpd and telnetd do, waits for nobody
        rules = PAM
        if self.by_book:
            script, self.book = books.scribe(folder)
            rules = books.pam_rules(script, self.tally if locks else None)
        return private_accounts(folder, people, rules) | {"/etc/resolv.conf": nameless}

    def seen(self):
        self.device.state.locks[:] = books.locked(self.tally)
        return books.of_pam(Log(self.book).text())


class OpenSsh(WithAccounts):
    def start(self, folder):
        options = BY_QUESTIONS if self.device.mutation == "forced-change" else BY_PASSWORD
        return real.openssh(folder, self.tables(folder), *options, at=self.place)


class Dropbear(WithAccounts):
    by_book = False

    @contextlib.contextmanager
    def start(self, folder):
        with real.dropbear(folder, self.tables(folder), at=self.place) as (_, self.log):
            yield

    def seen(self):
        return books.of_dropbear(self.log.text())


class Telnetd(WithAccounts):
    def start(self, folder):
        return real.telnetd(folder, self.tables(folder), self.place)


class Vsftpd(WithAccounts):
    by_book = False  # a rule that starts a program hangs it

    @contextlib.contextmanager
    def start(self, folder):
        anybody = "YES" if self.device.mutation == "open" else "NO"
        with real.vsftpd(folder, self.tables(folder), self.place, anonymous_enable=anybody) as (_, self.log):
            yield

    def seen(self):
        return books.of_vsftpd(self.log.text())


class Snmpd(Program):
    """`v3`: it knows a user of version 3 and no community."""

    def start(self, folder):
        community = self.account[0] if self.device.mutation in DEFAULT_LIKE else SITE_PASSWORD
        lines = [f"rocommunity {community}"]
        if self.names.get("v3"):
            lines = [f"createUser giamsat SHA {SITE_PASSWORD} AES {SITE_PASSWORD}", "rouser giamsat priv"]
        description = ("Thiet bi thu nghiem", ".1.3.6.1.4.1.8072.3.2.10")
        return real.snmpd(folder, *lines, at=self.place, description=description)


class Lighttpd(Program):
    """`scheme`: basic or digest."""

    def start(self, folder):
        scheme = self.names["scheme"]
        backend = "htpasswd" if scheme == "basic" else "htdigest"
        return web.lighttpd(folder, scheme, *self.account, backend=backend, at=self.place)


class Mosquitto(Program):
    def start(self, folder):
        anonymous = self.device.mutation == "open"
        return real.mosquitto(folder, anonymous=anonymous, at=self.place, account=self.account)


class Gstreamer(Program):
    """`scheme`: basic or digest."""

    def start(self, folder):
        scheme = "none" if self.device.mutation == "open" else self.names["scheme"]
        return real.gstreamer_rtsp(folder, scheme, self.place, "/", self.account)


class Miniupnpd(Program):
    """A gateway whose other cable ends in the same namespace."""

    tapped = False
    cables = (
        "link add ext0 type veth peer name ext1",
        "link set ext0 up",
        "link set ext1 up",
        "address add 203.0.113.9/24 dev ext0",
    )

    @contextlib.contextmanager
    def start(self, folder):
        subprocess.run(["ip", "-batch", "-"], input="\n".join(self.cables), text=True, check=True, timeout=60)
        with web.miniupnpd(folder, lan="eth0", contained=True) as self.log:
            yield

    def seen(self):
        self.device.state.writes[:] = ["UPnP action"] * self.log.count("POST /", "SUBSCRIBE /")
        return [], 0, 0
