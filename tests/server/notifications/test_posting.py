"""Webhooks and Telegram against a real server that fails, hangs, drips and redirects, and addresses that are refused."""

import hashlib
import hmac
import socket
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.assets.receivers import HttpReceiver
from tests.server.notifications.conftest import KEY

from tuanthu_server.config import Config
from tuanthu_server.errors import InputError
from tuanthu_server.notifications.channels import posting
from tuanthu_server.notifications.channels.interface import DeliveryError, Letter
from tuanthu_server.notifications.channels.telegram import Telegram, cut
from tuanthu_server.notifications.channels.webhook import Webhook

TOKEN = "12345:bí-mật".replace("í", "i").replace("ậ", "a")
LETTER = Letter(
    id="d0f7", kind="digest", written_at=datetime(2026, 11, 25, tzinfo=UTC), language="vi",
    subject="[Tuanthu] Bản tin", text="Đường truyền tốt.", facts={"machines": 4},
)  # fmt: skip


@pytest.fixture
def config(tmp_path):
    return Config(data_dir=tmp_path, webhook_key=KEY, webhook_private=True, telegram_token=TOKEN)


@pytest.fixture
def server():
    with HttpReceiver() as one:
        yield one


def refused(way, address) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        way.send(LETTER, address, 3)
    return caught.value


def test_a_webhook_is_signed_by_a_key_that_only_its_receiver_has(config, server):
    way = Webhook(config)
    way.send(LETTER, server.url("/nhận?x=1".encode().hex()), 3)
    _, fields, body = server.posts[0]
    moment, given = (part.partition("=")[2] for part in fields["Tuanthu-Signature"].split(","))
    key = way.key(server.url("/nhận?x=1".encode().hex()), 3)

    assert hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest() == given
    assert int(moment) == int(LETTER.written_at.timestamp())
    assert msgspec.json.decode(body)["facts"] == {"machines": 4}
    assert fields["Tuanthu-Delivery"] == "d0f7"
    assert len({way.key("https://a.vn/", 3), way.key("https://a.vn/", 4), way.key("https://b.vn/", 3), KEY}) == 4


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [(500, False), (503, False), (429, False), (408, False), (400, True), (410, True), (301, True), (307, True)],
)
def test_answers_are_told_apart_by_whether_waiting_helps(config, server, answer, permanent):
    server.answers = [(answer, {"Location": server.url("/elsewhere")})]
    error = refused(Webhook(config), server.url("/x"))

    assert error.permanent is permanent
    assert error.told.startswith(f"HTTP {answer}")
    assert len(server.posts) == 1


@pytest.mark.parametrize(("field", "wait"), [("90", 90), ("999999999", 6 * 3600), ("Fri, 1 Jan", None), ("²", None)])
def test_a_receiver_may_say_how_long_to_wait_within_reason(config, server, field, wait):
    server.answers = [(429, {"Retry-After": field.encode().decode("latin-1")})]
    error = refused(Webhook(config), server.url("/x"))

    assert error.retry_after == (timedelta(seconds=wait) if wait else None)


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_a_server_that_hangs_or_drips_is_left(config, server, how, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.3)
    server.answers = [how]
    error = refused(Webhook(config), server.url("/x"))

    assert not error.permanent
    assert error.told.startswith("HTTP: ")


def test_a_webhook_by_https_goes_to_whom_the_operators_trust_vouches_for(config, tls):
    context, ca = tls
    with HttpReceiver(context) as server:
        address = server.url("/x", "localhost").replace("http:", "https:")
        assert refused(Webhook(config), address).told == "HTTP: SSLCertVerificationError"
        assert server.posts == []
        trusting = Webhook(msgspec.structs.replace(config, outgoing_ca=ca))
        assert refused(trusting, address.replace("localhost", "127.0.0.1")).told == "HTTP: SSLCertVerificationError"
        trusting.send(LETTER, address, 3)

    assert server.told()[0]["subject"] == "[Tuanthu] Bản tin"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_accepts_and_says_nothing_is_left(config, scheme, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.3)
    monkeypatch.setattr(posting, "CONNECT_SECONDS", 30)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        error = refused(Webhook(config), f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/")

    assert not error.permanent


def test_a_port_where_nobody_listens_is_tried_again(config):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = refused(Webhook(config), f"http://127.0.0.1:{closed.getsockname()[1]}/")

    assert not error.permanent


def test_private_addresses_are_refused_before_a_packet_leaves(config, server):
    way = Webhook(msgspec.structs.replace(config, webhook_private=False))
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433"):
        error = refused(way, server.url("/x", host).replace("http:", "https:"))
        assert (error.permanent, "private" in error.told) == (True, True), host

    assert server.posts == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "fe80::1%eth0", "fd00::1", "ff02::1", "::", "64:ff9b::a00:1", "2002:a00:1::"],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_internet_are_known(address):
    assert not posting.is_public(address)


