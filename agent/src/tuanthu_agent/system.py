"""What a collector may ask of the running machine, as frozen values that a test can make up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from tuanthu_agent.process_table import Processes


class NotAvailableError(Exception):
    """This machine cannot tell that."""


@dataclass(frozen=True)
class Disk:
    """One mounted file system on a device."""

    device: str
    mount: str
    filesystem: str
    size_bytes: int
    free_bytes: int


@dataclass(frozen=True)
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
