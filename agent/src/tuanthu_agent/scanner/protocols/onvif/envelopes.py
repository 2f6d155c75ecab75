"""What is sent to an ONVIF device service, and what its answers say. Pure."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from xml.sax.saxutils import escape

from tuanthu_agent.scanner.protocols.message import Message
from tuanthu_agent.scanner.protocols.seen import shown
from tuanthu_agent.scanner.protocols.xmltext import every, first, parse_xml, text_of

_SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
_DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
_TOKEN: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"  # noqa: S105  a namespace
_NOT_AUTHORISED: Final = ("NotAuthorized", "FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken")
_LOCKED: Final = ("AccountLocked", "PasswordLocked", "TooManyAttempts", "DeviceLocked", "UserLocked")
_FORBIDDEN: Final = ("OperationProhibited", "ActionNotSupported", "UnknownAction")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the device service: whether it is the expected response, and what a fault calls itself."""

    status: int
    answered: bool
    fault: str = ""
    words: str = ""

    @property
    def refused(self) -> bool:
        """Whether it wants (other) credentials."""
        return not self.answered and (self.status == 401 or any(name in self.fault for name in _NOT_AUTHORISED))

    @property
    def locked(self) -> bool:
        """Whether it says so by a code."""
        return any(name in self.fault for name in _LOCKED)

    @property
    def forbidden(self) -> bool:
        """Whether this action is not for this user, or not there."""
        return any(name in self.fault for name in _FORBIDDEN)


def envelope(action: str, inside: str = "", header: str = "") -> bytes:
    """A SOAP 1.2 envelope with one action of the device service."""
    body = f'<{action} xmlns="{_DEVICE}">{inside}</{action}>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{_SOAP}"><s:Header>{header}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def token(user: str, password: str, nonce: bytes, created: str) -> str:
    """A UsernameToken whose digest is SHA-1 of nonce, moment and password, as the profile has it."""
    digest = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_WSS}-secext-1.0.xsd" xmlns:wsu="{_WSS}-utility-1.0.xsd">'
        f"<wsse:UsernameToken><wsse:Username>{escape(user)}</wsse:Username>"
        f'<wsse:Password Type="{_TOKEN}#PasswordDigest">{base64.b64encode(digest).decode()}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{_WSS.replace("wssecurity", "soap-message-security")}-1.0#Base64Binary">'
        f"{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    )


def parse_reply(message: Message, action: str) -> Reply:
    """What an answer to that action is."""
    root = parse_xml(message.body)
    answered = message.status == 200 and first(root, f"{action}Response") is not None
    fault = first(root, "Fault")
    names = " ".join((value.text or "").strip() for value in every(fault, "Value"))
    names = names or text_of(fault, "faultcode") or ""
    reason = " ".join(filter(None, (text_of(fault, "Text"), text_of(fault, "faultstring"))))
    return Reply(message.status, answered and fault is None, shown(names), shown(reason))


def parse_clock(message: Message, now: datetime) -> timedelta | None:
    """How far the device's clock is ahead of ours; None where it does not say."""
    utc = first(parse_xml(message.body), "UTCDateTime")
    if utc is None:
        return None
    try:
        names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
        year, month, day, hour, minute, second = (int(text_of(utc, name) or "") for name in names)
        theirs = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return theirs - now


def created_at(now: datetime, ahead: timedelta | None) -> str:
    """The moment as the device's clock has it."""
    try:
        moment = now + (ahead or timedelta())
    except OverflowError:
        moment = now
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_scopes(message: Message) -> str:
    """The scopes, separated by blanks."""
    items = [(item.text or "").strip() for item in every(parse_xml(message.body), "ScopeItem")]
    return shown(" ".join(items[:40]))


def parse_information(message: Message) -> dict[str, str]:
    """Manufacturer and model as subjects of evidence."""
    root = first(parse_xml(message.body), "GetDeviceInformationResponse")
    texts = {"onvif.manufacturer": text_of(root, "Manufacturer"), "onvif.model": text_of(root, "Model")}
    return {subject: shown(text) for subject, text in texts.items() if text}
