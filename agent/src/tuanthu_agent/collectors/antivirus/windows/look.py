"""One look at a Windows machine: registry in both views, services and WMI, with account of what could not be seen."""

from __future__ import annotations

from typing import Dict, Final, List, Optional, Sequence, Union

from tuanthu_agent.collectors.antivirus.search import Search
from tuanthu_agent.collectors.antivirus.windows.values import as_number, as_text
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.windows.interface import RegistryValue, Service, WmiRow

VIEWS: Final = (64, 32)
MOST_KEYS: Final = 2000
"""No key has more keys below it that matter here."""
_PRODUCT_OPTIONS: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
_CURRENT_VERSION: Final = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_ABSENT: Final = frozenset({"namespace-missing", "class-missing", "not-found"})


class Look:
    """Asks each source once, and keeps what it said for all products."""

    def __init__(self, host: Host, search: Search) -> None:
        self.host = host
        self.search = search
        self.drivers: List[str] = []
        """Drivers that run."""
        self.services: Optional[Dict[str, Service]] = self._read_services()
        """By key name in lower case, without drivers; None if they could not be read."""
        self._values: Dict[str, List[Dict[str, RegistryValue]]] = {}
        self._rows: Dict[str, Union[List[WmiRow], HostError]] = {}
        self.is_server = self._read_role()
        """None if it could not be told."""

    def _read_services(self) -> Optional[Dict[str, Service]]:
        try:
            table = self.host.windows.services.table()
        except HostError as error:
            self.search.doubt(f"services-unreadable: {error}")
            return None
        if not table:
            self.search.doubt("services-unreadable: empty")
            return None
        self.search.found.used("services")
        self.drivers = sorted(one.name for one in table.values() if one.driver is True and one.running)
        return {name.lower(): one for name, one in table.items() if one.driver is not True}

    def _read_role(self) -> Optional[bool]:
        kind = (self.text(_PRODUCT_OPTIONS, "ProductType") or "").lower()
        return {"winnt": False, "servernt": True, "lanmannt": True}.get(kind)

    @property
    def before_windows_8(self) -> Optional[bool]:
        """Whether this is Windows 7, Server 2008 R2 or earlier; None if it could not be told."""
        version = self.text(_CURRENT_VERSION, "CurrentVersion")
        if version is None:
            return None
        return version in ("5.0", "5.1", "5.2", "6.0", "6.1")

    @property
    def sees_files(self) -> bool:
        """Whether Windows' own files are in sight: only then does a program that is not found mean anything."""
        return self.host.has(r"C:\Windows\System32") is True

    def views(self, key: str) -> List[Dict[str, RegistryValue]]:
        """The values of a key, by name in lower case, for each view that has it; a refusal is a gap."""
        if key not in self._values:
            found = []
            for view in VIEWS:
                try:
                    values = self.host.windows.registry.values(key, view)
                except HostError as error:
                    self.refused(error)
                    continue
                self.search.found.used("registry")
                found.append({name.lower(): value for name, value in values.items()})
            self._values[key] = found
        return self._values[key]

    def refused(self, error: HostError) -> None:
        """Note what may not be read; what does not exist is no gap."""
        if error.code == "not-available":
            self.search.found.miss("registry-unreadable: not-available: registry")
        elif error.code not in _ABSENT:
            self.search.found.miss(f"registry-unreadable: {error}")

    def value(self, key: str, name: str) -> RegistryValue | None:
        """The value from the first view that has it."""
        return next((values[name.lower()] for values in self.views(key) if name.lower() in values), None)

    def text(self, key: str, name: str) -> str | None:
        """A value that is a text and says something."""
        return as_text(self.value(key, name))

    def number(self, key: str, name: str) -> int | None:
        """A value that is a number."""
        return as_number(self.value(key, name))

    def below(self, key: str) -> List[str]:
        """Full names of the keys below a key in either view, each once; a refusal is a gap."""
        names: Dict[str, str] = {}
        for view in VIEWS:
            try:
                below = self.host.windows.registry.subkeys(key, view)
            except HostError as error:
                self.refused(error)
                continue
            for name in below[:MOST_KEYS]:
                names.setdefault(name.lower(), f"{key}\\{name}")
        return list(names.values())

    def runs(self, *names: str) -> bool | None:
        """Whether one of these services runs; None if the services could not be read."""
        if self.services is None:
            return None
        return any(name.lower() in self.services and self.services[name.lower()].running for name in names)

    def rows(self, namespace: str, wmi_class: str, properties: Sequence[str], seconds: float) -> List[WmiRow]:
        """All rows of a class, asked for once; raises HostError."""
        if wmi_class not in self._rows:
            try:
                self._rows[wmi_class] = self.host.windows.wmi.select(namespace, wmi_class, properties, seconds)
            except HostError as error:
                self._rows[wmi_class] = error
        answer = self._rows[wmi_class]
        if isinstance(answer, HostError):
            raise answer
        return answer

    def vendor_rows(self, namespace: str, wmi_class: str, properties: Sequence[str]) -> List[WmiRow]:
        """The same of a vendor's own class: none where there is no such class, a gap where it does not answer."""
        try:
            return self.rows(namespace, wmi_class, properties, 4.0)
        except HostError as error:
            if error.code not in _ABSENT:
                self.search.found.miss(f"vendor-status: {error}")
            return []
