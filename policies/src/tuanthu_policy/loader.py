"""Reading a policy from its folder: `facts/`, `rules/<domain>/<name>/rule.yml`, `controls/`, `indicators/`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from tuanthu_policy.cases import missing_cases
from tuanthu_policy.checks import NAME
from tuanthu_policy.control import Framework
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.fact import Fact, FactKind
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.indicator import IndicatorPlan
from tuanthu_policy.policy import Policy
from tuanthu_policy.reading import check_name, read_text
from tuanthu_policy.rule import Rule
from tuanthu_policy.typed import typed
from tuanthu_policy.yaml_tree import Tree, Where

N = TypeVar("N", Framework, IndicatorPlan)

_FRAMEWORK: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_NAME: Final = re.compile(NAME)


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


def _kinds(root: Path, trees: dict[str, Tree]) -> Iterator[tuple[str, FactKind]]:
    for file in sorted((root / "facts").glob("*.yml")):
        tree = read_text(file, root)
        _check_each(tree, tree.value, ())
        kind = typed(tree, FactKind)
        check_name(tree, "kind", kind.kind, file.stem)
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
        check_name(tree, "id", rule.id, f"{file.parent.parent.name}.{file.parent.name}")
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
        check_name(tree, "id", found.id, file.stem)
        if not _FRAMEWORK.fullmatch(found.id):
            raise tree.error(("id",), "mã chỉ gồm a-z, 0-9 và dấu gạch", "an id has only a-z, 0-9 and hyphens")
        if found.id in trees:
            raise tree.error(("id",), f"mã {found.id!r} đã dùng cho tệp khác", f"another file has the id {found.id!r}")
        trees[found.id] = tree
        yield found.id, found
