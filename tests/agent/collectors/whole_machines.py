"""Whole machines for fuzzing every collector at once, and the ways in which what they say is garbled."""

import os
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
from tests.agent.collectors.judging import AT, POLICY
from tests.agent.collectors.test_accounts_linux import COMMON_AUTH, COMMON_PASSWORD, FAILLOCK, SUDOERS
from tests.agent.collectors.test_accounts_linux import FILES as ACCOUNTS
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.agent.collectors.test_firewall import NFT
from tests.agent.collectors.test_firewall import PROC as FIREWALL
from tests.agent.collectors.test_firewall_nftables import STATE, listing, match
from tests.agent.collectors.test_hardening_fuzz import LINUX as OPEN
from tests.agent.collectors.test_hardening_linux import BLOCKS, MOUNTS
from tests.agent.collectors.test_lan import ADDRESSES, NICS
from tests.agent.collectors.test_lan import FILES as CABLE
from tests.agent.collectors.test_machine import DESKTOP
from tests.agent.collectors.test_malware_tools import KESL, kesl_commands
from tests.agent.collectors.test_updates_dnf import ADVICE, ALMA, DNF4, QUERY, UPGRADES
from tests.agent.conftest import FakeCommands, FakeSystem
from tests.assets.linux_snapshot import FOLDER, load_document
from tests.assets.windows_snapshot import load_snapshot, windows_of

from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import attempt
from tuanthu_agent.host import Host
from tuanthu_agent.observing import as_observation, known_releases
from tuanthu_agent.process_table import Processes
from tuanthu_agent.system import Disk
from tuanthu_policy.evaluate import evaluate
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome

SETTINGS = Settings(lan_probes="passive", lifecycle=known_releases(), unit_networks=("192.0.2.0/24",), role="server")
WINDOWS = {
    "windows10_client": ("network_windows11", "hardening_windows_10", "updates_windows_10"),
    "windows7_client": ("network_windows7", "hardening_windows_7", "updates_windows_7"),
    "windows_server_2019": ("network_server2019", "hardening_server_2019", "updates_server_2019"),
}
"""Whole snapshots, each with what others of the same Windows know of its network, settings and updates besides."""


def looked_at(host, kinds=tuple(REGISTRY)):
    """What collectors say of a machine: each as it may be sent."""
    results = {kind: attempt(REGISTRY[kind], host, SETTINGS) for kind in kinds}
    for kind, result in results.items():
        assert result.status.value in ("ok", "partial", "failed", "unsupported"), (kind, result)
        check(result.facts, KINDS[kind].facts, kind)
        assert len(msgspec.json.encode(result.facts)) < 64 * 1024, kind
    return results


def passes_of(results):
    """Ids of all shipped rules that pass on these results."""
    seen = {kind: Sighting(as_observation(kind, result, AT), AT) for kind, result in results.items()}
    assert {one.observation.status.value for one in seen.values()} <= {"ok", "partial", "failed", "unsupported"}
    return {name for name, rule in POLICY.compiled.items() if evaluate(rule, seen, AT).outcome is Outcome.PASS}


def merged(base, more):
    """A document with what another one knows besides."""
    if not (isinstance(base, dict) and isinstance(more, dict)):
        return base
    return {**more, **base, **{name: merged(base[name], more[name]) for name in base.keys() & more.keys()}}


@cache
def windows_document(name):
    """A whole machine; not to be changed."""
    document = load_snapshot(name)
    for other in WINDOWS[name]:
        document = merged(document, load_snapshot(other))
    # Two machines put together have two last checks; whole snapshots have theirs from the update agent.
    document["registry"] = {key: value for key, value in document["registry"].items() if "\\Results\\" not in key}
    return document


def windows_host(document):
    """The machine of a document; its files are only looked for where a test lays them down."""
    disks = [Disk("C:\\", "C:\\", "NTFS", 1000, 549)]
    system = FakeSystem(family_="windows", processes_=Processes(frozenset(), complete=False), disks_=disks)
    return Host(Path("/không-có"), FakeCommands({}), system, windows_of(document))


def threats(deleted=""):
    """What Kaspersky says that it found yesterday, and what it removed."""
    day = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%d")
    return kesl_commands(*(re.sub("2026-11-2[01]", day, text) for text in (KESL["text"], deleted)))


