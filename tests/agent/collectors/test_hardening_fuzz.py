"""Whatever a machine says of its hardening: typed facts or a typed gap, and no pass out of junk."""

import copy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.judging import facts_fit, passes
from tests.agent.collectors.test_hardening_linux import BLOCKS, EFI, GNOME, GUID, MOUNTS, RESOLVED, SHIPPED, UNITS
from tests.agent.conftest import FakeCommands, FakeSystem
from tests.assets.windows_snapshot import load_snapshot, windows_of

from tuanthu_agent.collectors import hardening
from tuanthu_agent.collectors.hardening import (
    dconf,
    luks,
    name_resolution_linux,
    plaintext_linux,
    secure_boot,
    smb_samba,
)
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.host import Host, HostError

JUNK = st.one_of(
    st.text(max_size=20), st.integers(max_value=-1), st.integers(min_value=1 << 33), st.binary(max_size=9),
    st.lists(st.text(max_size=5), max_size=3), st.floats(), st.booleans(),
)  # fmt: skip
MACHINES = {name: load_snapshot(f"hardening_{name}") for name in ("windows_10", "windows_7", "server_2019")}


def leaves(value, way=()):
    """Ways to every single value of a document."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*way, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from leaves(below, (*way, index))
    else:
        yield way


SPOTS = [
    (name, way)
    for name, document in MACHINES.items()
    for part in ("registry", "wmi", "services")
    for way in leaves(document[part], (part,))
]


def look(document):
    host = Host(Path("/không-có"), FakeCommands({}), FakeSystem(family_="windows"), windows_of(document))
    return hardening.collect(host, Settings())


BEFORE = {name: passes("windows", "hardening", look(document)) for name, document in MACHINES.items()}


def test_the_machines_pass_what_they_should():
    assert {
        "windows_10": {
            f"hardening.{name}"
            for name in (
                "smb1_off",
                "rdp_nla",
                "autorun_off",
                "screen_lock",
                "secure_boot",
                "llmnr_off",
                "uac_on",
                "wdigest_off",
                "no_plaintext_services",
            )
        },
        "windows_7": {"hardening.office_macros"},
        "server_2019": {
            f"hardening.{name}"
            for name in (
                "smb1_off",
                "smb_signing",
                "rdp_nla",
                "uac_on",
                "wdigest_off",
                "no_plaintext_services",
                "no_remote_tools",
            )
        },
    } == BEFORE


WRITTEN_NUMBERS = {"ScreenSaveTimeOut", "ScreenSaverIsSecure", "ScreenSaveActive"}


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(SPOTS), JUNK)
@example(("windows_7", ("services", "FTPSVC", "state")), "lạ")
@example(("windows_7", ("registry", r"HKLM\SYSTEM\CurrentControlSet\Services\mrxsmb10", "Start")), 5)
def test_junk_in_place_of_any_value_makes_no_pass_on_windows(spot, junk):
    name, (*way, last) = spot
    # Windows itself keeps these as numbers written out: there a digit is no junk.
    assume(not (last in WRITTEN_NUMBERS and isinstance(junk, str) and junk.strip().isdecimal()))
    document = copy.deepcopy(MACHINES[name])
    target = document
    for step in way:
        target = target[step]
    target[last] = junk
    result = look(document)
    facts_fit("hardening", result)
    assert passes("windows", "hardening", result) <= BEFORE[name]


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize("part", ["registry", "wmi", "services"])
def test_a_source_that_is_gone_makes_no_pass(name, part):
    document = {**MACHINES[name], part: None}
    result = look(document)
    facts_fit("hardening", result)
    if part != "registry":
        assert passes("windows", "hardening", result) <= BEFORE[name]
    else:
        # Nothing is there but services: whatever rests on the registry's defaults would be made up.
        assert passes("windows", "hardening", result) <= {"hardening.no_plaintext_services"}


LINUX = {
    **GNOME,
    **BLOCKS,
    "/proc/self/mountinfo": MOUNTS + "50 28 0:40 / /dữ-liệu rw - btrfs /dev/sda2 rw\n",
    "/sys/class/block/sda2/partition": "2\n",
    f"{EFI}/SecureBoot-{GUID}": b"\6\0\0\0\0",
    "/usr/sbin/smbd": "",
    "/etc/samba/smb.conf": "[global]\nserver min protocol = NT1\n",
    RESOLVED: "",
    f"{UNITS}/dbus-org.freedesktop.resolve1.service": "",
    "/etc/systemd/resolved.conf": SHIPPED + "LLMNR=yes\n",
    f"{UNITS}/multi-user.target.wants/vsftpd.service": "",
    f"{UNITS}/multi-user.target.wants/inetd.service": "",
    "/etc/inetd.conf": "telnet stream tcp nowait root\n",
    "/usr/sbin/sshd": "",
    "/etc/ssh/sshd_config": "PermitRootLogin yes\nPermitEmptyPasswords yes\n",
    "/usr/bin/x11vnc": "",
    "/etc/dconf/db/local.d/00-khóa": GNOME["/etc/dconf/db/local.d/00-khóa"]
    .replace("600", "0")
    .replace("never=true", "never=false"),
}
READ = sorted(name for name, content in LINUX.items() if content and "class/block" not in name)


def host_of(root, files):
    for name, content in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    (root / "etc/dconf/db/local").touch()
    return Host(root, FakeCommands({}), FakeSystem())


def test_the_open_machine_passes_nothing(tmp_path):
    result = hardening.collect(host_of(tmp_path, LINUX), Settings())
    facts_fit("hardening", result)
    assert passes("linux", "hardening", result) == set()
    assert len(result.facts) > 15


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(READ), junk=st.text(min_size=1, max_size=60), where=st.integers(0, 9))
def test_a_line_of_junk_in_any_file_makes_no_pass_on_linux(tmp_path, name, junk, where):
    content = LINUX[name]
    if isinstance(content, bytes):
        content += junk.encode("utf-8", "replace")
    else:
        lines = content.split("\n")
        lines.insert(min(where, len(lines)), junk)
        content = "\n".join(lines)
    result = hardening.collect(host_of(tmp_path, {**LINUX, name: content}), Settings())
    facts_fit("hardening", result)
    assert passes("linux", "hardening", result) == set()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(READ), content=st.binary(max_size=300))
def test_a_file_of_junk_gives_typed_facts_or_a_gap(tmp_path, name, content):
    facts_fit("hardening", hardening.collect(host_of(tmp_path, {**LINUX, name: content}), Settings()))


@given(st.text(max_size=300), st.binary(max_size=12))
def test_no_text_breaks_a_parser(text, data):
    assert all(key.startswith("/") for key in dconf.parse_keyfile(text))
    assert all(key.startswith("/") for key in dconf.parse_locks(text))
    assert plaintext_linux.parse_inetd(text) <= {"telnet", "ftp", "rsh", "tftp"}
    assert plaintext_linux.parse_xinetd(text) <= {"telnet", "ftp", "rsh", "tftp"}
    assert isinstance(name_resolution_linux.setting([text]), str | None)
    assert secure_boot.parse_variable(data) in (True, False, None)
    assert isinstance(smb_samba.uses_smb1(text), bool)
    assert isinstance(dconf.seconds(text), int | None)


@given(st.text(alphabet="0123456789: -/extvfabrw\n", max_size=200), st.text(max_size=100))
def test_tables_are_typed_or_refused(table, config):
    for parse, text in ((luks.parse_mounts, table), (smb_samba.parse_config, config)):
        try:
            parsed = parse(text)
        except HostError as refused:
            assert refused.code in ("unreadable", "samba-unclear")  # noqa: PT017  both ends are looked at
        else:
            assert isinstance(parsed, list | dict)
