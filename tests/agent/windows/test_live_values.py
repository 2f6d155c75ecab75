"""What Windows hands over, read as the ports promise: total, whatever it is."""

import struct
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.adapters import address_text
from tuanthu_agent.windows.com import Guid
from tuanthu_agent.windows.live import live_windows
from tuanthu_agent.windows.live_accounts import LiveAccounts, as_user, whole
from tuanthu_agent.windows.live_registry import as_value, registry_error, split_key
from tuanthu_agent.windows.live_services import LiveServices
from tuanthu_agent.windows.live_updates import LiveUpdateAgent, from_date
from tuanthu_agent.windows.live_wmi import LiveWmi, from_cim
from tuanthu_agent.windows.variant import Variant, boolean, read_at
from tuanthu_agent.windows.windows_system import WindowsSystem

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(), st.lists, max_leaves=5
)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("x", 1, "x"),
        ("%PATH%", 2, "%PATH%"),
        (None, 1, ""),
        (7, 4, 7),
        (None, 4, None),
        (b"\x00\x00\x00\x07", 5, 7),
        (2**64 - 1, 11, 2**64 - 1),
        (b"\x01" + b"\0" * 7, 11, 1),
        (["a", "b"], 7, ["a", "b"]),
        (None, 7, []),
        (None, 3, b""),
        (b"\x00", 3, b"\x00"),
        (b"x", 0, None),
        ("target", 6, None),
    ],
)
def test_registry_values_have_the_ports_types(value, kind, expected):
    assert as_value(value, kind) == expected


@given(ANYTHING, st.integers(-1, 20))
def test_registry_values_are_total(value, kind):
    assert isinstance(as_value(value, kind), str | int | bytes | list | None)


@pytest.mark.parametrize(
    ("number", "code"),
    [(2, "not-found"), (3, "not-found"), (1018, "not-found"), (5, "permission-denied"), (6, "unreadable")],
)
def test_a_missing_key_is_told_from_one_that_is_denied(number, code):
    error = OSError(number, "localised text that means nothing")
    assert registry_error(error, "HKLM\\x").code == code


@given(st.text(max_size=30))
def test_keys_begin_with_a_hive_or_are_refused(key):
    if key.partition("\\")[0].upper() in ("HKLM", "HKU", "HKCR", "HKCU"):
        assert split_key(key)[0].startswith("HKEY_")
    else:
        with pytest.raises(HostError, match="unreadable"):
            split_key(key)


def test_hives_ignore_case():
    assert split_key("hklm\\Software\\") == ("HKEY_LOCAL_MACHINE", "Software")


@pytest.mark.parametrize(
    ("value", "cim", "expected"),
    [
        ("25276510208", 21, 25276510208),
        ("-5", 20, -5),
        ("", 21, None),
        (-1, 19, 2**32 - 1),
        (-1, 18, 65535),
        (-1, 3, -1),
        (True, 11, True),
        (["1", "x", "3"], 0x2000 | 21, [1, 3]),
        ([-1], 0x2000 | 19, [2**32 - 1]),
        ("20261124170821.591000+000", 101, "20261124170821.591000+000"),
        (None, 8, None),
    ],
)
def test_wmi_numbers_are_numbers_of_the_right_sign(value, cim, expected):
    assert from_cim(value, cim) == expected


@given(ANYTHING, st.integers(0, 0x3FFF))
def test_wmi_values_are_total(value, cim):
    from_cim(value, cim)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (46350.5, "2026-11-24T12:00:00Z"),
        (0.0, None),
        (-1.0, None),
        (1e300, None),
        (float("nan"), None),
        (None, None),
        (True, None),
        ("46350", None),
    ],
)
def test_a_date_of_automation_is_a_moment_or_none(days, expected):
    assert from_date(days) == expected


@given(ANYTHING)
def test_dates_are_total(days):
    assert from_date(days) is None or from_date(days).endswith("Z")


