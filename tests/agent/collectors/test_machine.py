"""Kind `host`: from captured files to facts."""

from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors import machine as collector
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.machine import parsing
from tuanthu_agent.system import Disk

# Captured on Debian 12.
OS_RELEASE = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
ID=debian
"""
CPUINFO = """processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC
flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic hypervisor lahf_lm
"""
# Synthetic: a desktop PC.
DESKTOP = {
    "/etc/os-release": OS_RELEASE,
    "/proc/cpuinfo": CPUINFO.replace("hypervisor ", ""),
    "/proc/sys/kernel/osrelease": "6.1.0-28-amd64\n",
    "/sys/class/dmi/id/sys_vendor": "Dell Inc.\n",
    "/sys/class/dmi/id/product_name": "OptiPlex 3080\n",
    "/sys/class/dmi/id/product_serial": "To Be Filled By O.E.M.\n",
    "/sys/class/dmi/id/chassis_type": "3\n",
    "/sys/class/dmi/id/product_uuid": "4C4C4544-0051-3610-8052-B7C04F4E3332\n",
    "/etc/timezone": "Asia/Ho_Chi_Minh\n",
    "/proc/net/route": "Iface\n",
    "/sys/class/net/enp1s0/type": "1\n",
    "/sys/class/net/enp1s0/address": "02:00:5e:00:53:07\n",
    "/sys/class/net/enp1s0/operstate": "up\n",
    "/sys/class/net/enp1s0/device/vendor": "0x8086\n",
}


def test_a_desktop_is_described_and_a_makers_placeholder_is_no_serial(machine):
    result = collector.collect(machine(DESKTOP), Settings())
    assert result.status.value == "ok"
    assert result.facts == {
        "hostname": "máy-tiếp-đón",
        "os_family": "linux",
        "architecture": "x86_64",
        "cpu_count": 4,
        "memory_bytes": 8 << 30,
        "boot_time": "2026-11-24T02:29:00Z",
        "time_synchronised": True,
        "disks": [{"mount": "/", "filesystem": "ext4", "size_bytes": 1000, "free_percent": 50}],
        "os_name": "Debian GNU/Linux 12 (bookworm)",
        "os_version": "12",
        "kernel": "6.1.0-28-amd64",
        "cpu_model": "AMD EPYC",
        "vendor": "Dell Inc.",
        "model": "OptiPlex 3080",
        "virtual": False,
        "timezone": "Asia/Ho_Chi_Minh",
        "chassis": "desktop",
        "uuid": "4c4c4544-0051-3610-8052-b7c04f4e3332",
        "system_disk_free_percent": 50,
        "primary_mac": "02:00:5e:00:53:07",
        "inventory_missing": ["location", "owner", "role", "serial"],
        "inventory_missing_count": 4,
    }


def test_what_cannot_be_read_is_absent_and_named(machine):
    result = collector.collect(machine(DESKTOP, clock_synchronised_=None, disks_=None), Settings(hostname="tên-khác"))
    assert result.status.value == "partial"
    assert result.reason == "not-available: disks; not-available: time_synchronised"
    assert "time_synchronised" not in result.facts
    assert result.facts["hostname"] == "tên-khác"


def test_the_same_machine_a_moment_later_says_the_same(machine):
    first = collector.collect(machine(DESKTOP, boot_time_=1795487341.7), Settings())
    disks = [Disk("/dev/sda1", "/", "ext4", 1000, 512)]
    assert collector.collect(machine(DESKTOP, boot_time_=1795487342.4, disks_=disks), Settings()) == first


def test_the_hypervisor_flag_or_the_makers_name_tells_a_virtual_machine():
    assert parsing.is_virtual(CPUINFO, None, None) is True
    assert parsing.is_virtual("", "QEMU", None) is True
    assert parsing.is_virtual("", "Dell Inc.", "OptiPlex") is None


@given(st.text(max_size=400))
def test_no_text_breaks_a_parser(text):
    assert all(isinstance(value, str) for value in parsing.parse_os_release(text).values())
    assert parsing.parse_cpu_model(text) != ""
    assert parsing.is_virtual(text, text, text) in (True, False, None)
    assert parsing.meaningful(text) != ""
    assert parsing.parse_zone_link(text) != ""


@given(st.integers(0, 1 << 60), st.integers(1, 1 << 60))
def test_free_space_is_rounded_down_to_five_percent(free, size):
    percent = parsing.rounded_free_percent(min(free, size), size)
    assert percent % 5 == 0
    assert percent <= 100 * min(free, size) / size + 1e-9
