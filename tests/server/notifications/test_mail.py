"""E-mail by a real mail server on loopback."""

import email
import email.policy
from datetime import UTC, datetime

import pytest
from tests.assets.receivers import MailServer

from tuanthu_server.config import Config
from tuanthu_server.errors import InputError
from tuanthu_server.notifications.channels.interface import DeliveryError, Letter
from tuanthu_server.notifications.channels.mail import Mail

LOGIN = ("tuanthu@soyte.vn", "mật-khẩu-thư".encode("ascii", "ignore").decode() + "-9")
LETTER = Letter(
    id="d0f7", kind="default-login", critical=True, written_at=datetime(2026, 11, 25, tzinfo=UTC), language="vi",
    subject="[Tuanthu] Thiết bị dùng tài khoản mặc định: CAMERA-CỔNG", text="Trạm Y tế xã Ea Tíu\n  • CAMERA-CỔNG\n",
)  # fmt: skip


def config(tmp_path, server, **more) -> Config:
    given = {"smtp_security": "none"} | more
    return Config(data_dir=tmp_path, smtp_host="localhost", smtp_port=server.port, mail_from=LOGIN[0], **given)


def refused(way) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        way.send(LETTER, "can-bo@ea-tiu.vn", 3)
    return caught.value


def test_a_mail_with_diacritics_goes_by_starttls_with_a_password(tmp_path, tls):
    context, ca = tls
    with MailServer(context=context, login=LOGIN) as server:
        given = config(tmp_path, server, smtp_security="starttls", smtp_user=LOGIN[0], smtp_password=LOGIN[1], outgoing_ca=ca)  # fmt: skip
        Mail(given).send(LETTER, "can-bo@ea-tiu.vn", 3)

    mail = email.message_from_bytes(server.mails[0].content, policy=email.policy.default)
    assert server.mails[0].rcpt_tos == ["can-bo@ea-tiu.vn"]
    assert mail["Subject"] == LETTER.subject
    assert mail.get_content().replace("\r\n", "\n") == LETTER.text
    assert mail["Message-ID"] == "<d0f7@localhost>"
    assert mail["Importance"] == "high"
    assert server.logins == [LOGIN]


def test_a_mail_goes_by_tls_from_the_first_byte_on(tmp_path, tls):
    context, ca = tls
    with MailServer(context=context, implicit=True, login=LOGIN) as server:
        given = config(tmp_path, server, smtp_security="tls", smtp_user=LOGIN[0], smtp_password=LOGIN[1], outgoing_ca=ca)  # fmt: skip
        Mail(given).send(LETTER, "can-bo@ea-tiu.vn", 3)

    assert len(server.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_nobody_vouches_for_gets_neither_mail_nor_password(tmp_path, tls, security):
    with MailServer(context=tls[0], implicit=security == "tls", login=LOGIN) as server:
        given = config(tmp_path, server, smtp_security=security, smtp_user=LOGIN[0], smtp_password=LOGIN[1])
        error = refused(Mail(given))

    assert error.told == "SMTP: SSLCertVerificationError"
    assert (server.mails, server.logins) == ([], [])


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(tmp_path):
    with MailServer() as server:
        error = refused(Mail(config(tmp_path, server, smtp_security="starttls")))

    assert not error.permanent
    assert server.mails == []


def test_a_password_never_goes_in_clear(tmp_path):
    with MailServer() as server:
        error = refused(Mail(config(tmp_path, server, smtp_user=LOGIN[0], smtp_password=LOGIN[1])))

    assert "not sent in clear" in error.told
    assert (server.mails, server.logins) == ([], [])


def test_a_wrong_password_is_told_without_it_and_may_be_mended(tmp_path, tls):
    context, ca = tls
    with MailServer(context=context, login=LOGIN) as server:
        given = config(tmp_path, server, smtp_security="starttls", smtp_user=LOGIN[0], smtp_password="sai-roi", outgoing_ca=ca)  # fmt: skip
        error = refused(Mail(given))

    assert error.told == "SMTP 535: sign-in refused"
    assert not error.permanent


@pytest.mark.parametrize(
    ("answer", "told", "permanent"),
    [
        ("550 no such user", "SMTP 550: recipient refused", True),
        ("451 try later", "SMTP 451: recipient refused", False),
    ],
)
def test_a_recipient_who_is_refused_for_good_is_told_apart(tmp_path, answer, told, permanent):
    with MailServer() as server:
        server.refuse = answer
        error = refused(Mail(config(tmp_path, server)))

    assert (error.told, error.permanent) == (told, permanent)


def test_a_mail_server_that_is_down_is_tried_again(tmp_path):
    with MailServer() as server:
        pass
    error = refused(Mail(config(tmp_path, server)))

    assert (error.told, error.permanent) == ("SMTP: ConnectionRefusedError", False)


@pytest.mark.parametrize("address", ["", "không-có-a-còng", "a@b.vn\r\nBcc: c@d.vn", "a b@c.vn"])
def test_what_can_be_no_address_is_refused_when_it_is_added(tmp_path, address):
    with pytest.raises(InputError):
        Mail(Config(data_dir=tmp_path, smtp_host="thu.soyte.vn")).check(address)


def test_mail_without_a_server_is_refused_when_it_is_added(tmp_path):
    with pytest.raises(InputError, match="smtp_host"):
        Mail(Config(data_dir=tmp_path)).check("a@b.vn")
