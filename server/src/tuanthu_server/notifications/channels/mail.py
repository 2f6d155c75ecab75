"""E-mail by the operator's mail server."""

import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tuanthu_server.errors import InputError
from tuanthu_server.notifications.channels.interface import (
    WHOLE_SECONDS,
    DeliveryError,
    Letter,
    Way,
    cut_off_after,
    not_set,
    tls_context,
)

REFUSED: Final = range(500, 600)
"""Answers that will be the same next time."""
MOST_SECONDS: Final = 60
"""For the whole conversation once it is connected."""
SECURITIES: Final = ("starttls", "tls", "none")


class Mail(Way):
    """SMTP with STARTTLS, or TLS from the first byte on; certificates are always verified."""

    def check(self, address: str) -> str:
        """See `Way.check`."""
        if not self.config.smtp_host:
            raise not_set("smtp_host")
        try:
            validate_email(address)
        except ValidationError:
            raise InputError(
                f"{address}: không phải địa chỉ thư điện tử", f"{address}: not an e-mail address"
            ) from None
        return address

    def send(self, letter: Letter, address: str, number: int) -> None:  # noqa: ARG002 (a webhook needs the number)
        """See `Way.send`."""
        if not self.config.smtp_host:
            raise DeliveryError("smtp_host is not set")
        try:
            with self._connected() as server, cut_off_after(MOST_SECONDS, _line(server)):
                if self.config.smtp_user:
                    server.login(self.config.smtp_user, self.config.smtp_password)
                server.send_message(self._mail(letter, address))
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=0)
            raise DeliveryError(f"SMTP {code}: recipient refused", permanent=code in REFUSED) from None
        except smtplib.SMTPAuthenticationError as error:  # the operator can mend it
            raise DeliveryError(f"SMTP {error.smtp_code}: sign-in refused") from None
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(f"SMTP {error.smtp_code}", permanent=_is_about_letter(error)) from None
        except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
            raise DeliveryError(f"SMTP: {type(error).__name__}") from None

    def _connected(self) -> smtplib.SMTP:
        config = self.config
        if config.smtp_security not in SECURITIES:
            raise DeliveryError("smtp_security: starttls, tls or none")
        if config.smtp_security == "none" and config.smtp_user:
            raise DeliveryError("smtp_security = none: the password is not sent in clear")
        if config.smtp_security == "tls":
            return smtplib.SMTP_SSL(
                config.smtp_host, config.smtp_port, timeout=WHOLE_SECONDS, context=tls_context(config)
            )
        server = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=WHOLE_SECONDS)
        if config.smtp_security == "starttls":
            try:
                server.starttls(context=tls_context(config))
            except BaseException:
                server.close()
                raise
        return server

    def _mail(self, letter: Letter, address: str) -> EmailMessage:
        sender = self.config.mail_from or self.config.smtp_user
        mail = EmailMessage()
        mail["Subject"] = letter.subject
        mail["From"] = sender
        mail["To"] = address
        mail["Date"] = format_datetime(letter.written_at)
        mail["Message-ID"] = f"<{letter.id}@{self.config.public_host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = letter.language
        if letter.critical:
            mail["Importance"] = "high"
        mail.set_content(letter.text)
        return mail


def _line(server: smtplib.SMTP) -> socket.socket:
    if server.sock is None:
        raise smtplib.SMTPServerDisconnected
    return server.sock


def _is_about_letter(error: smtplib.SMTPResponseException) -> bool:
    """Whether the server refused these very contents for good; trouble of the connection is tried again."""
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code in REFUSED
