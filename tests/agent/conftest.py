"""What the agent's tests share: a machine that is only a folder, with answers made up for it."""

from dataclasses import dataclass, field, fields

import pytest
from tests.assets.windows_snapshot import load_snapshot, windows_of

from tuanthu_agent.commands import CommandError, Commands
from tuanthu_agent.config import load_config
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes
from tuanthu_agent.system import Disk, Nic, NotAvailableError, System


@dataclass
class FakeSystem(System):
    """Answers what it was given; None means that the machine cannot tell."""

    family_: str | None = "linux"
    hostname_: str | None = "máy-tiếp-đón"
    architecture_: str | None = "x86_64"
    cpu_count_: int | None = 4
    memory_bytes_: int | None = 8 << 30
    boot_time_: float | None = 1795487341.7
    disks_: list[Disk] | None = field(default_factory=lambda: [Disk("/dev/sda1", "/", "ext4", 1000, 549)])
    processes_: Processes | None = field(
        default_factory=lambda: Processes(frozenset({"systemd", "sshd"}), complete=True)
    )
    nics_: list[Nic] | None = field(default_factory=list)
    clock_synchronised_: bool | None = True


def _answer(name):
    def method(self):
        value = getattr(self, name)
        if value is None:
            raise NotAvailableError
        return value

    return method


for one in fields(FakeSystem):
    setattr(FakeSystem, one.name[:-1], _answer(one.name))
FakeSystem.__abstractmethods__ = frozenset()


@dataclass
class FakeCommands(Commands):
    """Prints what it was given for a command line."""

    outputs: dict[str, str] = field(default_factory=dict)

    def run(self, name, *arguments, seconds=5.0):
        line = " ".join([name, *arguments])
        if line not in self.outputs:
            raise CommandError("command-not-found", name)
        return self.outputs[line]


@pytest.fixture
def machine(tmp_path):
    """Makes a machine from files and answers: `machine({"/etc/os-release": "…"}, processes_=…)`."""

    def make(files=None, commands=None, **answers):
        root = tmp_path / "machine"
        root.mkdir(exist_ok=True)
        for name, content in (files or {}).items():
            path = root / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Host(root, FakeCommands(commands or {}), FakeSystem(**answers))

    return make


@pytest.fixture
def windows_machine(tmp_path):
    """Makes a Windows machine: `windows_machine("defender_active")`, or from a mapping like those files hold.

    Its `files` (path → text or bytes) lie below a folder; the process table names nothing for sure.
    """

    def make(document, **answers):
        document = load_snapshot(document) if isinstance(document, str) else document
        root = tmp_path / "windows"
        root.mkdir(exist_ok=True)
        answers = {"family_": "windows", "processes_": Processes(frozenset(), complete=False), **answers}
        host = Host(root, FakeCommands({}), FakeSystem(**answers), windows_of(document))
        for name, content in (document.get("files") or {}).items():
            path = host.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return host

    return make


@pytest.fixture
def config(tmp_path):
    """Settings of an agent in a folder of its own that sends no probe."""
    settings = {"DATA_DIR": str(tmp_path / "agent"), "LAN_PROBES": "passive", "READ_SECONDS": "5"}
    return load_config({f"TUANTHU_AGENT_{name}": value for name, value in settings.items()})


@pytest.fixture
def collector(tmp_path):
    """A collector over HTTPS on loopback, ready for reports of `enrolled`."""
    from tests.agent.fake_collector import FakeCollector

    fake = FakeCollector(tmp_path)
    yield fake
    fake.close()


@pytest.fixture
def enrolled(collector, config):
    """Settings of an agent that is enrolled at `collector`."""
    from tests.agent.fake_collector import pem

    from tuanthu_agent import enrolment

    machine = enrolment.MachineIdentity(hostname="máy-tiếp-đón")
    enrolment.enrol(config, collector.url, "TT-MÃ-THỬ", pem(collector.ca[0]), machine)
    return config
