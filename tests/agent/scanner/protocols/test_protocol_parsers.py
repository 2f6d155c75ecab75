"""The parsers of each wire: published vectors, and whatever bytes a hostile device may send."""

import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_agent.scanner.protocols import ftp, routeros, rtsp, words
from tuanthu_agent.scanner.protocols.digest import Use, authorization, best_challenge
from tuanthu_agent.scanner.protocols.faults import EndedError
from tuanthu_agent.scanner.protocols.message import Message, read_message
from tuanthu_agent.scanner.protocols.mqtt import login as mqtt_login
from tuanthu_agent.scanner.protocols.mqtt import packets as mqtt_packets
from tuanthu_agent.scanner.protocols.onvif import envelopes
from tuanthu_agent.scanner.protocols.snmp import packets, usm
from tuanthu_agent.scanner.protocols.ssh.hello import Hello, parse_names, read_hello
from tuanthu_agent.scanner.protocols.ssh.login import disagreement
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream
from tuanthu_agent.scanner.protocols.telnet.iac import Options
from tuanthu_agent.scanner.protocols.telnet.screens import Asks, asks, plain
from tuanthu_agent.scanner.protocols.tls import parse_certificate
from tuanthu_policy.devices.verdict import AttemptOutcome

FEW = settings(max_examples=60, deadline=None)


