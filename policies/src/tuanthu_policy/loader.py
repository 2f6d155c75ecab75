"""Reading a policy from its folder: `facts/`, `rules/<domain>/<name>/rule.yml`, `controls/`, `indicators/`.

Beside it: `services/<set>.yml`, `gateways.yml` and `lifecycle.yml`: what agents are to look at; they judge nothing.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from tuanthu_policy import gateways, services
from tuanthu_policy.cases import missing_cases
from tuanthu_policy.checks import NAME
from tuanthu_policy.control import Framework
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.fact import Fact, FactKind
from tuanthu_policy.gateways import GatewayCatalogue
from tuanthu_policy.indicator import IndicatorPlan
from tuanthu_policy.lifecycle import Lifecycle, Row, check_lifecycle, rows
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule
from tuanthu_policy.service_address import SERVICE_ID
from tuanthu_policy.services import ServiceSet
from tuanthu_policy.typed import typed
from tuanthu_policy.yaml_tree import Tree, Where, parse_yaml

N = TypeVar("N", Framework, IndicatorPlan)

_FRAMEWORK: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_NAME: Final = re.compile(NAME)


def policy_folder() -> Path:
    """The folder of the policy that is shipped: in a wheel beside the code, in a checkout `policies/`."""
    packaged = Path(__file__).parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


def read_text(file: Path, folder: Path) -> Tree:
    """One file as a tree; raises PolicyError where it cannot be read or is no UTF-8."""
    name = file.relative_to(folder).as_posix()
    try:
        return parse_yaml(file.read_text(encoding="utf-8"), name)
    except OSError as error:
        raise PolicyError(f"không mở được tệp: {error.strerror}", f"cannot be opened: {error.strerror}", name) from None
    except UnicodeDecodeError:
        raise PolicyError("tệp không phải UTF-8", "the file is not UTF-8", name) from None


def load_policy(folder: Path | None = None) -> Policy:
    """Read, check and compile a policy; the shipped one where no folder is given.

    Raises PolicyError with file, line and key at the first fault.
    """
    root = policy_folder() if folder is None else folder
    trees: dict[str, Tree] = {}
    kinds = dict(_kinds(root, trees))
    rules = dict(_rules(root, trees))
    frameworks = dict(_named(root, trees, "controls", Framework))
    plans = dict(_named(root, trees, "indicators", IndicatorPlan))
    if not kinds or not rules:
        raise PolicyError(
            f"thư mục {root} không chứa chính sách (cần facts/ và rules/)",
            f"folder {root} holds no policy (facts/ and rules/ are needed)",
        )

    def locate(name: str, where: Where, vi: str, en: str) -> PolicyError:
        return trees[name].error(where, vi, en)

    return Policy(kinds.values(), rules.values(), frameworks.values(), locate, plans=plans.values())


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
    _same_name(tree, "set", found.set, name)
    for index, field, vi, en in services.faults(found.services):
        raise tree.error(("services", index, field), vi, en)
    return found


def load_gateways(folder: Path | None = None) -> GatewayCatalogue:
    """The models of gateways; the shipped ones where no folder is given. Raises PolicyError with file, line and key."""
    root = policy_folder() if folder is None else folder
    tree = read_text(root / "gateways.yml", root)
    found = typed(tree, GatewayCatalogue)
    for index, field, vi, en in gateways.faults(found.models):
        raise tree.error(("models", index, field), vi, en)
    return found


def load_releases(folder: Path | None = None) -> tuple[Row, ...]:
    """The same table from `lifecycle.json`, without the cost of reading YAML; raises PolicyError."""
    file = (policy_folder() if folder is None else folder) / "lifecycle.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=tuple[Row, ...])
    except OSError as error:
        vi, en = f"không mở được tệp: {error.strerror}", f"cannot be opened: {error.strerror}"
        raise PolicyError(vi, en, file.name) from None
    except msgspec.MsgspecError as error:
        raise PolicyError(f"tệp bị hỏng: {error}", f"a damaged file: {error}", file.name) from None


def _kinds(root: Path, trees: dict[str, Tree]) -> Iterator[tuple[str, FactKind]]:
    for file in sorted((root / "facts").glob("*.yml")):
        tree = read_text(file, root)
        _check_each(tree, tree.value, ())
        kind = typed(tree, FactKind)
        _same_name(tree, "kind", kind.kind, file.stem)
        trees[kind.kind] = tree
        yield kind.kind, kind


def _check_each(tree: Tree, value: Any, within: Where) -> None:
    """Each fact by itself, innermost first, so that an error names it: of a mapping, a type error tells no key."""
    for key in ("facts", "fields"):
        inner = value.get(key) if isinstance(value, dict) else None
        if not isinstance(inner, dict):
            continue
        for name in inner:
            where = (*within, key, name)
            if not _NAME.fullmatch(name):
                raise tree.error(where, f"tên dữ kiện {name!r} không hợp lệ", f"bad name of a fact: {name!r}")
            _check_each(tree, inner[name], where)
            typed(tree, Fact, where)


def _rules(root: Path, trees: dict[str, Tree]) -> Iterator[tuple[str, Rule]]:
    for file in sorted((root / "rules").glob("*/*/rule.yml")):
        tree = read_text(file, root)
        rule = typed(tree, Rule)
        _same_name(tree, "id", rule.id, f"{file.parent.parent.name}.{file.parent.name}")
        missing = missing_cases(file.parent)
        if missing:
            listed = ", ".join(missing)
            raise tree.error(("id",), f"thiếu ca kiểm thử: {listed}", f"no test case of kind: {listed}")
        trees[rule.id] = tree
        yield rule.id, rule


def _named(root: Path, trees: dict[str, Tree], part: str, kind: type[N]) -> Iterator[tuple[str, N]]:
    """The files of a folder, each of which has its name as its id."""
    for file in sorted((root / part).glob("*.yml")):
        tree = read_text(file, root)
        found = typed(tree, kind)
        _same_name(tree, "id", found.id, file.stem)
        if not _FRAMEWORK.fullmatch(found.id):
            raise tree.error(("id",), "mã chỉ gồm a-z, 0-9 và dấu gạch", "an id has only a-z, 0-9 and hyphens")
        if found.id in trees:
            raise tree.error(("id",), f"mã {found.id!r} đã dùng cho tệp khác", f"another file has the id {found.id!r}")
        trees[found.id] = tree
        yield found.id, found


def _same_name(tree: Tree, key: str, written: str, expected: str) -> None:
    if written != expected:
        raise tree.error(
            (key,),
            f"{key} là {written!r} nhưng đường dẫn nói {expected!r}",
            f"{key} is {written!r} but the path says {expected!r}",
        )
