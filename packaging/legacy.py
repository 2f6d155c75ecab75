"""`dist/tuanthu-legacy-VERSION.zip`: the modules that the legacy probe imports and no others; the same bytes each time.

python packaging/legacy.py [FOLDER]
"""

import ast
import os
import sys
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (ROOT / "agent" / "src", ROOT / "policies" / "src")
START = "tuanthu_agent.legacy.__main__"
OWN = {"tuanthu_agent", "tuanthu_policy"}
RELEASES = ROOT / "policies" / "lifecycle.json"


def find(name: str) -> Path | None:
    """The file of one of our modules; None for others."""
    for source in SOURCES:
        path = source.joinpath(*name.split("."))
        for candidate in (path / "__init__.py", path.with_suffix(".py")):
            if candidate.is_file():
                return candidate
    return None


def imports(node: ast.AST, *, later: bool) -> set[str]:
    """Modules, or what is in them, that a module imports at once or, `later`, when a function of it is called."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.Import):
            found.update(() if later else (one.name for one in child.names))
        elif isinstance(child, ast.ImportFrom) and child.module:
            found.update(() if later else (child.module, *(f"{child.module}.{one.name}" for one in child.names)))
        elif inside and later:
            found |= imports(child, later=False) | imports(child, later=True)
        elif not inside:
            found |= imports(child, later=later)
    return found


def reach(start: str) -> tuple[dict[str, Path], set[str]]:
    """Module → file of all that is imported at once with a module, and the foreign names among it."""
    found: dict[str, Path] = {}
    foreign: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        path = None if name in found else find(name)
        if path is None:
            if name.split(".")[0] not in sys.stdlib_module_names | OWN:
                foreign.add(name)
            continue
        found[name] = path
        waiting.extend(imports(ast.parse(path.read_text("utf-8")), later=False))
        waiting.append(name.rpartition(".")[0] or name)
    return found, foreign


def closure(start: str = START) -> dict[str, Path]:
    """Module → file of all that the probe can use.

    What a function imports when it is called comes along if it needs nothing foreign: else its absence is a gap there.
    """
    found, foreign = reach(start)
    for name in ("child", "cli"):
        part, needed = reach(f"{start.rpartition('.')[0]}.{name}")
        found |= part
        foreign |= needed
    if foreign:
        raise ValueError(f"{start} needs {sorted(foreign)}")
    seen: set[str] = set()
    while fresh := found.keys() - seen:
        for name in sorted(fresh):
            seen.add(name)
            for target in imports(ast.parse(found[name].read_text("utf-8")), later=True):
                more, foreign = reach(target)
                if not foreign:
                    found |= more
    return found


def build(folder: Path) -> Path:
    """Write the archive; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    version = next(
        line.split('"')[1] for line in (SOURCES[0] / "tuanthu_agent/__init__.py").read_text("utf-8").splitlines()
        if line.startswith("__version__")
    )  # fmt: skip
    moment = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")), 315532800))[:6]
    target = folder / f"tuanthu-legacy-{version}.zip"
    files = {}
    for path in closure().values():
        source = next(one for one in SOURCES if path.is_relative_to(one))
        files[path.relative_to(source).as_posix()] = path.read_bytes()
    if RELEASES.is_file():
        files["tuanthu_agent/legacy/lifecycle.json"] = RELEASES.read_bytes()
    files["LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files["legacy.md"] = (ROOT / "docs" / "legacy.md").read_bytes()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, moment)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return target


if __name__ == "__main__":
    print(build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"))
