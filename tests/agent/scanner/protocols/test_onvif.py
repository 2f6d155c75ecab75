"""ONVIF on an emulator: clocks, both ways to sign, open devices, accounts that may not see everything."""

from datetime import timedelta

import pytest
from tests.agent.scanner.servers.onvif import OnvifDevice
from tests.assets.servers.real import scripted

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome

READS = {"GetSystemDateAndTime", "GetDeviceInformation", "GetNetworkInterfaces", "GetUsers"}


@pytest.mark.parametrize("style", ["token", "digest"])
@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=-7000), timedelta(hours=7)])
def test_a_camera_grants_and_refuses_once_whatever_its_clock(looking, trying, style, ahead):
    device = OnvifDevice("admin", "admin", ahead=ahead, style=style)
    with scripted(device) as port:
        assert looking("onvif", port).evidence[1] == "protected:GetDeviceInformation"
        came = trying("onvif", port, "admin", "admin")
        assert came.outcome is AttemptOutcome.ACCEPTED, came
        assert came.evidence == ("status-200", style, "read:GetDeviceInformation", "confirm:GetUsers")
        assert device.failures == 0
        came = trying("onvif", port, "admin", "sai-hoan-toan")
        assert (came.outcome, device.failures) == (AttemptOutcome.REFUSED, 1), came
    assert set(device.actions) <= READS


def test_a_camera_that_shows_its_network_to_anybody_is_open(looking):
    device = OnvifDevice("admin", "admin", open_=("GetDeviceInformation", "GetNetworkInterfaces"))
    with scripted(device) as port:
        look = looking("onvif", port)
        assert (look.outcome, look.exposures) == (AttemptOutcome.NO_AUTH, ("onvif-without-authentication",))


def test_an_open_name_alone_is_not_open_and_the_login_is_judged_by_another_read(looking, trying):
    device = OnvifDevice("admin", "admin", open_=("GetDeviceInformation",))
    with scripted(device) as port:
        assert looking("onvif", port).evidence[1] == "protected:GetNetworkInterfaces"
        assert trying("onvif", port, "admin", "admin").outcome is AttemptOutcome.ACCEPTED
        assert trying("onvif", port, "admin", "x").outcome is AttemptOutcome.REFUSED


def test_an_account_that_may_not_see_users_is_confirmed_by_another_read(trying):
    with scripted(OnvifDevice("user", "user", admin=False)) as port:
        assert trying("onvif", port, "user", "user").evidence[-1] == "confirm:GetNetworkInterfaces"


def test_a_lock_is_told_from_a_refusal(trying):
    with scripted(OnvifDevice("admin", "x", locked="User locked, try again after 30 minutes")) as port:
        came = trying("onvif", port, "admin", "y")
        assert (came.outcome, came.unlock_seconds) == (AttemptOutcome.LOCKED, 1800), came


def test_what_is_shown_to_anybody_is_evidence(door):
    with scripted(OnvifDevice("admin", "x", open_=("GetDeviceInformation",))) as port:
        seen = READERS["onvif"](door, Service("127.0.0.1", port, "onvif"), 5.0)
    assert seen.subjects == {
        "onvif.scopes": "onvif://www.onvif.org/name/CAM-1", "onvif.manufacturer": "Thử Nghiệm", "onvif.model": "CAM-1",
    }  # fmt: skip


def test_a_camera_that_hides_its_clock_refuses_nothing(trying):
    device = OnvifDevice("admin", "admin", ahead=timedelta(days=-300))
    device.open = ("GetScopes",)
    with scripted(device) as port:
        came = trying("onvif", port, "admin", "admin")
    assert (came.outcome, came.reason) == (AttemptOutcome.UNCLEAR, "onvif-clock: the device does not say its time"), (
        came
    )
