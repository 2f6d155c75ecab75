"""The ports to what only Windows has; every method raises HostError where it cannot tell.

Standard library and Python 3.8 only: the legacy probe uses them too. Nothing here gives localised text a meaning:
names of keys, classes, services and security identifiers are the same in every display language.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence, Union

from tuanthu_agent.host_error import HostError

RegistryValue = Union[str, int, bytes, List[str]]
"""REG_SZ and REG_EXPAND_SZ (not expanded), REG_DWORD and REG_QWORD, REG_BINARY, REG_MULTI_SZ."""
WmiRow = Dict[str, Any]
"""Property → str, int, float, bool or a list of these; a property that is NULL is left out. 64-bit numbers are int."""


class Registry(ABC):
    """The registry, read only. Keys begin with HKLM, HKU, HKCR or HKCU; names ignore case; `view` is 64 or 32."""

    @abstractmethod
    def values(self, key: str, view: int = 64) -> dict[str, RegistryValue]:
        """All values of a key by name (the default value's name is empty); raises HostError (`not-found` …)."""

    @abstractmethod
    def subkeys(self, key: str, view: int = 64) -> list[str]:
        """Names of the keys below a key, in the registry's order; raises HostError."""

    def find(self, key: str, name: str, view: int = 64) -> RegistryValue | None:
        """One value, or None where key or value does not exist; raises HostError where that cannot be told."""
        try:
            values = self.values(key, view)
        except HostError as error:
            if error.code == "not-found":
                return None
            raise
        wanted = name.lower()
        return next((value for one, value in values.items() if one.lower() == wanted), None)

    def find_text(self, key: str, name: str, view: int = 64) -> str | None:
        """One text value without surrounding white space; None where there is none or it is no text or empty."""
        value = self.find(key, name, view)
        return (value.strip("\0 \t\r\n") or None) if isinstance(value, str) else None

    def find_number(self, key: str, name: str, view: int = 64) -> int | None:
        """One number, or None where key or value does not exist; raises HostError where it is no number."""
        value = self.find(key, name, view)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise HostError("unreadable", f"{key}\\{name}")

    def keys_below(self, key: str, view: int = 64) -> list[str]:
        """Like `subkeys`; none where the key does not exist."""
        try:
            return self.subkeys(key, view)
        except HostError as error:
            if error.code == "not-found":
                return []
            raise


class Wmi(ABC):
    """Windows Management Instrumentation, read only."""

    @abstractmethod
    def select(self, namespace: str, wmi_class: str, properties: Sequence[str], seconds: float = 10.0) -> list[WmiRow]:
        r"""All instances of a class with these properties. `namespace` as in `root\\SecurityCenter2`.

        Raises HostError: `namespace-missing`, `class-missing`, `permission-denied`, `timeout`, `wmi-failed`.
        """


@dataclass(frozen=True)
class Service:
    """One service or driver of the service control manager."""

    name: str
    """Its key name, never the display name."""
    state: str
    """`running`, `stopped`, `paused` or `changing`."""
    start: str
    """`boot`, `system`, `auto`, `manual` or `disabled`; empty where it could not be read."""
    path: str = ""
    """Command line of its program, as registered."""
    driver: bool = False

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self.state == "running"


class Services(ABC):
    """The service control manager."""

    @abstractmethod
    def table(self) -> dict[str, Service]:
        """All services and drivers by key name in lower case."""


@dataclass(frozen=True)
class User:
    """One account of this machine's own database."""

    name: str
    sid: str
    disabled: bool
    locked: bool
    password_required: bool
    """False: an empty password is allowed, which says nothing of whether the password is empty."""
    password_expires: bool
    password_age_days: int | None = None
    last_logon: str | None = None
    """RFC 3339 in UTC; None: never, or not recorded."""


@dataclass(frozen=True)
class Member:
    """One member of a local group."""

    sid: str
    name: str
    """`DOMAIN\\name`; only to show, never to decide by."""
    kind: str
    """`user`, `group`, `well-known` or `unknown`."""


@dataclass(frozen=True)
class PasswordPolicy:
    """The machine's policy on passwords and lock-out."""

    min_length: int
    max_age_days: int
    """0: passwords never expire."""
    history: int
    lockout_threshold: int
    """Failed attempts; 0: never locks."""
    lockout_minutes: int
    """-1: until an administrator unlocks."""
    complexity: bool | None = None


class Accounts(ABC):
    """Local accounts; groups are named by security identifier (`S-1-5-32-544`: administrators)."""

    @abstractmethod
    def users(self) -> list[User]:
        """All local accounts; on a domain controller raises HostError `domain-controller`."""

    @abstractmethod
    def members(self, group_sid: str) -> list[Member]:
        """Direct members of a local group."""

    @abstractmethod
    def policy(self) -> PasswordPolicy:
        """Password and lock-out policy in force."""


@dataclass(frozen=True)
class PendingUpdate:
    """One update that Windows knows of and has not installed."""

    title: str
    kb: str = ""
    severity: str = ""
    """`critical`, `important`, `moderate`, `low` or empty (Microsoft's MsrcSeverity, which is not localised)."""
    categories: tuple[str, ...] = ()
    """Category identifiers (GUIDs, lower case), never their localised names."""


class UpdateAgent(ABC):
    """The Windows Update agent, asked without going online."""

    @abstractmethod
    def last_search(self) -> str | None:
        """When updates were last looked for with success, RFC 3339 UTC; None: never."""

    @abstractmethod
    def last_install(self) -> str | None:
        """When updates were last installed with success, RFC 3339 UTC; None: never."""

    @abstractmethod
    def pending(self, seconds: float = 20.0) -> list[PendingUpdate]:
        """Updates known to be missing, by the last search's results."""


class NoRegistry(Registry):
    """For machines without a registry."""

    def values(self, key: str, view: int = 64) -> dict[str, RegistryValue]:  # noqa: ARG002
        """See `Registry`; never there."""
        raise HostError("not-available", key)

    def subkeys(self, key: str, view: int = 64) -> list[str]:  # noqa: ARG002
        """See `Registry`; never there."""
        raise HostError("not-available", key)


class NoWmi(Wmi):
    """For machines without WMI."""

    def select(
        self,
        namespace: str,
        wmi_class: str,
        properties: Sequence[str],  # noqa: ARG002
        seconds: float = 10.0,  # noqa: ARG002
    ) -> list[WmiRow]:
        """See `Wmi`; never there."""
        raise HostError("not-available", f"{namespace}:{wmi_class}")


class NoServices(Services):
    """For machines without a service control manager."""

    def table(self) -> dict[str, Service]:
        """See `Services`; never there."""
        raise HostError("not-available", "services")


class NoAccounts(Accounts):
    """For machines without such accounts."""

    def users(self) -> list[User]:
        """See `Accounts`; never there."""
        raise HostError("not-available", "accounts")

    def members(self, group_sid: str) -> list[Member]:
        """See `Accounts`; never there."""
        raise HostError("not-available", group_sid)

    def policy(self) -> PasswordPolicy:
        """See `Accounts`; never there."""
        raise HostError("not-available", "password-policy")


class NoUpdateAgent(UpdateAgent):
    """For machines without the update agent."""

    def last_search(self) -> str | None:
        """See `UpdateAgent`; never there."""
        raise HostError("not-available", "update-agent")

    def last_install(self) -> str | None:
        """See `UpdateAgent`; never there."""
        raise HostError("not-available", "update-agent")

    def pending(self, seconds: float = 20.0) -> list[PendingUpdate]:  # noqa: ARG002
        """See `UpdateAgent`; never there."""
        raise HostError("not-available", "update-agent")


@dataclass(frozen=True)
class Windows:
    """All of it together; by default a machine that is no Windows."""

    registry: Registry = field(default_factory=NoRegistry)
    wmi: Wmi = field(default_factory=NoWmi)
    services: Services = field(default_factory=NoServices)
    accounts: Accounts = field(default_factory=NoAccounts)
    update_agent: UpdateAgent = field(default_factory=NoUpdateAgent)
