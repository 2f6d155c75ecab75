"""What users can set or call stands in the documentation."""

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tuanthu_server.config import Config

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", Config.__struct_fields__)
def test_every_collector_setting_is_documented(name):
    row = re.search(
        rf"^\| `{name}` \| ([^|]+) \|", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert row, f"docs/settings.md has no row for {name}"


def test_documented_defaults_of_the_collector_are_the_real_ones():
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for field in msgspec.structs.fields(Config):
        if field.name == "data_dir":
            continue
        shown = re.search(rf"^\| `{field.name}` \| ([^|]+) \|", text, re.MULTILINE).group(1)
        expected = "empty" if field.default == "" else f"`{str(field.default).lower()}`"
        if isinstance(field.default, str) and field.default:
            expected = f"`{field.default}`"
        assert shown.strip().startswith(expected), f"{field.name}: documented {shown!r}, real {field.default!r}"


def test_no_setting_is_documented_that_does_not_exist():
    rows = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) == set(Config.__struct_fields__)


def commands(program: str) -> set[str]:
    """The names of a program's commands, as its help lists them."""
    shown = subprocess.run(
        [Path(sys.executable).parent / program, "--help"],
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return set(re.findall(r"^│ ([a-z][a-z-]+) ", shown, re.MULTILINE))


@pytest.mark.parametrize("program", ["tuanthu-server", "tuanthu-agent"])
def test_every_command_is_documented_and_every_documented_one_exists(program):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    documented = set(re.findall(rf"^\| `{program} ([a-z-]+)", text, re.MULTILINE))
    assert len(documented) > 4
    assert commands(program) == documented
