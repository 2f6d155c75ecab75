"""What a scan says of devices, for tests."""

from tests.assets.signing import observation

CAMERA = "mac:44:19:b6:00:00:01"


def device(key: str = CAMERA, at=None, *, status="ok", reason=None, **facts) -> dict:
    """An observation of one device; `login` is `pass`, `fail` or `unknown`, None for a device without any."""
    login = facts.pop("login", "pass")
    found = {"address": "10.1.2.3", "vendor": "Hikvision", "device_class": "camera", "managed": False} | facts
    if key.startswith("mac:"):
        found["mac"] = key.removeprefix("mac:")
    found |= {"logins": 0 if login is None else 1, "telnet_open": False, "upnp_igd": False}
    if login in {"pass", "fail"}:
        found |= {"default_login": login == "fail", "uninitialised": False, "open_access": False}
    elif login == "unknown":
        status, reason = "partial", "login-unsettled: default_login uninitialised open_access"
    return observation("device", found, at=at, status=status, reason=reason) | {"asset": key}


def scan(at=None, **facts) -> dict:
    """What a scanning machine says of its scan."""
    found = {"designated": True, "finished_at": "2026-11-20T16:00:00Z", "whole": True, "unmanaged_computers": 0}
    return observation("scan", found | facts, at=at)
