"""From answers to outcomes: what is proof, what is not, and that nothing is sent that would count twice."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policies.devices.making import answer, family, raw, shipped

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.conversation import State, login_course, open_read, preflight
from tuanthu_policy.devices.family import HttpLogin, Lockout
from tuanthu_policy.devices.judging import judge
from tuanthu_policy.devices.neutral import NEUTRAL
from tuanthu_policy.devices.primitives import Surroundings, compute
from tuanthu_policy.devices.rendering import RequestError, local_path, render
from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome

HIKVISION, DAHUA, GENERIC = (
    shipped()[name].logins[0].http for name in ("hikvision-isapi", "dahua-rpc2", "generic-http-basic")
)
CHALLENGE = answer(
    200, json.dumps({"session": "5e", "params": {"encryption": "Default", "realm": "Login to 1", "random": "7"}})
)


def state(**more):
    return State({"user": "admin", "password": "12345", "origin": "http://192.0.2.1", "host": "192.0.2.1", **more})


def run(course, *answers):
    """Feed answers; the result and what was sent."""
    sent = []
    try:
        sent.append(next(course))
        for one in answers:
            sent.append(course.send(one))
    except StopIteration as ended:
        return ended.value, sent
    return None, sent


def user_check(status=200, value=200, more=""):
    return answer(status, f"<userCheck><statusValue>{value}</statusValue>{more}</userCheck>")


def test_success_counts_only_when_a_second_protected_read_confirms_it():
    info = answer(200, "<DeviceInfo><serialNumber>1</serialNumber></DeviceInfo>")
    found, sent = run(login_course(HIKVISION, Lockout(), state()), user_check(), info)
    assert (found.outcome, [one.attempt for one in sent]) == (Outcome.ACCEPTED, [True, False])
    assert found.evidence == ("status-200", "success", "confirm-200", "confirm:/ISAPI/System/deviceInfo")
    for name, other in NEUTRAL.items():
        found, _ = run(login_course(HIKVISION, Lockout(), state()), user_check(), other)
        assert found.outcome in {Outcome.UNCLEAR, Outcome.LOCKED}, name


def test_what_only_a_session_has_is_taken_from_no_unclear_answer():
    login = shipped()["synology-dsm"].logins[0].http
    info = answer(200, '{"data":{"SYNO.API.Auth":{"path":"auth.cgi"}},"success":true}')
    asks_code = answer(200, '{"error":{"code":403},"success":false}')
    found, sent = run(login_course(login, Lockout(), state()), info, asks_code)
    assert (found.outcome, found.reason, len(sent)) == (Outcome.UNCLEAR, "unknown-answer: status 200", 2)
    found, sent = run(login_course(login, Lockout(), state()), info, answer(200, '{"data":{},"success":true}'))
    assert (found.outcome, len(sent)) == (Outcome.UNCLEAR, 2)


def test_nothing_more_is_sent_after_a_refusal_or_a_lock():
    found, sent = run(
        login_course(HIKVISION, Lockout(), state()), user_check(401, 401, "<retryLoginTime>3</retryLoginTime>")
    )
    assert (found.outcome, found.left, len(sent)) == (Outcome.REFUSED, 3, 1)
    found, sent = run(
        login_course(HIKVISION, Lockout(), state()),
        user_check(401, 401, "<lockStatus>lock</lockStatus><unlockTime>60</unlockTime>"),
    )
    assert (found.outcome, found.unlock_seconds, len(sent)) == (Outcome.LOCKED, 60, 1)


def test_an_answer_that_says_yes_and_no_is_unclear():
    assert judge(HIKVISION, Lockout(), user_check(200, 401)).outcome is Outcome.REFUSED
    both = answer(200, "<userCheck><statusValue>200</statusValue><statusValue>401</statusValue></userCheck>")
    found = judge(HIKVISION, Lockout(), both)
    assert (found.outcome, found.reason) == (Outcome.UNCLEAR, "contradictory: success and failure at once")


def test_a_forced_change_is_told_from_success():
    http = raw("hikvision-isapi")["logins"][0]
    http["http"]["must_change"] = {"all": [{"where": "xml.userCheck/isDefaultPassword", "equals": True}]}
    login = family("hikvision-isapi", logins=[http]).logins[0].http
    found, sent = run(
        login_course(login, Lockout(), state()), user_check(more="<isDefaultPassword>true</isDefaultPassword>")
    )
    assert (found.outcome, len(sent)) == (Outcome.MUST_CHANGE, 1)


def test_failures_so_far_and_the_documented_bound_give_what_is_left():
    login = msgspec.structs.replace(
        HIKVISION, signals=msgspec.convert({"failures": {"where": "header.X-Failures"}}, type(HIKVISION.signals))
    )
    for failures, left in (("1", 4), ("9", 0), ("x", None)):
        assert judge(login, Lockout(attempts=5), answer(401, X_Failures=failures)).left == left
    assert judge(login, Lockout(), answer(401, X_Failures="1")).left is None


def test_the_answer_to_a_challenge_is_computed_and_the_password_never_sent():
    found, sent = run(
        login_course(DAHUA, Lockout(), state(password="geheim")),
        CHALLENGE,
        answer(200, '{"result":true,"session":"5e"}'),
        answer(200, '{"result":true,"params":{"type":"x"}}'),
    )
    assert found.outcome is Outcome.ACCEPTED
    assert [one.attempt for one in sent] == [False, True, False]
    assert b"geheim" not in b"".join(one.request.body for one in sent)
    # By md5sum.
    assert json.loads(sent[1].request.body)["params"]["password"] == "3386A5A1DBA0B8A56D256611041F4E6D"


def test_a_lock_told_by_the_challenge_ends_the_login_before_the_password():
    locked = answer(200, '{"error":{"code":268632081},"params":{"remainLockSecond":9}}')
    found, sent = run(login_course(DAHUA, Lockout(), state()), locked)
    assert (found.outcome, found.unlock_seconds, len(sent)) == (Outcome.LOCKED, 9, 1)


@pytest.mark.parametrize(
    "other", [answer(200, "<html>"), answer(404), answer(200, "{}"), answer(200, '{"params":{"encryption":"Default"}}')]
)
def test_a_device_that_speaks_otherwise_is_a_mismatch_before_the_password(other):
    found, sent = run(login_course(DAHUA, Lockout(), state()), other)
    assert (found.outcome, len(sent)) == (Outcome.MISMATCH, 1)


def test_line_breaks_and_other_hosts_are_never_sent():
    login = family("hikvision-isapi").logins[0].http
    request = msgspec.structs.replace(login.confirm, path="{next}", headers={"X": "{x}"})
    for path in ("http://198.51.100.1/", "//198.51.100.1/", "https://192.0.2.1/", "/a b", "/a\r\nX: y", "a", ""):
        with pytest.raises(RequestError):
            render(request, {"next": path, "x": "1", "origin": "http://192.0.2.1"})
    with pytest.raises(RequestError):
        render(request, {"next": "/", "x": "a\r\nb", "origin": ""})
    assert local_path("http://192.0.2.1/a?b=c#d", "http://192.0.2.1") == "/a?b=c"
    assert render(request, {"next": "/ộ", "x": "1", "origin": ""}).path == "/%E1%BB%99"


def test_a_generic_login_is_believed_only_by_contrast():
    page, asked = answer(200, "<title>x</title>"), answer(401, WWW_Authenticate='Basic realm="x"')
    for last, outcome in ((asked, Outcome.ACCEPTED), (page, Outcome.UNCLEAR), (answer(403), Outcome.UNCLEAR)):
        found, sent = run(login_course(GENERIC, Lockout(), state()), page, page, last)
        assert (found.outcome, sent[2].request.auth) == (outcome, "none")


def test_the_preflight_tells_locks_and_what_is_left():
    asked = user_check(401, 401, "<retryLoginTime>4</retryLoginTime>")
    asked = Answer(401, (("WWW-Authenticate", 'Digest realm="x"'),), asked.body)
    found, sent = run(preflight(HIKVISION, Lockout(), state()), asked)
    assert (found.outcome, found.left, sent[0].request.auth) == (None, 4, "none")
    assert run(preflight(HIKVISION, Lockout(), state()), answer(200))[0].outcome is Outcome.MISMATCH
    assert run(preflight(HIKVISION, Lockout(), state()), answer(403))[0].outcome is Outcome.LOCKED


def test_the_open_read_carries_no_credentials_and_is_left_out_where_it_needs_a_session():
    assert open_read(HIKVISION, state()).auth == "none"
    assert open_read(DAHUA, state()) is None


BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([one.body for one in NEUTRAL.values()]),
    st.sampled_from(
        [
            b'{"result":true}',
            b'{"result":false,"error":{"code":null}}',
            b"<userCheck/>",
            b"<userCheck><statusValue>x</statusValue></userCheck>",
        ]
    ),
)


@given(
    st.sampled_from(["hikvision-isapi", "dahua-rpc2", "mikrotik-routeros"]),
    st.lists(st.tuples(st.sampled_from([200, 204, 302, 400, 404, 500]), BODIES), min_size=4, max_size=4),
)
def test_junk_is_never_knowledge(name, given_answers):
    login = shipped()[name].logins[0].http
    found, _ = run(
        login_course(login, Lockout(), state()), *[Answer(status, (), body) for status, body in given_answers]
    )
    assert found.outcome in {Outcome.UNCLEAR, Outcome.MISMATCH}


@given(st.text(max_size=40), st.sampled_from(["", "http://192.0.2.1"]))
def test_whatever_a_device_names_a_path_is_one_of_its_own(text, origin):
    for given_text in (text, f"/{text}", f"http://192.0.2.1/{text}"):
        try:
            path = local_path(given_text, origin)
        except RequestError:
            continue
        assert path.startswith("/")
        assert not path.startswith("//")
        assert path.isascii()
        assert path.isprintable()
        assert " " not in path


def sealed_login():
    """Two steps; answers may come sealed with a key that the second one computes."""
    data = {
        "sealed": {"where": "json.data", "by": "aes_cbc_open", "key": "{k}:{k}"},
        "steps": [
            {"id": "page", "request": {"path": "/page"}},
            {
                "id": "login",
                "compute": [{"set": "k", "by": "random_hex", "of": "16"}],
                "request": {"path": "/login?{password}"},
                "attempt": True,
                "take": {"stok": {"where": "json.stok"}},
            },
        ],
        "success": {"all": [{"where": "json.stok", "present": True}]},
        "confirm": {"path": "/status?{stok}"},
        "confirmed": {"all": [{"where": "json.model", "present": True}]},
        "failure": {"all": [{"where": "json.why", "equals": "login failed"}]},
        "logout": {"path": "/out?{stok}"},
        "signals": {"locked": {"all": [{"where": "json.why", "equals": "locked"}]}},
    }
    return msgspec.convert(data, HttpLogin)


def sealed(text):
    key = Surroundings().random.hex()[:16]
    return answer(200, json.dumps({"data": compute("aes_cbc", text, f"{key}:{key}", Surroundings())}))


def test_a_sealed_answer_is_opened_before_it_is_judged():
    page, login = answer(200, "page"), sealed_login()
    good, model = sealed('{"stok": "5e"}'), sealed('{"model": "C6"}')
    found, sent = run(login_course(login, Lockout(), state()), page, good, model)
    assert (found.outcome, sent[-1].request.path) == (Outcome.ACCEPTED, "/status?5e")
    for text, outcome in (("login failed", Outcome.REFUSED), ("locked", Outcome.LOCKED), ("else", Outcome.UNCLEAR)):
        found, sent = run(login_course(login, Lockout(), state()), page, sealed(json.dumps({"why": text})))
        assert (found.outcome, len(sent)) == (outcome, 2), text
    found, _ = run(login_course(login, Lockout(), state()), page, good, sealed('{"why": "locked"}'))
    assert found.outcome is Outcome.LOCKED


def test_what_does_not_open_is_judged_as_it_came():
    page, login = sealed('{"stok": "before there was a key"}'), sealed_login()
    in_clear = answer(200, '{"why": "login failed"}')
    broken = answer(200, '{"data": "AAAA", "why": "login failed"}')
    strange = answer(200, '{"data": {"stok": "5e"}}')
    for one, outcome in ((in_clear, Outcome.REFUSED), (broken, Outcome.REFUSED), (strange, Outcome.UNCLEAR)):
        found, _ = run(login_course(login, Lockout(), state()), page, one)
        assert found.outcome is outcome