@pytest.mark.parametrize("address", ["203.162.4.190", "2001:4860:4860::8888", "64:ff9b::cba2:4be"])
def test_public_addresses_are_known(address):
    assert posting.is_public(address)


def test_one_private_address_of_several_is_enough_to_refuse(monkeypatch):
    rows = [(None, None, None, "", (text, 443)) for text in ("203.162.4.190", "192.168.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(DeliveryError, match="private"):
        posting.resolved("hai-mặt.vn", 443, private=False)


def test_the_address_that_was_looked_at_is_the_one_that_is_used(config, server, monkeypatch):
    """A name that changes its mind in between changes nothing."""
    real, asked = socket.getaddrinfo, []

    def once(host, *rest, **more):
        asked.append(host)
        return real("127.0.0.1" if host == "tên.vn".encode("idna").decode() else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    name = "tên.vn".encode("idna").decode()
    Webhook(config).send(LETTER, server.url("/x", name), 3)

    assert asked.count(name) == 1
    assert server.posts[0][1]["Host"].startswith(name)


@pytest.mark.parametrize(
    "address",
    ["http://a.vn/", "ftp://a.vn/", "https://", "https://u:p@a.vn/", "https://a.vn:99999/", "https://a.vn/ x", "https://[::1/", "a.vn", ""],
)  # fmt: skip
def test_what_can_be_no_webhook_is_refused_when_it_is_added(config, address):
    with pytest.raises(InputError):
        Webhook(msgspec.structs.replace(config, webhook_private=False)).check(address)


def test_plain_http_that_is_no_longer_allowed_is_not_used(config, server):
    way = Webhook(msgspec.structs.replace(config, webhook_private=False))

    assert refused(way, server.url("/x")).permanent
    assert server.posts == []


def test_telegram_is_spoken_to_as_a_bot(config, server):
    way = Telegram(msgspec.structs.replace(config, telegram_url=server.url()))
    way.send(LETTER, "-1001234567890", 3)
    path, _, body = server.posts[0]

    assert path == f"/bot{TOKEN}/sendMessage"
    told = msgspec.json.decode(body)
    assert (told["chat_id"], told["text"]) == ("-1001234567890", "[Tuanthu] Bản tin\n\nĐường truyền tốt.")


@pytest.mark.parametrize("answer", [401, 302, 500, "hang"])
def test_no_error_names_the_token(config, server, answer, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.3)
    server.answers = [(answer, {"Location": "/"}) if answer != "hang" else answer]
    error = refused(Telegram(msgspec.structs.replace(config, telegram_url=server.url())), "5")

    assert TOKEN not in str(error)
    assert TOKEN not in repr(error.__cause__)


@pytest.mark.parametrize("chat", ["", "abc", "@a", "12 34", "@kênh_sở"])
def test_what_can_be_no_chat_is_refused(config, chat):
    with pytest.raises(InputError):
        Telegram(config).check(chat)


def test_a_text_that_is_too_long_for_telegram_is_cut_at_a_line():
    text = "\n".join(f"dòng {number} 😀" for number in range(900))
    short = cut(text)

    assert len(short.encode("utf-16-le")) // 2 <= 4096
    assert short.endswith("😀\n…")
    assert cut("ngắn") == "ngắn"


def test_settings_that_are_shown_hold_no_secret(config):
    assert KEY not in repr(config)
    assert TOKEN not in repr(config)
