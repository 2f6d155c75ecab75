import hashlib
import re
from pathlib import Path

import tuanthu_server

VENDOR = Path(tuanthu_server.__file__).parent / "dashboard" / "static" / "vendor" / "tabler"


def test_the_vendored_style_sheet_is_the_one_that_the_readme_names():
    digest = re.search(r"[0-9a-f]{64}", (VENDOR / "README.md").read_text("utf-8"))[0]

    assert hashlib.sha256((VENDOR / "tabler.min.css").read_bytes()).hexdigest() == digest
    assert "MIT License" in (VENDOR / "LICENSE").read_text("utf-8")


def test_style_sheets_load_nothing_from_elsewhere():
    for sheet in VENDOR.parents[1].rglob("*.css"):
        assert not re.search(r"(@import|url\(['\"]?(https?:)?//)", sheet.read_text("utf-8")), sheet
