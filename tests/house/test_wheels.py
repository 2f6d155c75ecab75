"""What is installed from wheels works without the repository: no file is missing in them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CALL = "import sys; from {module}.cli import main; sys.argv = {arguments!r}; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The three wheels unpacked into a folder that stands before the repository's own code."""
    folder = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    for room in ("policies", "agent", "server"):
        subprocess.run(
            [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder / "dist", ROOT / room],
            check=True,
            capture_output=True,
        )
    wheels = sorted((folder / "dist").glob("*.whl"))
    assert len(wheels) == 3
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", folder / "site", *wheels], check=True, capture_output=True
    )
    return folder


def call(installed: Path, program: str, *arguments: str, accepted=(0,)) -> str:
    module = program.replace("-", "_")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(installed),
        "PYTHONPATH": str(installed / "site"),
        "TUANTHU_DATA_DIR": str(installed / "collector"),
        "TUANTHU_AGENT_DATA_DIR": str(installed / "agent"),
        "TUANTHU_AGENT_LAN_PROBES": "passive",
    }
    code = CALL.format(module=module, arguments=[program, *arguments])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in accepted, done.stdout + done.stderr
    return done.stdout


def test_the_code_under_test_is_the_installed_one(installed):
    code = "import tuanthu_policy, tuanthu_agent, tuanthu_server; print(tuanthu_policy.__file__, tuanthu_agent.__file__, tuanthu_server.__file__)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(installed / "site")},
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [Path(path).is_relative_to(installed) for path in shown.split()] == [True, True, True]


def test_the_collector_starts_and_reports(installed):
    call(installed, "tuanthu-server", "init")
    call(installed, "tuanthu-server", "demo")
    call(installed, "tuanthu-server", "report", "--department", "--out", str(installed / "out"))
    assert {path.suffix for path in (installed / "out").iterdir()} == {".docx", ".pdf", ".xlsx", ".json"}


def test_the_device_catalogue_came_with_its_examples(installed):
    assert call(installed, "tuanthu-server", "catalogue", "test").startswith("Danh mục đúng:")


def test_the_agent_judges_this_machine_by_the_policy_that_came_with_it(installed):
    printed = call(installed, "tuanthu-agent", "check", "--json", accepted=(0, 1, 2))
    assert "antivirus.installed" in printed
    assert "services-unreadable" not in printed
    assert "required_tls_count" in printed
