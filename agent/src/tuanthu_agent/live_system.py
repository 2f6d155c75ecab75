"""The running machine as psutil and the standard library know it."""

import ctypes
import os
import platform
import socket
from ipaddress import IPv4Network, IPv6Address
from typing import Final

import psutil

from tuanthu_agent.process_table import Processes, read_processes
from tuanthu_agent.system import Disk, Nic, NotAvailableError, System
from tuanthu_agent.windows.windows_system import WindowsSystem

_NEVER_DISKS: Final = frozenset({"squashfs", "iso9660", "udf", "erofs", "autofs", "overlay", "tmpfs", "devtmpfs"})
_UNSYNCHRONISED: Final = 0x40
_CLOCK_ERROR: Final = 5


class LiveSystem(System):
    """This machine."""

    def family(self) -> str:
        """See `System`."""
        return {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}.get(platform.system(), "other")

    def hostname(self) -> str:
        """See `System`."""
        return socket.gethostname()

    def architecture(self) -> str:
        """See `System`."""
        return platform.machine()

    def cpu_count(self) -> int:
        """See `System`."""
        count = psutil.cpu_count()
        if count is None:
            raise NotAvailableError
        return count

    def memory_bytes(self) -> int:
        """See `System`."""
        return int(psutil.virtual_memory().total)

    def boot_time(self) -> float:
        """See `System`."""
        return psutil.boot_time()

    def disks(self) -> list[Disk]:
        """See `System`; a device mounted several times counts once, by its shortest mount point."""
        found: dict[str, Disk] = {}
        for part in sorted(psutil.disk_partitions(all=False), key=lambda part: (len(part.mountpoint), part.mountpoint)):
            if part.device in found or part.fstype in _NEVER_DISKS or not os.path.isdir(part.mountpoint):  # noqa: PTH112
                continue
            try:
                usage = psutil.disk_usage(part.mountpoint)
            except OSError:
                continue
            found[part.device] = Disk(part.device, part.mountpoint, part.fstype, usage.total, usage.free)
        return list(found.values())

    def processes(self) -> Processes:
        """See `System`."""
        if platform.system() == "Linux":
            return read_processes()
        if platform.system() == "Windows":
            # One look at all of them, where psutil would open each.
            return WindowsSystem().processes()
        # Elsewhere nobody has looked yet for whom they run.
        names = {process.info["name"] for process in psutil.process_iter(["name"])}
        return Processes(frozenset(), complete=False, doubtful=frozenset(name for name in names if name))

    def nics(self) -> list[Nic]:
        """See `System`."""
        stats = psutil.net_if_stats()
        found = []
        for name, entries in sorted(psutil.net_if_addrs().items()):
            macs = [entry.address for entry in entries if entry.family == psutil.AF_LINK]
            texts = [text for entry in entries if (text := with_prefix(entry.family, entry.address, entry.netmask))]
            state = stats.get(name)
            duplex = ""
            if state and state.duplex in (psutil.NIC_DUPLEX_FULL, psutil.NIC_DUPLEX_HALF):
                duplex = "full" if state.duplex == psutil.NIC_DUPLEX_FULL else "half"
            found.append(
                Nic(
                    name,
                    (macs[0] if macs else "").replace("-", ":").lower(),
                    tuple(sorted(texts)),
                    state.isup if state else False,
                    state.mtu if state else 0,
                    state.speed if state else 0,
                    duplex,
                )
            )
        return found

    def clock_synchronised(self) -> bool:
        """See `System`; reads the kernel's clock state by adjtimex(2), changing nothing."""
        if platform.system() != "Linux":
            raise NotAvailableError
        # struct timex, in words: modes (0 reads), offset, freq, maxerror, esterror, status, …; 26 words in all.
        buffer = (ctypes.c_long * 32)()
        state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
        if state < 0:
            raise NotAvailableError
        status = ctypes.c_int.from_buffer(buffer, 5 * ctypes.sizeof(ctypes.c_long)).value
        return state != _CLOCK_ERROR and not status & _UNSYNCHRONISED


def with_prefix(family: int, address: str, netmask: str | None) -> str | None:
    """`192.0.2.7/24`, `2001:db8::7/64`, or the bare address where the mask makes no sense; None for other families."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return None
    address = address.partition("%")[0]
    try:
        if family == socket.AF_INET:
            return f"{address}/{IPv4Network(f'0.0.0.0/{netmask}').prefixlen}"
        return f"{address}/{int(IPv6Address(netmask or '')).bit_count()}"
    except ValueError:
        return address