@pytest.mark.parametrize(
    ("seconds", "unit", "forever", "expected"),
    [
        (0xFFFFFFFF, 86400, 0, 0),
        (0xFFFFFFFF, 60, -1, -1),
        (42 * 86400, 86400, 0, 42),
        (3600, 86400, 0, 1),
        (59, 60, -1, 1),
        (0, 60, -1, 0),
    ],
)
def test_a_short_time_never_reads_as_never(seconds, unit, forever, expected):
    assert whole(seconds, unit, forever=forever) == expected


def entry(**changes):
    values = {"name": "Khách", "user_id": 501, "flags": 0x10202, "password_age": 86400 * 3 + 5, "last_logon": 0}
    return SimpleNamespace(**(values | changes))


def test_an_account_is_read_by_its_flags():
    user = as_user(entry(), "S-1-5-21-1-2-3")
    assert (user.sid, user.disabled, user.locked) == ("S-1-5-21-1-2-3-501", True, False)
    assert (user.password_required, user.password_expires, user.password_age_days) == (True, False, 3)
    assert user.last_logon is None
    assert as_user(entry(flags=0x20), "S").password_required is False
    assert as_user(entry(password_age=1_795_000_000), "S").password_age_days is None
    assert as_user(entry(last_logon=1_795_487_341), "S").last_logon.startswith("2026-11-2")


def test_an_address_is_read_with_its_prefix():
    four = struct.pack("<HH4s8x", 2, 0, bytes([192, 0, 2, 7]))
    six = struct.pack("<HHI16sI", 23, 0, 0, bytes.fromhex("20010db8" + "00" * 11 + "07"), 0)
    assert address_text(four, 24) == "192.0.2.7/24"
    assert address_text(six, 64) == "2001:db8::7/64"
    assert address_text(four, 33) is None
    assert address_text(four[:6], 24) is None


@given(st.binary(max_size=40), st.integers(0, 255))
def test_addresses_are_total(data, prefix):
    text = address_text(data, prefix)
    assert text is None or "/" in text


def test_a_box_holds_what_was_put_into_it():
    assert boolean(value=True).read() is True
    assert boolean(value=False).read() is False
    box = Variant(vt=3)
    box.value.i4 = -7
    assert box.read() == -7
    assert Variant(vt=0).read() is None
    assert Variant(vt=13).read() is None
    assert Variant(vt=0x4003).read() is None
    assert Variant(vt=3).take_pointer() is None


@given(st.integers(0, 0x1FFF).filter(lambda kind: kind != 8), st.binary(min_size=16, max_size=16))
def test_boxes_of_every_type_are_read_or_empty(kind, data):
    import ctypes

    buffer = ctypes.create_string_buffer(data, 16)
    assert isinstance(read_at(ctypes.addressof(buffer), kind), int | float | None)


def test_identifiers_lie_as_windows_wants_them():
    assert bytes(Guid.of("{00020400-0000-0000-c000-000000000046}").bytes).hex() == "0004020000000000c000000000000046"


def test_elsewhere_the_doors_say_that_they_are_none():
    windows = live_windows()
    with pytest.raises(HostError, match="not-available"):
        windows.registry.values("HKLM\\Software")


def test_off_windows_every_door_fails_as_promised():
    registry = windows_registry()
    for ask in (
        lambda: LiveWmi().select("root\\cimv2", "Win32_BIOS", ["SerialNumber"]),
        LiveUpdateAgent().pending,
        LiveUpdateAgent().last_search,
        LiveServices(registry).table,
    ):
        with pytest.raises(HostError):
            ask()
    with pytest.raises(HostError, match="domain-controller"):
        LiveAccounts(registry).users()
    with pytest.raises(OSError, match="Windows"):
        WindowsSystem().memory_bytes()


def windows_registry():
    from tests.assets.windows_snapshot import SnapshotRegistry

    key = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions"
    return SnapshotRegistry({key: {"ProductType": "LanmanNT"}})
