import stat

import pytest
from tests.assets.people import person

from tuanthu_server.accounts import kept_secrets, second_factor
from tuanthu_server.accounts.models import SealedSecret, User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.errors import ConfigError, InputError
from tuanthu_server.sealing import NAME, Keyring, keyring


@pytest.fixture
def keys(tmp_path) -> Keyring:
    return Keyring(tmp_path / NAME)


def test_a_seal_opens_for_its_purpose_only_and_shows_nothing(keys, tmp_path):
    sealed = keys.seal("một", "bí mật".encode())

    assert keys.open("một", sealed) == "bí mật".encode()
    assert "bí mật".encode() not in sealed
    assert keys.seal("một", "bí mật".encode()) != sealed
    with pytest.raises(ConfigError):
        keys.open("hai", sealed)
    for place in range(len(sealed)):
        with pytest.raises(ConfigError):
            keys.open("một", sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
        with pytest.raises(ConfigError):
            keys.open("một", sealed[:place])
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_old_seals_open_after_a_turn_and_new_ones_are_of_the_new_key(keys):
    old = keys.seal("một", b"x")
    keys.turn()

    assert keys.open("một", old) == b"x"
    assert not keys.is_current(old)
    assert keys.is_current(keys.seal("một", b"x"))


def test_another_key_file_opens_nothing_and_says_so(keys, tmp_path):
    sealed = keys.seal("một", b"x")
    (tmp_path / NAME).unlink()

    with pytest.raises(ConfigError, match=NAME):
        keys.open("một", sealed)


@pytest.mark.parametrize("text", ["", "abc", "zz AAAA", "00000000 AAAA", "00000000 !!!!"])
def test_a_damaged_key_file_is_told(keys, tmp_path, text):
    (tmp_path / NAME).write_text(text, encoding="ascii")

    with pytest.raises(ConfigError):
        keys.seal("một", b"x")


@pytest.mark.django_db
def test_everything_is_sealed_anew_when_the_key_is_turned():
    user = person("bà-hằng", Role.VIEWER)
    seed = second_factor.begin(user)
    kept_secrets.write("oidc-client-secret", "của-sở-y-tế")

    assert kept_secrets.turn() == 2
    sealed = [bytes(User.objects.get().totp_secret), bytes(SealedSecret.objects.get().sealed)]
    assert all(keyring().is_current(one) for one in sealed)
    assert second_factor.begin(user) == seed
    assert kept_secrets.read("oidc-client-secret") == "của-sở-y-tế"
    kept_secrets.write("oidc-client-secret", "")
    assert kept_secrets.read("oidc-client-secret") == ""
    with pytest.raises(InputError):
        kept_secrets.write("không-có", "x")
