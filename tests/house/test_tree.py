"""The house keeps its measures: room sizes, function sizes, nothing private or foreign in committed files."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LARGEST_FILE = 350
LONGEST_FUNCTION = 60
TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".sh",
    ".txt",
    ".lock",
    ".html",
    ".css",
    ".typ",
    ".json",
    ".csv",
    "",
}


def tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


PYTHON_FILES = [path for path in tracked("*.py") if "migrations" not in path.parts and "vendor" not in path.parts]


def test_there_are_files_to_measure():
    assert len(PYTHON_FILES) > 50


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_or_function_is_too_large(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= LARGEST_FILE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{node.name} is too long"


def test_no_committed_file_names_a_registry_or_a_private_path():
    # Spelt in pieces, so that this file does not find itself.
    forbidden = re.compile(
        "|".join(
            [
                "index" + "-url",
                "find" + "-links",
                "/" + "root/",
                "/" + "farm/",
                "pypi" + r"\.org",
                "files.python" + "hosted",
            ]
        )
    )
    found = []
    for path in tracked():
        if path.suffix in TEXT_SUFFIXES and "vendor" not in path.parts:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if forbidden.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    # The lock tool speaks of the option by which it leaves the address out.
    assert [row for row in found if not row.startswith("packaging/lock.py:")] == []


def test_no_committed_file_holds_a_private_key():
    marker = b"PRIVATE" + b" KEY-----"
    assert [path for path in tracked() if marker in path.read_bytes()] == []


def test_every_locked_requirement_has_a_hash():
    for name in ("runtime", "dev"):
        text = (ROOT / f"requirements/{name}.lock").read_text(encoding="utf-8").replace("\\\n", " ")
        pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
        assert pins
        assert [line for line in pins if "--hash=sha256:" not in line] == []


def test_the_locks_hold_every_declared_dependency():
    import tomllib

    locked = (ROOT / "requirements/runtime.lock").read_text(encoding="utf-8")
    for room in ("policies", "agent", "server"):
        project = tomllib.loads((ROOT / room / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for requirement in project["dependencies"]:
            name = re.match(r"[A-Za-z0-9-]+", requirement).group(0)
            assert name.startswith("tuanthu-") or re.search(rf"^{name}==", locked, re.MULTILINE), (
                f"{room}: {name} is not locked"
            )
