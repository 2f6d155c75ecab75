"""Kind `hardening` on Linux: disks, firmware, desktop settings, Samba, resolver and services, out of files."""

import os

import pytest

from tuanthu_agent.collectors import hardening
from tuanthu_agent.collectors.hardening import luks, name_resolution_linux, plaintext_linux, secure_boot, smb_samba
from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.process_table import Processes

# Synthetic: LVM on LUKS2, in the layouts of proc_pid_mountinfo(5) and of cryptsetup's device-mapper names.
MOUNTS = """22 28 0:21 / /proc rw,relatime shared:12 - proc proc rw
28 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw,errors=remount-ro
31 28 259:2 / /boot rw,relatime shared:30 - ext4 /dev/nvme0n1p2 rw
33 31 259:1 / /boot/efi rw,relatime shared:32 - vfat /dev/nvme0n1p1 rw,fmask=0077
40 28 7:0 / /snap/core/1 ro,nodev,relatime shared:40 - squashfs /dev/loop0 ro
41 28 8:17 / /media/lan/USB rw,nosuid - vfat /dev/sdb1 rw
42 28 253:1 /home /srv/home rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw
"""
UUID = "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-nvme0n1p3_crypt"
BLOCKS = {
    "/sys/class/block/dm-0/dm/uuid": UUID + "\n",
    "/sys/class/block/dm-0/dm/name": "nvme0n1p3_crypt\n",
    "/sys/class/block/dm-0/slaves/nvme0n1p3/partition": "3\n",
    "/sys/class/block/dm-1/dm/uuid": "LVM-abcdefghijklmnop\n",
    "/sys/class/block/dm-1/dm/name": "vg-root\n",
    "/sys/class/block/dm-1/slaves/dm-0/size": "1\n",
    "/sys/class/block/nvme0n1p3/partition": "3\n",
    "/sys/class/block/sda2/partition": "2\n",
}


def disks(machine, mounts=MOUNTS, blocks=BLOCKS, links=(("253:1", "dm-1"), ("8:2", "sda2"))):
    host = machine({"/proc/self/mountinfo": mounts, **blocks})
    folder = host.path("/sys/dev/block")
    folder.mkdir(parents=True)
    for numbers, name in links:
        (folder / numbers).symlink_to(f"../../devices/virtual/block/{name}")
    found = Findings()
    luks.observe(host, found)
    return found


def test_a_volume_on_lvm_on_luks_is_encrypted(machine):
    found = disks(machine)
    assert found.facts == {
        "volumes": [{"mount": "/", "method": "luks", "encrypted": True}],
        "unencrypted_volume_count": 0,
    }
    assert found.gaps == []


def test_a_plain_partition_beside_it_is_not(machine):
    found = disks(machine, MOUNTS + "50 28 8:2 / /dữ-liệu rw - xfs /dev/sda2 rw\n")
    assert found.facts["unencrypted_volume_count"] == 1
    assert {"mount": "/dữ-liệu", "method": "luks", "encrypted": False} in found.facts["volumes"]


@pytest.mark.parametrize("uuid", ["CRYPT-VERITY-00-root", "LVM-xx", "mpath-1", ""])
def test_a_device_of_another_sort_is_not_encrypted(uuid, machine):
    blocks = {**BLOCKS, "/sys/class/block/dm-0/dm/uuid": uuid}
    assert disks(machine, blocks=blocks).facts["unencrypted_volume_count"] == 1


def test_half_of_a_raid_that_is_plain_makes_all_of_it_plain(machine):
    blocks = {**BLOCKS, "/sys/class/block/dm-1/slaves/sda2/size": "1\n"}
    assert disks(machine, blocks=blocks).facts["unencrypted_volume_count"] == 1


def test_btrfs_is_traced_by_its_device(machine):
    mounts = "28 1 0:25 /@ / rw - btrfs /dev/mapper/nvme0n1p3_crypt rw,subvol=/@\n"
    assert disks(machine, mounts).facts["unencrypted_volume_count"] == 0