def kept():
    """A Linux machine that is looked after, as files and what commands print."""
    product = load_document(FOLDER / "antivirus/kesl/active.yml")
    files = {
        **DESKTOP,
        **CABLE,
        **ACCOUNTS,
        **BLOCKS,
        **ALMA,
        **FIREWALL,
        **dict.fromkeys(product["files"], ""),
        "/proc/self/mountinfo": MOUNTS,
        "/etc/sudoers": SUDOERS,
        "/etc/login.defs": "PASS_MAX_DAYS\t90\nUID_MIN 1000\nUID_MAX 60000\n",
        "/etc/pam.d/common-auth": FAILLOCK,
        "/etc/security/faillock.conf": "deny = 5\nunlock_time = 900\n",
        "/etc/security/pwquality.conf": "minlen = 12\n",
        "/etc/pam.d/common-password": "password requisite pam_pwquality.so\n" + COMMON_PASSWORD,
        "/usr/sbin/sshd": "",
        "/etc/ssh/sshd_config": "PermitRootLogin no\nPermitEmptyPasswords no\n",
        "/usr/sbin/smbd": "",
        "/etc/samba/smb.conf": "[global]\nserver min protocol = SMB3\nserver signing = mandatory\n",
        "/boot/vmlinuz-6.1.0-28-amd64": "",
    }
    rules = listing([[match(STATE, ["established", "related"], "in"), {"accept": None}]], "drop")
    return files, {
        **ADDRESSES,
        **product["commands"],
        **threats(KESL["deleted"]),
        QUERY: "nano x86_64 5.6.1-6.el9\n",
        ADVICE: "",
        NFT: rules,
    }


def neglected():
    """The same machine as nobody should leave it."""
    files, commands = kept()
    product = load_document(FOLDER / "antivirus/kesl/json_stopped_protection.yml")
    files = {
        **files,
        **OPEN,
        "/etc/os-release": files["/etc/os-release"],
        "/etc/shadow": ACCOUNTS["/etc/shadow"] + "khách::20000:0:99999:7:::\n",
        "/etc/passwd": ACCOUNTS["/etc/passwd"] + "khách:x:0:1005::/home/khach:/bin/bash\n",
        "/etc/login.defs": ACCOUNTS["/etc/login.defs"],
        "/etc/pam.d/common-auth": COMMON_AUTH,
        "/etc/pam.d/common-password": COMMON_PASSWORD,
        "/proc/sys/net/ipv4/ip_forward": "1\n",
        "/boot/vmlinuz-6.1.0-30-amd64": "",
    }
    del files["/etc/security/faillock.conf"], files["/etc/security/pwquality.conf"]
    return files, {
        **commands, **product["commands"], **threats(), QUERY: UPGRADES, ADVICE: DNF4, NFT: listing([], "accept"),
    }  # fmt: skip


LINUX = {"kept": kept(), "neglected": neglected()}


def laid_down(root, files):
    """The files below a folder, in place of what lies there."""
    for name, content in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    for numbers, name in (("253:1", "dm-1"), ("8:2", "sda2")):
        link = root / "sys/dev/block" / numbers
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(f"../../devices/virtual/block/{name}")


def linux_host(root, commands):
    """The machine of a folder."""
    running = Processes(frozenset({"systemd", "kesl", "sshd"}), complete=True)
    return Host(root, FakeCommands(commands), FakeSystem(processes_=running, nics_=list(NICS)))


class Noting(Host):
    """Notes every path and every command that is asked for."""

    def __init__(self, root, host):
        super().__init__(root, self, host.system)
        self.asked = set()
        self.run_by = host.commands.run

    def path(self, path):
        """See `Host`."""
        self.asked.add("/" + os.path.normpath(path).lstrip("/"))
        return super().path(path)

    def run(self, name, *arguments, **limits):
        """See `Commands`."""
        self.asked.add(" ".join([name, *arguments]))
        return self.run_by(name, *arguments, **limits)


def askers(root, commands):
    """Path or command line → the kinds that ask for it: no other can say anything else where it changes."""
    found = {}
    for kind in REGISTRY:
        noting = Noting(root, linux_host(root, commands))
        attempt(REGISTRY[kind], noting, SETTINGS)
        for one in noting.asked:
            found.setdefault(one, []).append(kind)
    return found


def leaves(value, way=()):
    """Ways to every single value of a document; what is empty has none."""
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(below, (*way, key))
    else:
        yield way


def replaced(document, way, value):
    """The document with another value there."""
    if not way:
        return value
    step, *rest = way
    below = replaced(document[step], rest, value)
    if isinstance(document, dict):
        return {**document, step: below}
    return [*document[:step], below, *document[step + 1 :]]
