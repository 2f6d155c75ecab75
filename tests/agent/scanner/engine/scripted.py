"""Devices that answer logins as a test says, and an engine that works on them, its clock in the test's hands."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.agent.scanner.conftest import FakeClock, make_scope
from tests.agent.scanner.families import SHELL, WEB, make_family

from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_agent.scanner.budget import DeviceKey
from tuanthu_agent.scanner.engine.auditing import DeviceAudit, Tools
from tuanthu_agent.scanner.engine.books import Books
from tuanthu_agent.scanner.engine.concluding import settled
from tuanthu_agent.scanner.engine.planning import Way
from tuanthu_agent.scanner.interface import Attempt, Look, Service, Target
from tuanthu_agent.scanner.protocols.http.pages import Attested
from tuanthu_agent.scanner.vault import no_vault
from tuanthu_policy.devices.verdict import AttemptOutcome

DAY = 24 * 3600.0
FAMILY = make_family()
ADDRESS = "127.20.0.5"
CAMERA = DeviceKey(ADDRESS, "a4:14:37:00:00:01")


@dataclass
class Scripted:
    """A `LoginProtocol` over made-up devices. Each login is kept: (address, protocol, user, password, moment)."""

    clock: FakeClock
    answers: dict = field(default_factory=dict)
    """(protocol, password) → what a login comes to; a password that is not there is refused."""
    looks: dict = field(default_factory=dict)
    accepts_any: bool = False
    logins: list = field(default_factory=list)
    looked: list = field(default_factory=list)
    open: Counter = field(default_factory=Counter)
    most_open: int = 0
    pause: object = None
    lock: object = field(default_factory=threading.Lock)

    def over(self, protocol):
        """As the implementation of one protocol."""
        outer = self

        class One:
            def look(self, door, target, seconds):
                with outer.connection(target.service.address):
                    outer.looked.append((target.service.address, protocol))
                    return outer.looks.get(protocol, Look())

            def attempt(self, door, target, account, seconds):
                with outer.connection(target.service.address):
                    entry = (target.service.address, protocol, account.user, account.password, outer.clock.wall)
                    outer.logins.append(entry)
                    return outer.answer(protocol, account)

        return One()

    def answer(self, protocol, account):
        said = self.answers.get((protocol, account.password))
        if said is None:
            said = AttemptOutcome.ACCEPTED if self.accepts_any else AttemptOutcome.REFUSED
        return said if isinstance(said, Attempt) else Attempt(said)

    def connection(self, address):
        outer = self

        class Connection:
            def __enter__(self):
                with outer.lock:
                    outer.open[address] += 1
                    outer.most_open = max(outer.most_open, *outer.open.values())
                if outer.pause is not None:
                    outer.pause()

            def __exit__(self, *_):
                with outer.lock:
                    outer.open[address] -= 1

        return Connection()


class OpenDoor:
    """Permits everything until it is shut."""

    shut = False

    def permitted(self, protocol, address):
        return not self.shut

    def datagram(self, protocol, address, port, payload, timeout):
        return []


class Engine:
    """One state folder, one device, night after night."""

    def __init__(self, folder, family=FAMILY, **scope):
        self.folder, self.family, self.clock = folder, family, FakeClock()
        self.scope = make_scope(**scope)
        self.device = Scripted(self.clock)
        self.door = OpenDoor()
        self.attested = Attested()
        self.left = float("inf")
        self.cycle = 1
        self.own = no_vault
        self.documented = ()
        self.pause = self.clock.pass_

    def ways(self, *services):
        """One way for each (protocol, port)."""
        logins = {"http": WEB, "ssh": SHELL}
        return [
            Way(Target(Service(ADDRESS, port, protocol), self.family, logins[protocol]))
            for protocol, port in services or (("http", 80), ("ssh", 22))
        ]

    def night(self, *services, hours=25.0):
        """Audit the device once, then let time pass; its ways."""
        found = self.ways(*services)
        with Attempts(self.folder, self.scope, self.clock) as attempts:
            tools = Tools(
                self.door,
                self.scope,
                {name: self.device.over(name) for name in ("http", "ssh")},
                Books(attempts, pause=self.pause),
                lambda *_: self.attested,
                self.cycle,
                seconds_left=lambda: self.left,
                own=self.own,
                documented=self.documented,
            )
            DeviceAudit(tools, CAMERA).run(found)
        self.clock.pass_(hours * 3600)
        return found

    @property
    def sent(self):
        """(protocol, number of the account) of each login; -1 for a control login."""
        passwords = {one.password: number for number, one in enumerate(self.family.accounts)}
        return [(protocol, passwords.get(password, -1)) for _, protocol, _, password, _ in self.device.logins]


def verdicts(ways):
    return [settled(way).verdict.value for way in ways]