@pytest.mark.parametrize(
    "line",
    [
        "60 1 0:30 / / rw - zfs rpool/ROOT rw",
        "60 1 0:31 / / rw - btrfs /dev/mapper/lạ rw",
        "60 1 9:9 / / rw - ext4 /dev/md9 rw",
    ],
)
def test_what_cannot_be_traced_makes_the_number_unsayable(line, machine):
    found = disks(machine, line + "\n")
    assert "unencrypted_volume_count" not in found.facts
    assert found.gaps == ["not-available: encryption of /"]


def test_no_volume_at_all_is_no_finding(machine):
    with pytest.raises(HostError, match="not-found"):
        disks(machine, MOUNTS.split("\n", maxsplit=1)[0] + "\n")


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"\6\0\0\0\1", True),
        (b"\6\0\0\0\0", False),
        (b"\6\0\0\0\2", None),
        (b"\1", None),
        (b"", None),
        (b"\6\0\0\0\1\0", None),
    ],
)
def test_the_fifth_byte_of_the_firmwares_variable_counts(data, state):
    assert secure_boot.parse_variable(data) is state


EFI = "/sys/firmware/efi/efivars"
GUID = "8be4df61-93ca-11d2-aa0d-00e098032b8c"


@pytest.mark.parametrize(
    ("files", "facts"),
    [
        ({f"{EFI}/SecureBoot-{GUID}": b"\6\0\0\0\1"}, {"firmware": "uefi", "secure_boot": True}),
        (
            {f"{EFI}/SecureBoot-{GUID}": b"\6\0\0\0\1", f"{EFI}/SetupMode-{GUID}": b"\6\0\0\0\1"},
            {"firmware": "uefi", "secure_boot": False},
        ),
        ({"/sys/firmware/acpi/x": b""}, {"firmware": "bios", "secure_boot": False}),
    ],
)
def test_the_firmware_is_read(files, facts, machine):
    found = Findings()
    secure_boot.observe_linux(machine(files), found)
    assert found.facts == facts


def test_variables_that_are_not_mounted_are_a_gap(machine):
    found = Findings()
    with pytest.raises(HostError, match="not-found"):
        secure_boot.observe_linux(machine({"/sys/firmware/efi/systab": b""}), found)
    assert found.facts == {"firmware": "uefi"}


GNOME = {
    "/usr/bin/gnome-shell": "",
    "/usr/share/wayland-sessions/gnome.desktop": "",
    "/etc/dconf/profile/user": "user-db:user\nsystem-db:local\n",
    "/etc/dconf/db/local.d/00-khóa": "[org/gnome/desktop/session]\nidle-delay=uint32 600\n\n"
    "[org/gnome/desktop/screensaver]\nlock-enabled=true\nlock-delay=uint32 5\n\n"
    "[org/gnome/desktop/media-handling]\nautorun-never=true\n",
    "/etc/dconf/db/local.d/locks/khóa": "/org/gnome/desktop/session/idle-delay\n/org/gnome/desktop/screensaver/lock-enabled\n"
    "/org/gnome/desktop/screensaver/lock-delay\n/org/gnome/desktop/media-handling/autorun-never\n",
    "/etc/dconf/db/local": "GVariant",
}


def desktop(machine, **changes):
    files = {name: content for name, content in {**GNOME, **changes}.items() if content is not None}
    return hardening.collect(machine({**files, "/usr/bin/env": ""}), Settings())


def test_what_an_administrator_has_locked_counts(machine):
    facts = desktop(machine).facts
    assert (facts["desktop"], facts["screen_lock_seconds"], facts["autorun_off"]) == (True, 605, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"/etc/dconf/db/local.d/locks/khóa": ""},
        {"/etc/dconf/db/local.d/locks/khóa": None},
        {"/etc/dconf/db/local": None},
        {"/etc/dconf/profile/user": "user-db:user\n"},
        {"/usr/bin/plasmashell": ""},
        {"/usr/bin/gnome-shell": None},
        {"/etc/dconf/db/local.d/00-khóa": "[org/gnome/desktop/session]\nidle-delay=lâu\n"},
    ],
)
def test_what_users_may_change_or_another_desktop_ignores_does_not(changes, machine):
    result = desktop(machine, **changes)
    assert not {"screen_lock_seconds", "autorun_off"} & set(result.facts)
    assert "not-enforced: autorun_off; not-enforced: screen_lock_seconds" in result.reason


