"""Kind `reachability` without a packet: which services, what an answer means, and hostile bytes."""

import socket
import ssl
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors import reachability, web
from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.reachability import connecting, probing, targets, tls
from tuanthu_agent.collectors.reachability.targets import Target

OWN = Target("his", "https", "his.example", 443, "/", required=True, public=False)


def test_passive_probes_send_nothing_and_count_what_would_have_been_tried(machine, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("a name was asked for"))
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("a connection was made"))
    result = reachability.collect(machine(), Settings(lan_probes="passive"))
    assert (result.status.value, result.reason) == ("partial", "probes-passive")
    assert result.facts == {"service_count": 11, "required_count": 10, "required_tls_count": 10}


def chosen(**settings):
    found = Findings()
    return {one.id: one for one in targets.choose(found, Settings(**settings)) or []}, found.gaps


def test_the_settings_drop_and_add_services_by_id():
    shipped, _ = chosen()
    assert not shipped["station-management"].required
    changed, gaps = chosen(
        services_drop="nova, hotline", services_add="station-management; his=https://his.bv-01.example:8443/ping?x=1"
    )
    assert shipped.keys() - changed.keys() == {"nova", "hotline"}
    assert changed["station-management"].required
    his = changed["his"]
    assert (his.host, his.port, his.path, his.required, his.public) == (
        "his.bv-01.example",
        8443,
        "/ping?x=1",
        True,
        False,
    )
    assert gaps == []


@pytest.mark.parametrize(
    "word", ["no-such", "x=ftp://a.example/", "x=https://", "x=https://u:p@a.example/", "Ừ=https://a.example/", "x=https://a.example:0/"]
)  # fmt: skip
def test_a_senseless_addition_is_a_gap(word):
    got, gaps = chosen(services_set="", services_add=word)
    assert got == {}
    assert gaps == [f"service-invalid: {word}"]


def test_a_set_that_cannot_be_read_makes_every_count_unsayable(machine):
    result = reachability.collect(machine(), Settings(services_set="no-such-set"))
    assert (result.status.value, result.facts) == ("failed", {})
    assert result.reason.startswith("services-unreadable: ")


def test_no_services_at_all_are_counted_as_none(machine):
    result = reachability.collect(machine(), Settings(services_set=""))
    assert result.facts["required_count"] == result.facts["required_tls_count"] == 0
    assert "least_tls_days_left" not in result.facts


def step_that_fails(code):
    def fail(*_):
        raise connecting.StepError(code)

    return fail


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_public_service_at_an_inside_address_is_no_service_unless_tls_proves_it(monkeypatch, scheme):
    monkeypatch.setattr(connecting, "resolve", lambda *_: ["10.0.0.9", "127.0.0.1"])
    monkeypatch.setattr(connecting, "connect", step_that_fails("tcp-refused"))
    probe = probing.Probe(Target("nova", scheme, "nova.example", 443, "/", required=True))
    probe.run()
    assert (probe.item()["failure"], probe.item()["reachable"]) == ("dns-private", False)


def test_on_a_dedicated_network_tls_proves_a_service_at_an_inside_address(monkeypatch):
    monkeypatch.setattr(connecting, "resolve", lambda *_: ["10.0.0.9"])
    monkeypatch.setattr(connecting, "connect", lambda *_: socket.socket())
    monkeypatch.setattr(probing.Probe, "_handshake", lambda self, connection: connection)
    monkeypatch.setattr(probing.Probe, "_ask", lambda self, connection: None)
    probe = probing.Probe(Target("nova", "https", "nova.example", 443, "/", required=True))
    probe.run()
    assert probe.item()["reachable"]


def test_what_the_service_itself_answers_wrongly_is_not_blamed_on_its_name(monkeypatch):
    monkeypatch.setattr(connecting, "resolve", lambda *_: ["10.0.0.9"])
    monkeypatch.setattr(connecting, "connect", lambda *_: socket.socket())
    monkeypatch.setattr(probing.Probe, "_handshake", lambda self, connection: connection)
    monkeypatch.setattr(probing.Probe, "_ask", step_that_fails("http-status"))
    probe = probing.Probe(Target("nova", "https", "nova.example", 443, "/", required=True))
    probe.run()
    assert probe.item()["failure"] == "http-status"


@pytest.mark.parametrize(
    ("address", "inside"),
    [("10.1.2.3", True), ("100.64.9.9", True), ("192.168.1.1", True), ("fe80::1%eth0", True), ("::1", True), ("::ffff:10.0.0.1", True),
     ("203.0.113.9", False), ("2001:db8::1", False), ("mai", True)],
)  # fmt: skip
def test_which_addresses_are_inside(address, inside):
    assert connecting.is_inside(address) is inside