def over(raw, read):
    """What a reader makes of these bytes and a hang-up."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        writer = threading.Thread(target=lambda: (theirs.sendall(raw), theirs.shutdown(socket.SHUT_WR)), daemon=True)
        writer.start()
        try:
            return read(Stream(ours, Deadline(2.0)))
        except EndedError as ended:
            return ended
        finally:
            ours.close()
            writer.join(2)


@FEW
@given(raw=st.binary(max_size=300))
@pytest.mark.parametrize(
    ("head", "read"),
    [
        (b"SSH-2.0-x\r\n\0\0\0\x20\x04\x14", read_hello),
        (b"220", ftp.read_reply),
        (b"RTSP/1.0 200 OK\r\n", lambda stream: read_message(stream, "RTSP")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", lambda stream: read_message(stream, "HTTP")),
        (b"\x05!done", routeros.read_sentence),
        (b"\x20", mqtt_login._packet),
        (b"", read_hello),
        (b"", routeros.read_sentence),
    ],
)
def test_a_reader_of_a_stream_gives_a_value_or_a_typed_end(head, read, raw):
    over(head + raw, read)


@FEW
@given(st.binary(max_size=300))
def test_parsers_of_bytes_are_total(raw):
    for parse in (
        packets.parse_response,
        lambda data, _: usm.parse_answer(data),
        lambda data, _: parse_certificate(data),
    ):
        for version in (packets.V1, packets.V2C):
            parse(raw, version)
    message = Message(200, (("WWW-Authenticate", raw.decode("latin-1")),), raw)
    assert not envelopes.parse_reply(message, "GetUsers").answered
    envelopes.parse_clock(message, datetime.now(UTC))
    envelopes.parse_scopes(message)
    envelopes.parse_information(message)
    best_challenge(message.every("WWW-Authenticate"))
    assert rtsp.judge_login(message).outcome is not AttemptOutcome.REFUSED
    assert asks(plain(raw)) in Asks
    for read in (lambda: parse_names(raw, "SSH-2.0-x"), lambda: mqtt_packets.parse_connack(0x20, raw, 4)):
        try:
            read()
        except EndedError:
            continue


@FEW
@given(st.lists(st.binary(max_size=40), max_size=12))
def test_telnet_commands_cut_anywhere_give_the_same_text(pieces):
    whole, cut = Options(), Options()
    text, _ = whole.take(b"".join(pieces))
    assert b"".join(cut.take(piece)[0] for piece in pieces) == text


KEY = usm.Key("nguoi", usm.localised_key("matkhaudai", b"engine-id", "md5"), "md5")


def signed_response():
    """What an engine answers with the same key: a request turned into a response, and signed again."""
    request = usm.signed_get(7, usm.Engine(b"engine-id", 1, 1), KEY, packets.SYS_DESCR)
    at = request.rindex(b"\xa0")
    answer = request[:at] + b"\xa2" + request[at + 1 :]
    old = answer.index(b"\x04\x0c", answer.index(b"nguoi")) + 2
    blank = answer[:old] + bytes(12) + answer[old + 12 :]
    return blank[:old] + usm.sign(KEY, blank) + blank[old + 12 :]


def test_an_answer_signed_with_the_same_key_is_verified():
    raw = signed_response()
    answer = usm.parse_answer(raw)
    assert answer.response.oid == packets.SYS_DESCR
    assert usm.verified(raw, answer, KEY)
    other = usm.Key("nguoi", usm.localised_key("matkhausai", b"engine-id", "md5"), "md5")
    assert not usm.verified(raw, answer, other)


@FEW
@given(st.binary(min_size=1, max_size=3), st.integers(0, 180))
def test_a_mutated_answer_is_never_verified(noise, at):
    whole = signed_response()
    mutated = (whole[:at] + noise + whole[at + len(noise) :])[: len(whole)]
    answer = usm.parse_answer(mutated)
    assert mutated == whole or answer is None or not usm.verified(mutated, answer, KEY)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([packets.V1, packets.V2C]), st.binary(min_size=1, max_size=2), st.integers(0, 60))
def test_a_mutated_response_of_a_community_is_read_or_nothing(version, noise, at):
    request = packets.get(version, "congkhai", 7, packets.SYS_DESCR)
    tag = request.index(b"congkhai") + 8
    whole = request[:tag] + b"\xa2" + request[tag + 1 :]
    assert packets.parse_response(whole, version).request == 7
    mutated = whole[:at] + noise + whole[at + len(noise) :]
    for known in (packets.V1, packets.V2C):
        response = packets.parse_response(mutated, known)
        assert response is None or isinstance(response.request, int)
    usm.parse_answer(mutated)


@given(st.text(max_size=3000))
def test_words_are_read_in_bounded_time_from_any_text(text):
    words.says_locked(text), words.says_refused(text), words.says_change(text)
    assert (words.attempts_left(text) or 0) < 10_000


@pytest.mark.parametrize("text", ["password " * 3000, "a" * 50_000, "new password " * 2000, "1" * 50_000, "(" * 50_000])
def test_long_texts_of_one_kind_are_no_trap(text):
    words.says_locked(text), words.says_refused(text), words.says_change(text), words.attempts_left(text)
    assert asks(text) in Asks


def test_digest_as_rfc_2617_and_7616_have_it():
    offer = 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    old = best_challenge([f'{offer}, opaque="5ccc069c403ebaf9f0171e9517f40e41"'])
    value = authorization(old, "Mufasa", "Circle Of Life", Use("GET", "/dir/index.html", 1, "0a4f113b"))
    assert 'response="6629fae49393a05397450978507c4ef1"' in value
    nonce, cnonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    for algorithm, response in (
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        offer = f'Digest realm="http-auth@example.org", qop="auth", algorithm={algorithm}, nonce="{nonce}"'
        challenge = best_challenge([offer])
        value = authorization(challenge, "Mufasa", "Circle of Life", Use("GET", "/dir/index.html", 1, cnonce))
        assert f'response="{response}"' in value


def test_the_strongest_known_challenge_is_answered():
    offers = [
        'Basic realm="a"',
        'Digest realm="a", nonce="n", algorithm=MD5',
        'Digest realm="a", nonce="n", algorithm=SHA-256, qop="auth,auth-int"',
    ]
    chosen = best_challenge(offers)
    assert (chosen.scheme, chosen.realm, chosen.parameters["algorithm"]) == ("digest", "a", "SHA-256")
    assert best_challenge(['Digest realm="a", nonce="n", algorithm=SHA-512-256']) is None
    assert best_challenge(["Negotiate"]) is None
    assert best_challenge([r'Digest realm="a\"b", nonce="n"']) is None
    assert best_challenge(['Digest realm="qu\ufffdn", nonce="n"']) is None
    assert best_challenge(['Basic realm="qu\ufffdn"']).scheme == "basic"


def test_keys_of_users_as_rfc_3414_has_them():
    engine = bytes.fromhex("000000000000000000000002")
    assert usm.localised_key("maplesyrup", engine, "md5").hex() == "526f5eed9fcce26f8964c2930787d82b"
    assert usm.localised_key("maplesyrup", engine, "sha1").hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize(
    ("engine", "enterprise", "mac"),
    [
        ("80001f88031866da0a0b0c", 8072, "18:66:da:0a:0b:0c"),
        ("800000090300e04c4d0010", 9, "00:e0:4c:4d:00:10"),
        ("80001f8880bfe3a14a1b2c3d4e", 8072, None),
        ("800000090301e04c4d0010", 9, None),
        ("8000000903000000000000", 9, None),
        ("0000000903001866da0a0b", 9, None),
        ("80000009", None, None),
    ],
)
def test_an_engine_id_tells_its_maker_and_where_it_can_its_hardware(engine, enterprise, mac):
    found = usm.Engine(bytes.fromhex(engine), 0, 0)
    assert (found.enterprise, found.mac) == (enterprise, mac)


def test_a_username_token_as_the_onvif_guide_has_it():
    import base64

    token = envelopes.token(
        "user", "userpassword", base64.b64decode("LKqI6G/AikKCQrN0zqZFlg=="), "2010-09-16T07:50:45Z"
    )
    assert "tuOSpGlFlIXsozq4HFNeeGeFLEI=" in token
    assert "userpassword" not in token


def test_a_clock_out_of_any_calendar_is_none():
    body = "<a><UTCDateTime><Year>99999</Year><Month>1</Month><Day>1</Day><Hour>0</Hour><Minute>0</Minute><Second>0</Second></UTCDateTime></a>"
    assert envelopes.parse_clock(Message(200, (), body.encode()), datetime.now(UTC)) is None
    assert envelopes.created_at(datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=10**8)) == "2026-01-01T00:00:00Z"


MODERN = {
    "kex": ("curve25519-sha256@libssh.org",),
    "keys": ("ssh-ed25519",),
    "ciphers": ("aes128-ctr",),
    "macs": ("hmac-sha2-256",),
}


@pytest.mark.parametrize(
    "old",
    [
        {"kex": ("diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1")},
        {"keys": ("ssh-dss",)},
        {"ciphers": ("3des-cbc", "arcfour")},
    ],
)
def test_nothing_but_old_cryptography_is_obsolete(old):
    assert not Hello("SSH-2.0-x", **MODERN).obsolete
    assert disagreement(Hello("SSH-2.0-x", **MODERN)) is None
    assert Hello("SSH-2.0-x", **{**MODERN, **old}).obsolete
    mixed = {name: (*MODERN[name], *values) for name, values in old.items()}
    assert not Hello("SSH-2.0-x", **{**MODERN, **mixed}).obsolete


def test_ssh_1_is_obsolete_and_a_mismatch():
    hello = over(b"SSH-1.5-Cisco-1.25\n", read_hello)
    assert hello.obsolete
    assert disagreement(hello).startswith("ssh-agree: SSH-1.5-Cisco")


def test_rsa_with_sha_1_alone_is_a_mismatch_that_names_it():
    assert disagreement(Hello("SSH-2.0-x", **{**MODERN, "keys": ("ssh-rsa",)})) == "ssh-agree: host keys only ssh-rsa"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (ftp.Reply(230, "ok"), AttemptOutcome.ACCEPTED),
        (ftp.Reply(530, "Login incorrect."), AttemptOutcome.REFUSED),
        (ftp.Reply(530, "Login incorrect, 3 attempts left"), AttemptOutcome.REFUSED),
        (ftp.Reply(530, "User locked, try again in 60 seconds"), AttemptOutcome.LOCKED),
        (ftp.Reply(421, "Too many failures"), AttemptOutcome.LOCKED),
        (ftp.Reply(530, "Maximum number of clients reached"), AttemptOutcome.UNCLEAR),
        (ftp.Reply(530, "Non-anonymous sessions must use encryption."), AttemptOutcome.MISMATCH),
        (ftp.Reply(332, "Need account"), AttemptOutcome.UNCLEAR),
        (ftp.Reply(500, "OOPS"), AttemptOutcome.UNCLEAR),
        (ftp.Reply(550, "Password expired, must be changed"), AttemptOutcome.MUST_CHANGE),
    ],
)
def test_replies_of_ftp_to_a_password(reply, outcome):
    assert ftp.judge_password(reply).outcome is outcome


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"v=0\r\no=-\r\n", AttemptOutcome.ACCEPTED),
        (200, b"<html>", AttemptOutcome.UNCLEAR),
        (401, b"", AttemptOutcome.REFUSED),
        (401, b"User Locked! Please try again after 30 minutes", AttemptOutcome.LOCKED),
        (403, b"", AttemptOutcome.LOCKED),
        (404, b"", AttemptOutcome.UNCLEAR),
        (454, b"", AttemptOutcome.UNCLEAR),
        (503, b"", AttemptOutcome.UNCLEAR),
    ],
)
def test_answers_of_rtsp_to_credentials(status, body, outcome):
    assert rtsp.judge_login(Message(status, (), body)).outcome is outcome


@pytest.mark.parametrize(
    ("version", "code", "outcome"),
    [
        (4, 0, AttemptOutcome.ACCEPTED), (4, 1, AttemptOutcome.MISMATCH), (4, 2, AttemptOutcome.UNCLEAR), (4, 3, AttemptOutcome.UNCLEAR),
        (4, 4, AttemptOutcome.REFUSED), (4, 5, AttemptOutcome.REFUSED), (5, 0x86, AttemptOutcome.REFUSED),
        (5, 0x8A, AttemptOutcome.LOCKED), (5, 0x9F, AttemptOutcome.LOCKED), (5, 0x97, AttemptOutcome.UNCLEAR),
    ],
)  # fmt: skip
def test_codes_of_mqtt(version, code, outcome):
    assert mqtt_login.judge(mqtt_packets.Connack(version, code))[0] is outcome