def test_settings_that_were_not_compiled_are_not_in_force(machine):
    host = machine({**GNOME, "/usr/bin/env": ""})
    os.utime(host.path("/etc/dconf/db/local"), (1000000000, 1000000000))
    assert "screen_lock_seconds" not in hardening.collect(host, Settings()).facts


@pytest.mark.parametrize(
    ("old", "new"), [("idle-delay=uint32 600", "idle-delay=uint32 0"), ("lock-enabled=true", "lock-enabled=false")]
)
def test_a_lock_that_is_locked_away_never_comes(old, new, machine):
    keyfile = GNOME["/etc/dconf/db/local.d/00-khóa"].replace(old, new)
    assert desktop(machine, **{"/etc/dconf/db/local.d/00-khóa": keyfile}).facts["screen_lock_seconds"] == 0


def test_a_server_without_a_desktop_has_no_screen_to_lock(machine):
    result = hardening.collect(machine({"/usr/bin/env": ""}), Settings())
    assert result.facts["desktop"] is False
    assert "not-enforced" not in result.reason


# Synthetic, in the layout of Samba's own programs.
VERSION = {"smbd --version": "Version 4.17.12-Debian\n"}


def samba(machine, config, commands=VERSION, mounts=MOUNTS):
    found = Findings()
    host = machine({"/usr/sbin/smbd": "", "/etc/samba/smb.conf": config, "/proc/self/mountinfo": mounts}, commands)
    smb_samba.observe(host, found)
    return found.facts


@pytest.mark.parametrize(
    ("config", "enabled"),
    [
        ("[global]\n workgroup = SỞ-Y-TẾ\n", False),
        ("[global]\n server min protocol = NT1\n", True),
        ("[Global]\n Min Protocol = lanman1\n", True),
        ("[global]\n serverminprotocol=SMB2_10\n", False),
        ("[global]\n server min protocol = NT1\n server min protocol = SMB3\n", False),
        ("[chung]\n server min protocol = NT1\n", False),
        ("; server min protocol = NT1\n", False),
    ],
)
def test_sambas_least_protocol_counts(config, enabled, machine):
    assert samba(machine, config)["smb1_enabled"] is enabled


def test_unset_it_depends_on_the_version(machine):
    assert samba(machine, "", {"smbd --version": "Version 4.9.5-Debian"})["smb1_enabled"] is True
    with pytest.raises(HostError, match="command-not-found"):
        samba(machine, "", {})
    with pytest.raises(HostError, match="samba-unclear"):
        samba(machine, "", {"smbd --version": "phiên bản 4"})


@pytest.mark.parametrize(
    "line", ["include = /etc/samba/%m.conf", "config backend = registry", "server min protocol = SMB9_X"]
)
def test_settings_that_lead_elsewhere_are_a_gap(line, machine):
    with pytest.raises(HostError, match="samba-unclear"):
        samba(machine, f"[global]\n{line}\n")


def test_signing_and_old_mounts_are_seen(machine):
    assert samba(machine, "[global]\nserver signing = mandatory\n")["smb_signing_required"] is True
    old = "70 28 0:50 / /mnt/x rw - cifs //máy/chung rw,vers=1.0,cache=strict\n"
    facts = samba(machine, "", mounts=MOUNTS + old)
    assert (facts["smb1_client"], facts["smb1_server"], facts["smb1_enabled"]) == (True, False, True)


RESOLVED = "/usr/lib/systemd/systemd-resolved"
# Synthetic, in the layout of the file that systemd ships, whose comments say what was built in.
SHIPPED = "[Resolve]\n#DNS=\n#MulticastDNS=no\n#LLMNR=yes\n#Cache=yes\n"