def test_a_step_that_never_ends_has_failed_by_its_time(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(connecting, "resolve", lambda *_: release.wait(20) and [])
    probe = probing.Probe(OWN)
    thread = threading.Thread(target=probe.run, daemon=True)
    assert reachability.run_side_by_side([thread], time.monotonic() + 0.3) == 1
    item = probe.item()
    release.set()
    assert (item["failure"], item["reachable"]) == ("dns-timeout", False)


def test_when_time_is_up_what_was_not_started_is_not_spoken_of(machine, monkeypatch):
    monkeypatch.setattr(reachability, "PATIENCE", 0.0)
    monkeypatch.setattr(connecting, "resolve", lambda *_: pytest.fail("too late"))
    result = reachability.collect(machine(), Settings(services_set="", services_add="his=https://his.example/"))
    assert "not-started: probes" in result.reason
    assert "unreachable_required_count" not in result.facts


@pytest.mark.parametrize(
    ("scheme", "status", "elsewhere", "failure"),
    [("https", 200, "", ""), ("https", 302, "sso.example", ""), ("https", 404, "", "http-status"), ("https", 503, "", "http-status"),
     ("http", 302, "portal.example", "http-redirect-elsewhere"), ("http", 200, "", ""), ("http", 511, "", "http-portal")],
)  # fmt: skip
def test_what_an_answer_means(scheme, status, elsewhere, failure):
    target = Target("a", scheme, "a.example", 80, "/", required=True)
    assert probing.judge_answer(target, status, elsewhere) == failure


@pytest.mark.parametrize(
    ("location", "host"),
    [("", ""), ("/login", ""), ("https://a.example/x", ""), ("https://www.a.example", ""), ("//b.example/", "b.example"),
     ("http://b.example:99/", "b.example"), ("http://[", ""), ("http://ừ.vn/", "")],
)  # fmt: skip
def test_where_a_redirect_leads(location, host):
    assert probing.redirect_host(location, "a.example") == host


@pytest.mark.parametrize(
    ("days", "left"), [(400, 180), (180, 180), (89.9, 60), (14.0, 14), (13.99, 7), (1, 1), (0.5, 0), (-3, 0)]
)
def test_days_left_go_down_in_steps(days, left):
    assert tls.days_left(days * 86400) == left


def test_what_windows_itself_trusts_is_valid_though_openssl_lacks_the_root(monkeypatch):
    """Synthetic: the platform is claimed, and truststore stands in with a context that takes what it is given."""
    pytest.importorskip("truststore")  # it looks at the platform when it is loaded
    ends = socket.socketpair()
    taken = []

    class Secured:
        def version(self):
            return "TLSv1.3"

        def getpeercert(self):
            return None

        def __enter__(self):
            return self

        def __exit__(self, *_):
            ends[1].close()

    def refuse(context, connection, host):
        raise connecting.StepError("tls-chain")

    monkeypatch.setattr(connecting, "resolve", lambda *_: ["203.0.113.9"])
    monkeypatch.setattr(connecting, "connect", lambda *_: ends[0])
    monkeypatch.setattr(tls, "handshake", refuse)
    monkeypatch.setattr(
        tls, "_wrap", lambda context, connection, host: taken.append(type(context).__module__) or Secured()
    )
    monkeypatch.setattr(tls.platform, "system", lambda: "Windows")
    monkeypatch.setattr(probing.Probe, "_ask", lambda self, connection: None)
    probe = probing.Probe(OWN)
    probe.run()
    ends[0].close()
    item = probe.item()
    assert (item["reachable"], item["tls_valid"], item["tls_version"]) == (True, True, "TLSv1.3")
    assert "tls_expires" not in item
    assert taken[0].startswith("truststore")


@pytest.mark.parametrize("text", ["", "Jun 26 21:41:46 2027 GMT+7", "Jun 99 21:41:46 2027 GMT", None, "26/6/2027"])
def test_an_expiry_that_makes_no_sense_is_none(text):
    assert tls.expiry(text) is None


def test_openssl_tells_a_wrong_name_from_an_untrusted_chain():
    assert [tls.certificate_code(number) for number in (10, 9, 62, 18, 19, 20, 21)] == [
        "tls-expired", "tls-not-yet-valid", "tls-name", "tls-chain", "tls-chain", "tls-chain", "tls-chain",
    ]  # fmt: skip
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


@given(st.binary(max_size=600))
def test_any_bytes_are_a_head_or_none(data):
    found = web.parse_head(data)
    assert found is None or 100 <= found[0] <= 599


@given(st.binary(max_size=300).map(lambda tail: b"HTTP/1.1 302 Found\r\nLocation: " + tail))
def test_a_hostile_location_leads_to_a_text(data):
    status, fields = web.parse_head(data)
    assert status == 302
    assert probing.redirect_host(fields.get("location", ""), "a.example").isascii()


@given(st.binary(max_size=300))
def test_any_chunked_body_ends(data):
    assert len(web.dechunked(data)) <= len(data)


@pytest.mark.parametrize("length", ["", "-1", "99999999999999", "mười", "１２", "1,2"])
def test_a_senseless_length_is_passed_over(length):
    assert web.content_length({"content-length": length}, 7) == 7


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=6))
def test_whatever_a_server_sends_gives_an_answer_or_a_typed_error(parts):
    near, far = socket.socketpair()
    with near, far:
        for part in parts:
            far.sendall(part)
        far.shutdown(socket.SHUT_WR)
        outcome = conversation(near)
    assert outcome in ("timeout", "reset", "malformed") or len(outcome.body) <= 100


def conversation(near):
    try:
        return web.converse(near, b"GET", time.monotonic() + 5, most_body=100)
    except web.WebError as error:
        return error.code


@given(st.text(max_size=60))
def test_any_text_of_the_settings_is_a_proxy_or_none(text):
    address = connecting.proxy_address(text)
    assert address is None or 0 < address[1] < 65536
