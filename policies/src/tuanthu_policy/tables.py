"""The tables beside a policy: `services/<set>.yml`, `lifecycle.yml`.

They tell agents what to look at and judge nothing; reading them costs an agent none of what judging takes.
"""

from pathlib import Path

from tuanthu_policy import services
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.lifecycle import Lifecycle, check_lifecycle, rows
from tuanthu_policy.reading import check_name, read_text
from tuanthu_policy.releases import Row
from tuanthu_policy.service_address import SERVICE_ID
from tuanthu_policy.services import ServiceSet
from tuanthu_policy.typed import typed


def load_lifecycle(folder: Path | None = None) -> tuple[Row, ...]:
    """The end of support of releases (`lifecycle.yml`), checked; raises PolicyError."""
    root = policy_folder() if folder is None else folder
    tree = read_text(root / "lifecycle.yml", root)
    table = typed(tree, Lifecycle)
    check_lifecycle(tree, table)
    return rows(table)


def load_services(name: str, folder: Path | None = None) -> ServiceSet:
    """One set of services; the shipped ones where no folder is given. Raises PolicyError with file, line and key."""
    root = policy_folder() if folder is None else folder
    if not SERVICE_ID.fullmatch(name):
        raise PolicyError(f"không có bộ dịch vụ {name!r}", f"there is no set of services {name!r}")
    tree = read_text(root / "services" / f"{name}.yml", root)
    found = typed(tree, ServiceSet)
    check_name(tree, "set", found.set, name)
    for index, field, vi, en in services.faults(found.services):
        raise tree.error(("services", index, field), vi, en)
    return found