@pytest.mark.parametrize(
    ("files", "processes", "enabled"),
    [
        ({}, {"systemd"}, False),
        ({RESOLVED: "", "/etc/systemd/resolved.conf": SHIPPED}, {"systemd-resolve"}, True),
        ({RESOLVED: "", "/etc/systemd/resolved.conf": SHIPPED}, {"systemd"}, False),
        ({RESOLVED: "", "/etc/systemd/resolved.conf": SHIPPED + "LLMNR=no\n"}, {"systemd-resolve"}, False),
        ({RESOLVED: "", "/etc/systemd/resolved.conf": SHIPPED.replace("=yes", "=no")}, {"systemd-resolve"}, False),
        (
            {
                RESOLVED: "",
                "/etc/systemd/resolved.conf": "LLMNR=no\n",
                "/etc/systemd/resolved.conf.d/90.conf": "LLMNR=resolve\n",
            },
            {"systemd-resolve"},
            True,
        ),
        (
            {
                RESOLVED: "",
                "/etc/systemd/resolved.conf": "LLMNR=no\n",
                "/etc/systemd/resolved.conf.d/90.conf": "LLMNR=\n#LLMNR=yes\n",
            },
            {"systemd-resolve"},
            True,
        ),
    ],
)
def test_the_resolvers_setting_counts(files, processes, enabled, machine):
    found = Findings()
    host = machine({**files, "/usr/bin/env": ""}, processes_=Processes(frozenset(processes), complete=True))
    name_resolution_linux.observe(host, found)
    assert found.facts == {"llmnr_enabled": enabled}


def test_a_resolver_without_any_setting_is_a_gap(machine):
    host = machine({RESOLVED: ""}, processes_=Processes(frozenset({"systemd-resolve"}), complete=True))
    with pytest.raises(HostError, match="unreadable"):
        name_resolution_linux.observe(host, Findings())


UNITS = "/etc/systemd/system"


@pytest.mark.parametrize(
    ("files", "processes", "kinds"),
    [
        ({f"{UNITS}/multi-user.target.wants/ssh.service": ""}, set(), None),
        ({f"{UNITS}/multi-user.target.wants/vsftpd.service": ""}, set(), ["ftp"]),
        ({"/usr/lib/systemd/system/sockets.target.wants/telnet.socket": "", f"{UNITS}/x": ""}, set(), ["telnet"]),
        ({"/etc/rc3.d/S20vsftpd": "", "/etc/rc3.d/K20proftpd": ""}, set(), ["ftp"]),
        ({f"{UNITS}/x": ""}, {"in.rlogind"}, ["rsh"]),
        ({f"{UNITS}/multi-user.target.wants/inetd.service": "", "/etc/inetd.conf": "#ftp x\n127.0.0.1:telnet stream tcp nowait root\ntime x\n"}, set(), ["telnet"]),
        ({f"{UNITS}/x": "", "/etc/inetd.conf": "telnet stream tcp nowait root\n"}, set(), None),
        (
            {f"{UNITS}/x": "", "/etc/xinetd.d/a": "service telnet\n{\n disable = yes\n}\nservice tftp\n{\n disable\t= no\n}\n"},
            {"xinetd"},
            ["tftp"],
        ),
    ],
)  # fmt: skip
def test_services_in_the_clear_are_found(files, processes, kinds, machine):
    found = Findings()
    host = machine(files, processes_=Processes(frozenset({"systemd", *processes}), complete=True))
    plaintext_linux.observe(host, found)
    assert (found.facts.get("plaintext_services"), found.facts["plaintext_service_count"]) == (kinds, len(kinds or []))


def test_where_processes_are_hidden_none_is_no_finding(machine):
    hidden = Processes(frozenset({"bash"}), complete=False)
    found = Findings()
    plaintext_linux.observe(machine({f"{UNITS}/x": ""}, processes_=hidden), found)
    assert (found.facts, [gap.split(":")[0] for gap in found.gaps]) == ({}, ["processes-hidden"])
    found = Findings()
    plaintext_linux.observe(machine({"/etc/rc3.d/S20vsftpd": ""}, processes_=hidden), found)
    assert found.facts["plaintext_service_count"] == 1


def test_a_masked_unit_does_not_start(machine):
    host = machine({f"{UNITS}/multi-user.target.wants/vsftpd.service": ""})
    host.path(f"{UNITS}/vsftpd.service").symlink_to("/dev/null")
    found = Findings()
    plaintext_linux.observe(host, found)
    assert found.facts["plaintext_service_count"] == 0


def test_a_machine_without_any_init_is_a_gap(machine):
    with pytest.raises(HostError, match="not-found"):
        plaintext_linux.observe(machine({"/usr/bin/env": ""}), Findings())


def test_this_machine_is_read_twice_the_same():
    first, second = (hardening.collect(Host(), Settings()) for _ in range(2))
    assert first == second
    assert {"secure_boot", "desktop", "ssh_server", "remote_tool_count"} <= set(first.facts)
