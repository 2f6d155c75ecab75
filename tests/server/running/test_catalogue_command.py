"""`tuanthu-server catalogue`: without a data folder, Vietnamese first, exit code 1 for any fault."""

import os
import shutil
import subprocess
import sys

import pytest

from tuanthu_policy.folder import policy_folder

CALL = (
    "import sys; from tuanthu_server.cli import main; sys.argv = ['tuanthu-server', 'catalogue', *sys.argv[1:]]; main()"
)


def run(tmp_path, *arguments):
    environment = {"PATH": os.environ["PATH"], "TUANTHU_DATA_DIR": str(tmp_path / "none"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", CALL, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(policy_folder() / "devices", tmp_path / "devices")
    return tmp_path / "devices"


def test_the_shipped_catalogue_is_right(tmp_path):
    done = run(tmp_path, "test")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Danh mục đúng:")
    assert "(The catalogue is right:" in done.stdout


def test_it_lists_the_entries(tmp_path, folder):
    done = run(tmp_path, "list", folder)
    assert done.returncode == 0
    assert "hikvision-isapi" in done.stdout
    assert "theo tài liệu" in done.stdout


def test_an_entry_that_is_wrong_is_named_with_file_and_line(tmp_path, folder):
    entry = folder / "hikvision/hikvision-isapi.yml"
    entry.write_text(entry.read_text(encoding="utf-8").replace("threshold: 70", "threshold: 700"), encoding="utf-8")
    for command in ("test", "list"):
        done = run(tmp_path, command, folder)
        assert done.returncode == 1
        assert "hikvision/hikvision-isapi.yml:" in done.stderr
        assert "ngưỡng không đạt được" in done.stderr


def test_an_example_that_comes_out_otherwise_is_named(tmp_path, folder):
    example = folder / "dahua/examples/recorder.yml"
    example.write_text(
        example.read_text(encoding="utf-8").replace("outcome: refused", "outcome: accepted"), encoding="utf-8"
    )
    done = run(tmp_path, "test", folder)
    assert done.returncode == 1
    assert "✗ dahua/recorder: rpc2: ra refused" in done.stderr
    assert "thiếu ví dụ đăng nhập refused" in done.stderr


def test_an_empty_folder_is_an_error(tmp_path):
    assert run(tmp_path, "test", tmp_path).returncode == 1
