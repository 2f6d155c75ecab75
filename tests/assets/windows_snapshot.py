"""A Windows machine out of a document: its registry, WMI, services, accounts and updates as they were captured or made up.

Every file of `tests/assets/windows/` says where its content comes from: `provenance: captured | wine | synthetic` and
`source`. Keys of the 32-bit view of the registry begin with `32:`.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.interface import (
    Accounts,
    Member,
    PasswordPolicy,
    PendingUpdate,
    Registry,
    Service,
    Services,
    UpdateAgent,
    User,
    Windows,
    Wmi,
)

FOLDER = Path(__file__).parent / "windows"
PROVENANCES = {"captured", "wine", "synthetic"}


@dataclass
class SnapshotRegistry(Registry):
    """Keys and values of a document; every key's parents exist."""

    keys: dict = field(default_factory=dict)
    denied: tuple = ()

    def _find(self, key, view):
        wanted = key.lower().rstrip("\\")
        if any(wanted.startswith(one.lower()) for one in self.denied):
            raise HostError("permission-denied", key)
        prefix = "32:" if view == 32 else ""
        own = {name.lower(): (name, values or {}) for name, values in self.keys.items()}
        return prefix + wanted, own

    def values(self, key, view=64):
        wanted, own = self._find(key, view)
        if wanted in own:
            return dict(own[wanted][1])
        if any(name.startswith(wanted + "\\") for name in own):
            return {}
        raise HostError("not-found", key)

    def subkeys(self, key, view=64):
        wanted, own = self._find(key, view)
        below = [name for lower, (name, _) in own.items() if lower.startswith(wanted + "\\")]
        if not below and wanted not in own:
            raise HostError("not-found", key)
        return list(dict.fromkeys(name[len(wanted) + 1 :].split("\\")[0] for name in below))


@dataclass
class SnapshotWmi(Wmi):
    """Namespaces → classes → rows; an error code may stand in place of a namespace's classes or a class's rows."""

    namespaces: dict = field(default_factory=dict)

    def select(self, namespace, wmi_class, properties, seconds=10.0):
        what = f"{namespace}:{wmi_class}"
        classes = {name.lower(): value for name, value in self.namespaces.items()}.get(namespace.lower())
        if classes is None:
            raise HostError("namespace-missing", what)
        if isinstance(classes, str):
            raise HostError(classes, what)
        rows = {name.lower(): value for name, value in classes.items()}.get(wmi_class.lower())
        if rows is None:
            raise HostError("class-missing", what)
        if isinstance(rows, str):
            raise HostError(rows, what)
        return [{name: row[name] for name in properties if row.get(name) is not None} for row in rows]


@dataclass
class SnapshotServices(Services):
    """Services by name: `{state: running, start: auto}`; None where the table cannot be read."""

    services: dict | None = field(default_factory=dict)

    def table(self):
        if self.services is None:
            raise HostError("permission-denied", "services")
        return {name.lower(): Service(name, **{"start": "auto", **values}) for name, values in self.services.items()}


@dataclass
class SnapshotAccounts(Accounts):
    """Accounts of a document; None where they cannot be read."""

    content: dict | None = None

    def _get(self, part):
        if self.content is None or part not in self.content:
            raise HostError("permission-denied", part)
        return self.content[part]

    def users(self):
        return [User(**one) for one in self._get("users")]

    def members(self, group_sid):
        return [Member(**one) for one in self._get("members").get(group_sid, [])]

    def policy(self):
        return PasswordPolicy(**self._get("policy"))


@dataclass
class SnapshotUpdates(UpdateAgent):
    """What the update agent says, or the error code that it gives."""

    content: dict | None = None

    def _get(self, part):
        value = "not-available" if self.content is None else self.content.get(part)
        if isinstance(value, str) and value in ("not-available", "timeout", "permission-denied", "update-agent-failed"):
            raise HostError(value, "update-agent")
        return value

    def last_search(self):
        return self._get("last_search")

    def last_install(self):
        return self._get("last_install")

    def pending(self, seconds=20.0):
        return [
            PendingUpdate(**{**one, "categories": tuple(one.get("categories", ()))}) for one in self._get("pending")
        ]


def windows_of(document):
    """The ports of such a document (a mapping)."""
    return Windows(
        registry=SnapshotRegistry(document.get("registry") or {}, tuple(document.get("registry_denied") or ())),
        wmi=SnapshotWmi(document.get("wmi") or {}),
        services=SnapshotServices(document.get("services", {})),
        accounts=SnapshotAccounts(document.get("accounts")),
        update_agent=SnapshotUpdates(document.get("updates")),
    )


def load_snapshot(name):
    """`tests/assets/windows/<name>.yml`."""
    document = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    assert document["provenance"] in PROVENANCES, name
    assert document["source"].strip(), name
    return document
