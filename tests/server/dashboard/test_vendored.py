import hashlib
import re
from pathlib import Path

import pytest

import tuanthu_server

VENDOR = Path(tuanthu_server.__file__).parent / "dashboard" / "static" / "vendor"
FILES = {"tabler": "tabler.min.css", "htmx": "htmx.min.js", "echarts": "echarts.common.min.js"}


@pytest.mark.parametrize("package", FILES)
def test_a_vendored_file_is_the_one_that_its_readme_names(package):
    folder = VENDOR / package
    digest = re.search(r"[0-9a-f]{64}", (folder / "README.md").read_text("utf-8"))[0]

    assert hashlib.sha256((folder / FILES[package]).read_bytes()).hexdigest() == digest
    assert f"`{FILES[package]}`" in (folder / "README.md").read_text("utf-8")
    assert (folder / "LICENSE").read_text("utf-8").strip()


def test_nothing_is_vendored_that_is_not_looked_after():
    assert {path.name for path in VENDOR.iterdir()} == set(FILES)


def test_style_sheets_load_nothing_from_elsewhere():
    for sheet in VENDOR.parent.rglob("*.css"):
        assert not re.search(r"(@import|url\(['\"]?(https?:)?//)", sheet.read_text("utf-8")), sheet
