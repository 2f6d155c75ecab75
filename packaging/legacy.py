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
# Imported only on machines that have psutil, which the probe's never have.
NEVER = ("tuanthu_agent.live_system",)


def find(name: str) -> Path | None:
    """The file of one of our modules; None for others."""
    for source in SOURCES:
        path = source.joinpath(*name.split("."))
        for candidate in (path / "__init__.py", path.with_suffix(".py")):
            if candidate.is_file():
                return candidate
    return None


def imports(path: Path) -> set[str]:
    """Names that a module may import, of modules or of what is in them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{one.name}" for one in node.names)
    return found


def closure(start: str = START) -> dict[str, Path]:
    """Module → file, of all that can be reached from the start."""
    found: dict[str, Path] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        path = None if name in found or name in NEVER else find(name)
        if path is None:
            continue
        found[name] = path
        waiting.extend(imports(path))
        waiting.append(name.rpartition(".")[0])
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
