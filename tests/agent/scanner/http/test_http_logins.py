"""Logins to devices that behave well: accepted, refused, locked, and always out again."""

import pytest
from tests.agent.scanner.http.devices import HIKVISION, Dahua, DigestDevice, basic
from tests.agent.scanner.http.serving import RESET, reply

from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome


@pytest.mark.parametrize("algorithm", ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"])
@pytest.mark.parametrize("one_time", [False, True])
def test_every_sort_of_digest_is_answered_with_one_login_each(scripted, trying, algorithm, one_time):
    device = DigestDevice(HIKVISION, algorithm=algorithm, one_time=one_time)
    server = scripted(device)
    assert trying(server.port, "hikvision-isapi").outcome is Outcome.ACCEPTED
    assert (device.right, device.wrong) == (2, 0)
    found = trying(server.port, "hikvision-isapi", password="sai")
    assert (found.outcome, found.left, device.wrong) == (Outcome.REFUSED, 98, 1)


def test_the_old_digest_without_qop_and_one_of_several_are_answered(scripted, trying):
    assert trying(scripted(DigestDevice(HIKVISION, qop=None)).port, "hikvision-isapi").outcome is Outcome.ACCEPTED
    device = DigestDevice(HIKVISION, qop="auth,auth-int")
    assert trying(scripted(device).port, "hikvision-isapi").outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("qop", ["auth-int"])
def test_a_digest_that_cannot_be_answered_is_a_mismatch_without_a_login(scripted, trying, qop):
    device = DigestDevice(HIKVISION, qop=qop)
    found = trying(scripted(device).port, "hikvision-isapi")
    assert (found.outcome, device.wrong) == (Outcome.MISMATCH, 0)


def test_a_stale_nonce_is_tried_again_once_and_is_never_a_refusal(scripted, trying):
    device = DigestDevice(HIKVISION, stale_first=True)
    assert trying(scripted(device).port, "hikvision-isapi").outcome is Outcome.ACCEPTED
    always = 'WWW-Authenticate: Digest realm="x", nonce="1", qop="auth", stale=true'
    server = scripted(lambda _request: reply(401, "", always))
    found = trying(server.port, "hikvision-isapi")
    assert (found.outcome, found.reason) == (Outcome.UNCLEAR, "stale-nonce: twice")
    assert sum(one.header("Authorization") is not None for one in server.requests) == 2


def test_a_locked_device_is_sent_no_login(scripted, looking, trying):
    device = DigestDevice(HIKVISION, lock_after=0)
    server = scripted(device)
    look = looking(server.port, "hikvision-isapi")
    assert (look.outcome, look.unlock_seconds) == (Outcome.LOCKED, 1800)
    assert trying(server.port, "hikvision-isapi").outcome is Outcome.LOCKED
    assert all(one.header("Authorization") is None for one in server.requests)


def test_a_device_whose_protected_page_is_open_has_no_authentication(scripted, looking):
    server = scripted(lambda request: reply(200, HIKVISION.get(request.path, "")))
    look = looking(server.port, "hikvision-isapi")
    assert (look.outcome, look.evidence[-1]) == (Outcome.NO_AUTH, "open-read")
    assert looking(scripted(DigestDevice(HIKVISION)).port, "hikvision-isapi").outcome is None


def test_a_challenge_login_is_confirmed_and_left_again(scripted, trying):
    device = Dahua()
    server = scripted(device)
    found = trying(server.port, "dahua-rpc2")
    assert (found.outcome, device.sessions, device.wrong) == (Outcome.ACCEPTED, set(), 0)
    assert found.evidence[-1] == "confirm:/RPC2"
    found = trying(server.port, "dahua-rpc2", password="khác")
    assert (found.outcome, device.sessions, device.wrong, found.left) == (Outcome.REFUSED, set(), 1, 98)
    assert b"kh\xc3\xa1c" not in b"".join(one.body for one in server.requests)


def test_a_device_that_takes_anything_takes_the_control_login_too(scripted, trying):
    server = scripted(Dahua(anything=True))
    assert trying(server.port, "dahua-rpc2").outcome is Outcome.ACCEPTED
    assert trying(server.port, "dahua-rpc2", user="tt4f", password="ngẫu nhiên").outcome is Outcome.ACCEPTED


def test_a_lock_at_the_login_is_told_with_its_time(scripted, trying):
    found = trying(scripted(Dahua(lock_after=0)).port, "dahua-rpc2")
    assert (found.outcome, found.left, found.unlock_seconds) == (Outcome.LOCKED, 0, 1800)


@pytest.mark.parametrize(
    "confirm", [reply(200, "<html>"), reply(404), b"", [b"HTTP/1.1 200 OK\r\nContent-Le", RESET]], ids=str
)
def test_a_login_that_is_not_confirmed_is_left_as_well_and_proves_nothing(scripted, trying, confirm):
    device = Dahua(confirm=confirm)
    found = trying(scripted(device).port, "dahua-rpc2")
    assert found.outcome in {Outcome.UNCLEAR, Outcome.UNREACHABLE, Outcome.MISMATCH}
    assert device.sessions == set()


def test_a_logout_that_breaks_is_sent_once_more(scripted, trying):
    device = Dahua()
    broken = []

    def handle(request):
        if b"global.logout" in request.body and not broken:
            broken.append(1)
            return [RESET]
        return device(request)

    assert trying(scripted(handle).port, "dahua-rpc2").outcome is Outcome.ACCEPTED
    assert device.sessions == set()


def test_a_refused_account_is_never_sent_a_second_time_by_the_logout(scripted, trying):
    from tuanthu_policy.devices.family import Request

    device = DigestDevice(HIKVISION)
    server = scripted(device)
    assert (
        trying(server.port, "hikvision-isapi", password="sai", logout=Request(path="/logout")).outcome
        is Outcome.REFUSED
    )
    assert (device.wrong, server.requests[-1].path) == (1, "/logout")
    assert server.requests[-1].header("Authorization") is None


def test_cookies_of_the_login_go_along_and_only_there(scripted, trying):
    def handle(request):
        if request.header("Authorization") is None:
            return reply(
                401,
                "",
                'WWW-Authenticate: Basic realm="R"',
                "Set-Cookie: sid=a1; Path=/",
                "Set-Cookie: old=; Max-Age=0",
            )
        return reply(200, "ok")

    server = scripted(handle)
    assert trying(server.port, "generic-http-basic").outcome is Outcome.ACCEPTED
    assert [one.header("Cookie") for one in server.requests] == [None, "sid=a1", "sid=a1", None]


def test_tls_of_old_devices_is_spoken_and_told(scripted, trying, looking, certified):
    import ssl

    server = scripted(basic({}), certified(ssl.TLSVersion.TLSv1))
    found = trying(server.port, "generic-http-basic", tls=True)
    assert (found.outcome, found.exposures) == (Outcome.ACCEPTED, ("obsolete-tls",))
    newer = scripted(basic({}), certified())
    assert trying(newer.port, "generic-http-basic", tls=True).exposures == ()
    assert looking(newer.port, "generic-http-basic", tls=True).exposures == ()
    assert trying(newer.port, "generic-http-basic").outcome is not Outcome.ACCEPTED


def test_a_secret_of_each_device_is_never_guessed(door):
    from tests.agent.scanner.http.conftest import target

    from tuanthu_agent.scanner.protocols.http.login import HttpLogins
    from tuanthu_policy.devices.family import Account

    account = Account(user="admin", password_kind="label", source=0)
    assert HttpLogins().attempt(door, target(9, "dahua-rpc2"), account, 5).outcome is Outcome.MISMATCH
    assert door.connections == 0


def test_a_realm_in_another_encoding_is_a_mismatch_not_a_refusal(scripted, trying):
    asks = 'WWW-Authenticate: Digest realm="登录", nonce="1", qop="auth"'.encode("gbk")
    server = scripted(lambda _request: b"HTTP/1.1 401 x\r\n" + asks + b"\r\nContent-Length: 0\r\n\r\n")
    assert trying(server.port, "hikvision-isapi").outcome is Outcome.MISMATCH
    assert all(one.header("Authorization") is None for one in server.requests)


@pytest.mark.parametrize("what", ["draft", "evicts"])
def test_what_is_never_run_sends_nothing(door, what):
    import msgspec
    from tests.agent.scanner.http.conftest import target

    from tuanthu_agent.scanner.interface import Target
    from tuanthu_agent.scanner.protocols.http.login import HttpLogins
    from tuanthu_policy.devices.family import Account

    usual = target(9, "dahua-rpc2")
    family, login = usual.family, usual.login
    if what == "draft":
        family = msgspec.structs.replace(family, status="draft")
    else:
        login = msgspec.structs.replace(login, side_effects="evicts-admin-session")
    account = Account(user="admin", password="admin", source=0)
    found = HttpLogins().attempt(door, Target(usual.service, family, login), account, 5)
    assert (found.outcome, found.reason.partition(":")[0], door.connections) == (Outcome.MISMATCH, "never-run", 0)
