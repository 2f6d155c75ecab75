"""`keys` and `scope` as the department's officer runs them: without data folder, database or Django."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tuanthu_policy.envelope import b64url_decode
from tuanthu_policy.scan_scope import SCOPE_TYPE, ScanScope

DOCUMENT = "Quyết định 123/QĐ-SYT ngày 20/11/2026"


def run(folder, *arguments):
    """The program in a process of its own, with a data folder that does not exist."""
    return subprocess.run(
        [sys.executable, "-c", "from tuanthu_server.cli import main; main()", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "TUANTHU_DATA_DIR": str(folder / "nowhere"), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    done = run(folder, "keys", "new", "--out", "authority.key")
    assert done.returncode == 0, done.stderr
    assert "Khóa bí mật" in done.stdout
    assert not (folder / "nowhere").exists()
    return folder


def issue(folder, *more, networks=("10.20.0.0/24",), out="scope.jws", **changes):
    values = {"unit": "TYT-001", "authorisation": DOCUMENT, "days": 30, "key": "authority.key", "out": out, **changes}
    options = [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]
    return run(folder, "scope", "issue", "--network", *networks, *options, *more)


def read(path: Path) -> tuple[dict, ScanScope]:
    header, payload, _ = path.read_bytes().strip().split(b".")
    return msgspec.json.decode(b64url_decode(header)), msgspec.json.decode(b64url_decode(payload), type=ScanScope)


def test_keys_are_pem_and_the_private_one_is_closed_to_others(authority):
    private = serialization.load_pem_private_key((authority / "authority.key").read_bytes(), password=None)
    public = serialization.load_pem_public_key((authority / "authority.pub").read_bytes())
    assert isinstance(private, Ed25519PrivateKey)
    assert isinstance(public, Ed25519PublicKey)
    assert private.public_key().public_bytes_raw() == public.public_bytes_raw()
    assert (authority / "authority.key").stat().st_mode & 0o777 == 0o600
    assert (authority / "authority.pub").read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize("present", ["authority.key", "authority.pub"])
def test_a_key_is_never_overwritten(tmp_path, present):
    (tmp_path / present).write_text("keep me")
    done = run(tmp_path, "keys", "new", "--out", "authority.key")
    assert done.returncode == 3
    assert "đã có" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [present]
    assert (tmp_path / present).read_text() == "keep me"


def test_a_private_key_is_not_called_public(tmp_path):
    done = run(tmp_path, "keys", "new", "--out", "authority.pub")
    assert done.returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_no_half_is_left(tmp_path):
    (tmp_path / "file").touch()
    done = run(tmp_path, "keys", "new", "--out", "file/authority.key")
    assert done.returncode == 3
    assert "Không ghi được" in done.stderr


def test_a_scope_says_what_the_officer_said(authority):
    done = issue(
        authority,
        *("--exclude", "10.20.0.7", "10.20.0.128/25", "--protocol", "discovery", "http"),
        networks=("10.20.0.0/24", "203.0.113.7"),
        attempts_per_day=1,
        signer="Nguyễn Văn Đức",
        window="20:00-05:00",
    )
    assert done.returncode == 0, done.stderr
    assert "đang hiệu lực" in done.stdout
    header, scope = read(authority / "scope.jws")
    assert header == {"alg": "Ed25519", "typ": SCOPE_TYPE}
    assert (scope.unit, scope.authorisation, scope.signer) == ("TYT-001", DOCUMENT, "Nguyễn Văn Đức")
    assert scope.networks == ["10.20.0.0/24", "203.0.113.7/32"]
    assert scope.exclude == ["10.20.0.7/32", "10.20.0.128/25"]
    assert scope.protocols == ["discovery", "http"]
    assert (scope.window.start, scope.window.end, scope.attempts_per_day) == ("20:00", "05:00", 1)
    assert (scope.not_after - scope.not_before).days == 30
    assert scope.not_before == scope.issued_at


def test_networks_can_be_named_one_by_one(authority):
    done = issue(authority, "--network", "10.30.0.0/24", out="two.jws")
    assert done.returncode == 0, done.stderr
    assert read(authority / "two.jws")[1].networks == ["10.20.0.0/24", "10.30.0.0/24"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"networks": ("10.0.0.0/8",)}, "quá rộng"),
        ({"networks": ("8.8.8.0/24",)}, "công cộng"),
        ({"networks": ("10.20.0.5/24",)}, "CIDR"),
        ({"days": 367}, "366"),
        ({"days": 0}, "not_after"),
        ({"days": 10**9}, "--days"),
        ({"days": 10**5}, "không hợp lệ"),
        ({"attempts_per_day": 5}, "attempts_per_day"),
        ({"window": "20:00"}, "--window"),
        ({"window": "24:00-05:00"}, "HH:MM"),
        ({"protocol": "smb"}, "protocols"),
        ({"exclude": "10.99.0.1"}, "exclude"),
        ({"authorisation": " "}, "authorisation"),
        ({"unit": ""}, "unit"),
        ({"key": "authority.pub"}, "--key"),
        ({"key": "nowhere.key"}, "--key"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(authority, changes, word):
    done = issue(authority, out="wrong.jws", **changes)
    assert done.returncode == 3, done.stdout
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not (authority / "wrong.jws").exists()


@pytest.mark.parametrize("name", ["authority.key", "authority.pub"])
def test_the_key_is_not_overwritten_by_a_scope(authority, name):
    before = (authority / name).read_bytes()
    assert issue(authority, out=name).returncode == 3
    assert (authority / name).read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_key_that_others_can_read_is_not_used(authority, tmp_path):
    loose = tmp_path / "loose.key"
    loose.write_bytes((authority / "authority.key").read_bytes())
    loose.chmod(0o644)
    done = issue(authority, key=loose, out="wrong.jws")
    assert done.returncode == 3
    assert "chmod 600" in done.stderr


def test_a_scope_is_shown_with_and_without_its_signature_verified(authority):
    assert issue(authority, out="shown.jws").returncode == 0
    plain = run(authority, "scope", "show", "shown.jws")
    assert plain.returncode == 0
    assert "CHƯA kiểm tra" in plain.stdout
    assert DOCUMENT in plain.stdout
    assert "Chữ ký đúng" in run(authority, "scope", "show", "shown.jws", "--trust", "authority.pub").stdout


def test_a_scope_of_another_authority_or_a_changed_one_is_told(authority, tmp_path):
    assert issue(authority, out="mine.jws").returncode == 0
    assert run(tmp_path, "keys", "new", "--out", "other.key").returncode == 0
    done = run(authority, "scope", "show", "mine.jws", "--trust", tmp_path / "other.pub")
    assert done.returncode == 3
    assert "KHÔNG đúng" in done.stderr
    assert issue(authority, out="else.jws", unit="TYT-002").returncode == 0
    first, second = ((authority / name).read_text().strip().split(".") for name in ("mine.jws", "else.jws"))
    (authority / "mixed.jws").write_text(".".join([first[0], second[1], first[2]]))
    assert run(authority, "scope", "show", "mixed.jws", "--trust", "authority.pub").returncode == 3


@pytest.mark.parametrize("content", [b"", b"hello", b"a.b.c", b"e30.e30.", b"\xff\xfe.", b"...."])
def test_what_is_no_scope_is_told_so(authority, tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    done = run(authority, "scope", "show", tmp_path / "file")
    assert done.returncode == 3
    assert "không phải giấy phép" in done.stderr
