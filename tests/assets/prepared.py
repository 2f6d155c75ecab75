"""The folder of a collector on SQLite after its first commands: they run once in a test run, then it is copied.

Tests of these commands themselves give them a folder where nothing exists yet.
"""

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

SERVER = Path(sys.executable).parent / "tuanthu-server"
UNIT = "TYT-001"
UNITS = f"code,name,kind,valid_from,machines\n{UNIT},Trạm Y tế xã Ea Tíu,station,2026-01-01,4\n"


class Prepared(NamedTuple):
    folder: Path
    token: str
    """Enrols as many machines of the unit as anybody wants."""
    fingerprint: str


def prepare(data: Path, password: Path) -> Prepared:
    """Make `data` the folder of a collector with one unit, and `password` the administrator's."""
    made = _made()
    shutil.copytree(made.folder / "data", data, dirs_exist_ok=True)  # it may be the root of a small disk
    shutil.copy2(made.folder / "password", password)
    return made


@cache
def _made() -> Prepared:
    folder = Path(tempfile.mkdtemp(prefix="tuanthu-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    units = folder / "units.csv"
    units.write_text(UNITS, encoding="utf-8")
    _run(folder, "init", "--password-file", str(folder / "password"))
    _run(folder, "units", "import", str(units))
    printed = _run(folder, "token", "new", "--unit", UNIT, "--uses", "1000")
    token, fingerprint = re.search(r"TT-[A-Z0-9-]+", printed)[0], re.search(r"\b[0-9a-f]{64}\b", printed)[0]
    return Prepared(folder, token, fingerprint)


def _run(folder: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUANTHU_", "DJANGO_"))}
    done = subprocess.run(
        [SERVER, *arguments], env=kept | {"TUANTHU_DATA_DIR": str(folder / "data")}, capture_output=True, text=True,
        timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr
