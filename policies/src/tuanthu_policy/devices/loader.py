"""Reading the device catalogue: `devices/<vendor>/<id>.yml` and `devices/<vendor>/examples/<name>.yml`."""

from pathlib import Path

from tuanthu_policy.devices.checks import ID, faults
from tuanthu_policy.devices.evidence import is_evidence
from tuanthu_policy.devices.example import PROVENANCES, Example
from tuanthu_policy.devices.family import Family
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.reading import check_name, read_text
from tuanthu_policy.typed import typed
from tuanthu_policy.yaml_tree import Tree


def devices_folder(folder: Path | None = None) -> Path:
    """The folder of the vendors: of a policy's folder, or the folder itself; the shipped one where none is given."""
    root = policy_folder() if folder is None else folder
    return root / "devices" if (root / "devices").is_dir() else root


def load_devices(folder: Path | None = None) -> dict[str, Family]:
    """All entries by id, checked. Raises PolicyError with file, line and key at the first fault."""
    root = devices_folder(folder)
    found: dict[str, Family] = {}
    for file in sorted(root.glob("*/*.yml")):
        tree = read_text(file, root)
        family = typed(tree, Family)
        check_name(tree, "id", family.id, file.stem)
        if family.id in found:
            raise tree.error(("id",), f"mã {family.id!r} đã dùng", f"the id {family.id!r} is used already")
        for where, vi, en in faults(family):
            raise tree.error(where, vi, en)
        _check_files(tree, family, file.parent)
        found[family.id] = family
    if not found:
        raise PolicyError(f"thư mục {root} không có mục thiết bị nào", f"folder {root} holds no device entry")
    return found


def _check_files(tree: Tree, family: Family, folder: Path) -> None:
    for index, name in enumerate(family.examples):
        if not ID.fullmatch(name) or not (folder / "examples" / f"{name}.yml").is_file():
            raise tree.error(("examples", index), f"không có ví dụ {name!r}", f"there is no example {name!r}")


def load_examples(folder: Path | None = None) -> dict[str, Example]:
    """All examples by `<vendor>/<name>`, checked against nothing but their types. Raises PolicyError."""
    root = devices_folder(folder)
    found: dict[str, Example] = {}
    for file in sorted(root.glob("*/examples/*.yml")):
        tree = read_text(file, root)
        example = typed(tree, Example)
        if example.provenance not in PROVENANCES:
            raise tree.error(("provenance",), "phải là captured hoặc synthetic", "either captured or synthetic")
        if not example.source.strip():
            raise tree.error(("source",), "văn bản không được rỗng", "a text may not be empty")
        for name in example.evidence:
            if not is_evidence(name):
                raise tree.error(("evidence", name), f"không có đối tượng {name!r}", f"there is no subject {name!r}")
        if not example.subjects():
            raise tree.error(("evidence",), "ví dụ không có gì để nhận dạng", "nothing here could be recognised")
        found[f"{file.parent.parent.name}/{file.stem}"] = example
    return found


def owners(families: dict[str, Family], folder: Path | None = None) -> dict[str, list[str]]:
    """`<vendor>/<name>` of each example → the entries that list it."""
    root = devices_folder(folder)
    found: dict[str, list[str]] = {}
    for file in sorted(root.glob("*/*.yml")):
        for name in families[file.stem].examples:
            found.setdefault(f"{file.parent.name}/{name}", []).append(file.stem)
    return found
