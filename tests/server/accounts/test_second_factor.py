from datetime import UTC, datetime

import pytest
from tests.assets.people import person

from tuanthu_server.accounts import second_factor, totp
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.qr import QUIET, draw
from tuanthu_server.accounts.roles import Role

SEED = b"12345678901234567890"


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(second, code):
    """RFC 6238, appendix B, for SHA-1."""
    assert totp.code_at(SEED, second // 30, digits=8) == code


@pytest.mark.parametrize(("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(off, taken):
    now = datetime.fromtimestamp(2_000_000_000, UTC)
    step = totp.step_of(now)

    assert (totp.matching_step(SEED, totp.code_at(SEED, step + off), now) == step + off) is taken


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "\x00", "9" * 5000])
def test_what_is_no_code_is_refused(code):
    assert totp.matching_step(SEED, code, datetime.now(UTC)) is None


def test_the_address_for_the_app_carries_the_account_with_its_diacritics():
    address = totp.address_of(SEED, "bà-hằng")

    assert address.startswith("otpauth://totp/Tuanthu:b%C3%A0-h%E1%BA%B1ng?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in address


def test_a_drawing_has_the_three_corners_of_a_qr_code_and_white_around():
    drawing = draw(totp.address_of(SEED, "bà-hằng"))
    dark = {tuple(map(int, part.split("h")[0].split())) for part in drawing.path.split("M")[1:]}
    far = drawing.size - QUIET - 7

    for left, top in ((QUIET, QUIET), (far, QUIET), (QUIET, far)):
        ring = {(left + x, top + y) for x in range(7) for y in range(7) if x in (0, 6) or y in (0, 6)}
        core = {(left + x, top + y) for x in (2, 3, 4) for y in (2, 3, 4)}
        white = {(left + x, top + y) for x in range(1, 6) for y in range(1, 6)} - core
        assert ring | core <= dark
        assert not white & dark
    assert all(QUIET <= x < drawing.size - QUIET and QUIET <= y < drawing.size - QUIET for x, y in dark)


@pytest.mark.django_db
def test_the_seed_lies_sealed_and_fits_nobody_else():
    user, other = person("bà-hằng", Role.VIEWER), person("ông-phúc", Role.VIEWER)
    seed = second_factor.begin(user)
    kept = bytes(User.objects.get(pk=user.pk).totp_secret)
    assert seed not in kept

    User.objects.filter(pk=other.pk).update(totp_secret=kept)
    with pytest.raises(Exception, match="Cannot open the secret"):
        second_factor.begin(other)


@pytest.mark.django_db
def test_a_reset_lets_the_person_enrol_anew_and_forgets_their_codes():
    user = person("bà-hằng", Role.VIEWER)
    seed = second_factor.begin(user)
    codes = second_factor.confirm(user, totp.code_at(seed, totp.step_of(datetime.now(UTC))))
    second_factor.reset(user)
    user.refresh_from_db()

    assert not second_factor.is_set(user)
    assert not second_factor.use_recovery_code(user, codes[0])
    assert second_factor.begin(user) != seed
