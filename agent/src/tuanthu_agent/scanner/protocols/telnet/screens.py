"""What the last line of a Telnet screen asks for; bounded patterns, devices of Viet Nam and China too. Pure."""

import re
from enum import Enum
from typing import Final

from tuanthu_agent.scanner.protocols import words

_TAIL: Final = 300
_ESCAPE: Final = re.compile(
    r"\x1b(?:\[[0-?]{0,16}[ -/]{0,4}[@-~]|[()][0-9A-Za-z]|[=>78cDEHM])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_LOGIN: Final = re.compile(
    r"(?:login|log in|logon|user ?name|user ?id|user|account|tên đăng nhập|ten dang nhap|tài khoản|tai khoan|"
    r"用户名|用户|登录名|登录|登陆|账号|帐号)(?: name)? {0,4}(?:\([^()\n]{0,40}\))? {0,4}[:：] {0,4}$",
    re.IGNORECASE,
)
_PASSWORD: Final = re.compile(
    r"(?:password|passwd|passcode|pass|pwd|mật khẩu|mat khau|密码|口令)"
    r"(?: again| mới| cũ| moi| cu| hiện tại)?(?: for [^\n]{1,40})? {0,4}(?:\([^()\n]{0,40}\))? {0,4}[:：] {0,4}$",
    re.IGNORECASE,
)
_ANGLED: Final = re.compile(
    r"^(?:enter |new |old |current |repeat |confirm ){0,2}"
    r"(?:(?P<password>password|passwd|pass)|login|user ?name|user ?id|user|account) {0,2}> {0,4}$",
    re.IGNORECASE,
)
"""A few devices ask so; with anything else before it, such a line is a shell's."""
# No blank inside a name, and no `]` at the end: an empty line must never answer `Reload? [confirm]` or a menu.
_SHELL: Final = re.compile(r"^(?=.{1,79}$)[\w@.:~/()\[\]<*+-]{0,60}(?: \([\w-]{1,30}\))? {0,2}\*?[#>$%] {0,4}$")
_QUESTION: Final = re.compile(
    r"[\[(]\s{0,2}y(?:es)?\s{0,2}/\s{0,2}n(?:o)?\s{0,2}[\])]\s{0,4}[:?]?\s{0,4}$", re.IGNORECASE
)


class Asks(Enum):
    """What a screen waits for."""

    LOGIN = "login"
    PASSWORD = "password"  # noqa: S105  a kind of prompt
    SHELL = "shell"
    CHANGE = "change"
    NOTHING = "nothing"


def plain(raw: bytes) -> str:
    """The text without escape sequences, with line feeds only; undecodable bytes replaced."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPE.sub("", text)


def last_line(text: str) -> str:
    """The line that waits, or an empty text after a line's end."""
    return text[-_TAIL:].rpartition("\n")[2]


def asks(text: str, *, after_password: bool = False) -> Asks:
    """What the last line asks for; a change of the password only once one was sent."""
    line = last_line(text)
    if after_password and _asks_change(text, line):
        return Asks.CHANGE
    angled = _ANGLED.match(line)
    if _PASSWORD.search(line) or (angled and angled["password"]):
        return Asks.PASSWORD
    if _LOGIN.search(line) or angled:
        return Asks.LOGIN
    if line.strip() and _SHELL.match(line):
        return Asks.SHELL
    return Asks.NOTHING


def _asks_change(text: str, line: str) -> bool:
    if asks(text) is Asks.PASSWORD:
        return words.says_change(line) or (words.says_change(text) and not words.says_refused(text))
    return _QUESTION.search(line) is not None and words.says_change(text)


def same_prompt(line: str, other: str) -> bool:
    """Whether both lines are one prompt."""
    return line.strip() == other.strip() and bool(line.strip())
