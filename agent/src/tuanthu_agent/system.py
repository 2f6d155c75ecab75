"""What psutil and the standard library know of a machine, as frozen values that a test can make up."""

import ctypes
import os
import platform
import socket
from abc import ABC, abstractmethod
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address
from typing import Final

import psutil

from tuanthu_agent.process_table import Processes, read_processes

_NEVER_DISKS: Final = frozenset({"squashfs", "iso9660", "udf", "erofs", "autofs", "overlay", "tmpfs", "devtmpfs"})
_UNSYNCHRONISED: Final = 0x40
_CLOCK_ERROR: Final = 5


class NotAvailableError(Exception):
    """This machine cannot tell that."""


@dataclass(frozen=True, slots=True)
class Disk:
    """One mounted file system on a device."""

    device: str
    mount: str
    filesystem: str
    size_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Nic:
    """One network interface."""

    name: str
    mac: str
    addresses: tuple[str, ...]
    """With prefix length."""
    up: bool
    mtu: int
    speed_mbps: int
    """0: not known."""
    duplex: str
    """`full`, `half` or empty."""


class System(ABC):
    """Every method raises NotAvailableError where the machine cannot tell."""

    @abstractmethod
    def family(self) -> str:
        """`linux`, `windows`, `macos` or `other`."""

    @abstractmethod
    def hostname(self) -> str:
        """The machine's own name."""

    @abstractmethod
    def architecture(self) -> str:
        """`x86_64`, `aarch64` …"""

    @abstractmethod
    def cpu_count(self) -> int:
        """Logical processors."""

    @abstractmethod
    def memory_bytes(self) -> int:
        """Physical memory."""

    @abstractmethod
    def boot_time(self) -> float:
        """Seconds since 1970."""

    @abstractmethod
    def disks(self) -> list[Disk]:
        """Local writable file systems, one per device."""

    @abstractmethod
    def processes(self) -> Processes:
        """The process table."""

    @abstractmethod
    def nics(self) -> list[Nic]:
        """All network interfaces."""

    @abstractmethod
    def clock_synchronised(self) -> bool:
        """Whether the kernel's clock is disciplined by a time source."""


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


class NoSystem(System):
    """A machine that is only a folder: nothing runs, nothing is known."""

    def _refuse(self) -> NotAvailableError:
        return NotAvailableError("not-available")

    def family(self) -> str:
        """Not known."""
        raise self._refuse()

    def hostname(self) -> str:
        """Not known."""
        raise self._refuse()

    def architecture(self) -> str:
        """Not known."""
        raise self._refuse()

    def cpu_count(self) -> int:
        """Not known."""
        raise self._refuse()

    def memory_bytes(self) -> int:
        """Not known."""
        raise self._refuse()

    def boot_time(self) -> float:
        """Not known."""
        raise self._refuse()

    def disks(self) -> list[Disk]:
        """Not known."""
        raise self._refuse()

    def processes(self) -> Processes:
        """Not known."""
        raise self._refuse()

    def nics(self) -> list[Nic]:
        """Not known."""
        raise self._refuse()

    def clock_synchronised(self) -> bool:
        """Not known."""
        raise self._refuse()
