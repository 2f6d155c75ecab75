"""All that the probe is made of: Python 3.8 and the standard library, and nothing else."""

import ast
import importlib.util
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("packaging_legacy", ROOT / "packaging" / "legacy.py")
packing = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(packing)
MODULES = packing.closure()
# What Python 3.8 had; later ones have all of it that is asked for here.
KNOWN = sys.stdlib_module_names - {"tomllib", "graphlib", "zoneinfo"}


def test_the_probe_and_the_collectors_are_in_it():
    names = set(MODULES)
    assert {"tuanthu_agent.legacy.cli", "tuanthu_agent.spool.sqlite", "tuanthu_policy.framing"} <= names
    assert {"tuanthu_agent.collectors.registry", "tuanthu_agent.windows.live_wmi"} <= names
    assert not any(name.startswith("tuanthu_server") for name in names)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_module_is_python_3_8(name):
    ast.parse(MODULES[name].read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_module_imports_only_the_standard_library_and_itself(name):
    own = KNOWN | {"tuanthu_agent", "tuanthu_policy"}
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    assert [one for one in imported_at_once(tree) if one.split(".")[0] not in own] == []


def imported_at_once(node):
    """What is imported with the module; what a function imports when it is called may be missing, as a gap."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            found += [one.name for one in child.names]
        elif isinstance(child, ast.ImportFrom):
            found.append(child.module)
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            found += imported_at_once(child)
    return found


def place(path):
    return path.as_posix().rpartition("/src/")[2]


def test_the_archive_holds_just_that_and_is_the_same_each_time(tmp_path):
    first, second = packing.build(tmp_path / "a"), packing.build(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = set(archive.namelist())
    assert {name for name in names if name.endswith(".py")} == {place(path) for path in MODULES.values()}
    assert "tuanthu_agent/legacy/__main__.py" in names
    assert not any("live_system" in name or "uplink" in name for name in names)
