"""Pages and the API get at data through `tuanthu_server.access` only, so that nobody sees beyond their units.

What they import of the rooms below are types and pure functions; a question to the database belongs into `access`.
"""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "server/src/tuanthu_server"
FILES = [path for room in ("dashboard", "api") for path in sorted((ROOT / room).rglob("*.py"))]
BELOW = re.compile(r"tuanthu_server\.(units|inventory|compliance|scans|ingest|reports)\b")
PURE = {
    "added", "compare", "counts_of", "coverage_of", "day_of", "duration_text", "explanation", "fold", "indicator_figures",
    "main_code", "main_framework", "newest_of_units", "on_lan", "policy_difference", "rate_text", "sort_of", "statements", "state_of",
    "totals_of", "work_items",
}  # fmt: skip
"""Functions that work on what they are given."""
UPKEEP = {"refresh", "refresh_new", "sweep"}
"""They bring figures up to date and return none."""
AROUND = {"objects", "_default_manager", "_base_manager", "raw", "cursor", "get_object_or_404", "get_list_or_404"}


def names(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, one.name) for one in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_ask_the_database_nothing_by_themselves(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [(line, name) for line, name in names(tree) if name in AROUND] == []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not [one.name for one in node.names if BELOW.match(one.name)], "import names, not modules"
        if isinstance(node, ast.ImportFrom) and BELOW.match(node.module or ""):
            assert questions(node) == [], "a question to the database: ask it in access"


def questions(node: ast.ImportFrom) -> list[str]:
    """What an import brings that is neither a type, a constant nor a pure function."""
    module = importlib.import_module(node.module)
    brought = {one.name: getattr(module, one.name) for one in node.names}
    return [
        name
        for name, thing in brought.items()
        if inspect.ismodule(thing) or (inspect.isroutine(thing) and name not in PURE | UPKEEP)
    ]


def test_the_rule_sees_what_it_forbids():
    for line in (
        "from tuanthu_server.compliance.standing import standing",
        "from tuanthu_server.compliance import details",
        "from tuanthu_server.units.queries import units_on",
    ):
        assert questions(ast.parse(line).body[0])
    assert "objects" in {name for _, name in names(ast.parse("Unit.objects.all()"))}
    assert len(FILES) > 20
