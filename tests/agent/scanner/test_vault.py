"""The vault: what it keeps, how it is kept, and its commands."""

import getpass
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.scanner.families import CAMERA, MAC, SHELL, WEB

from tuanthu_agent.cli import main
from tuanthu_agent.scanner.budget import DeviceKey
from tuanthu_agent.scanner.vault import FILE_NAME, KEY_NAME, Vault, VaultError, device_of

SECRET = "Mật-khẩu-riêng"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TUANTHU_AGENT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path / "scan"


@pytest.fixture
def vault(folder):
    vault = Vault(folder)
    vault.add(MAC, "http", "quantri", SECRET)
    return vault


def test_what_was_kept_is_found_again_for_its_device_and_login_alone(vault, folder):
    again = Vault(folder)
    own = again.own(CAMERA, WEB)
    assert (own.user, own.password) == ("quantri", SECRET)
    assert again.own(CAMERA, SHELL) is None
    assert again.own(DeviceKey("127.20.0.5"), WEB) is None
    assert again.own(DeviceKey("127.20.0.5", "a4:14:37:00:00:02"), WEB) is None


def test_the_login_comes_before_the_protocol_and_the_mac_before_the_address(vault):
    vault.add(CAMERA.address, "web", "theo-địa-chỉ", "1")
    assert vault.own(CAMERA, WEB).user == "quantri"
    vault.add(MAC, "web", "theo-mã", "2")
    assert vault.own(CAMERA, WEB).user == "theo-mã"
    assert vault.own(DeviceKey(CAMERA.address), WEB).user == "theo-địa-chỉ"


def test_no_password_lies_in_the_files_and_only_this_user_reads_them(vault, folder):
    for name in (FILE_NAME, KEY_NAME):
        path = folder / name
        assert SECRET.encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_key_opens_nothing(vault, folder):
    (folder / KEY_NAME).write_bytes(bytes(32))
    with pytest.raises(VaultError):
        Vault(folder).own(CAMERA, WEB)


def test_a_secret_that_was_moved_to_another_device_opens_nothing(vault, folder):
    path = folder / FILE_NAME
    path.write_text(path.read_text().replace(MAC, "a4:14:37:00:00:02"))
    with pytest.raises(VaultError):
        Vault(folder).own(DeviceKey("127.20.0.5", "a4:14:37:00:00:02"), WEB)


def test_a_key_that_others_can_read_is_refused(vault, folder):
    (folder / KEY_NAME).chmod(0o644)
    with pytest.raises(VaultError) as caught:
        Vault(folder).own(CAMERA, WEB)
    assert "chmod 600" in caught.value.vi


def test_removing_forgets_one_login_or_all(vault):
    vault.add(MAC, "ssh", "root", "x")
    assert vault.remove(MAC, "ssh") == 1
    assert vault.remove(MAC, "ssh") == 0
    assert vault.remove(MAC) == 1
    assert vault.entries() == []


@pytest.mark.parametrize(
    ("text", "expected"), [("A4-14-37-00-00-01", MAC), ("10.1.2.3", "10.1.2.3"), ("FE80::0:1", "fe80::1")]
)
def test_devices_are_written_in_one_way(text, expected):
    assert device_of(text) == expected


@pytest.mark.parametrize("text", ["", "camera-1", "10.1.2", "00:00:00:00:00:00", "a4:14:37"])
def test_what_is_no_device_is_refused(text):
    with pytest.raises(VaultError):
        device_of(text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_a_damaged_file_is_an_error_of_ours(tmp_path, raw):
    (tmp_path / FILE_NAME).write_bytes(raw)
    try:
        Vault(tmp_path)
    except VaultError:
        return
    assert b"{" in raw


def run(capfd, *words):
    with pytest.raises(SystemExit) as caught:
        main(["vault", *words])
    printed = capfd.readouterr()
    return caught.value.code, " ".join((printed.out + printed.err).split())


def test_the_password_is_asked_for_and_never_shown(folder, monkeypatch, capfd):
    monkeypatch.setattr(getpass, "getpass", lambda _: SECRET)
    code, text = run(capfd, "add", "--device", "A4:14:37:00:00:01", "--login", "http", "--user", "quantri")
    assert code == 0
    assert SECRET not in text
    code, text = run(capfd, "list")
    assert code == 0
    assert "a4:14:37:00:00:01 http quantri" in text
    assert SECRET not in text
    assert run(capfd, "remove", "--device", MAC)[0] == 0
    assert run(capfd, "remove", "--device", MAC)[0] == 1
    assert "Chưa cất" in run(capfd, "list")[1]


@pytest.mark.parametrize("typed", [["a", "b"], ["", ""]])
def test_a_slip_of_the_finger_keeps_nothing(folder, monkeypatch, capfd, typed):
    answers = iter(typed)
    monkeypatch.setattr(getpass, "getpass", lambda _: next(answers))
    code, _ = run(capfd, "add", "--device", MAC, "--login", "http", "--user", "quantri")
    assert code == 3
    assert not (folder / FILE_NAME).exists()


def test_a_password_is_no_argument(folder, capfd):
    code, _ = run(capfd, "add", "--device", MAC, "--login", "http", "--user", "x", "--password", "y")
    assert code == 3
