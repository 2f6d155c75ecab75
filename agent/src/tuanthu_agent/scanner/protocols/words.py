"""What devices say in words about refusal, lock-out and forced change; bounded patterns over bounded texts. Pure."""

import re
from typing import Final

LONGEST: Final = 2000

_LOCKED: Final = re.compile(
    r"too many|locked|lockout|lock out|\bblocked|\bbanned|temporarily|try again (?:later|after|in\b)|"
    r"(?:maximum|max) .{0,20}(?:attempts|tries|retries)|(?:attempts|retries) exceeded|"
    r"exceeded .{0,20}(?:attempts|retries)|"
    r"not allowed at this time|"
    r"bị khoá|bị khóa|tạm khoá|tạm khóa|bị chặn|quá nhiều lần|thử lại sau|bi khoa|qua nhieu lan|thu lai sau|"
    r"锁定|被锁|稍后再试|次数过多|超过最大",
    re.IGNORECASE,
)
_REFUSED: Final = re.compile(
    r"(?:login|logon|log on|log in|authentication|authorization|access|password|username|user name)[\w ]{0,12}"
    r" (?:failed|failure|fails|invalid|denied|error|incorrect|wrong|rejected|unsuccessful)|"
    r"(?:invalid|incorrect|bad|wrong|illegal|unknown|unrecognized) "
    r"(?:login|user|username|user name|password|passwords|account|credential|credentials)|"
    r"(?:access|permission) denied|failed to (?:log ?in|authenticate)|not authori[sz]ed|"
    r"đăng nhập (?:thất bại|không thành công)|sai (?:tên|mật khẩu|tài khoản)|(?:mật khẩu|tài khoản) (?:sai|không đúng)|"
    r"dang nhap (?:that bai|khong thanh cong)|sai (?:ten|mat khau|tai khoan)|(?:mat khau|tai khoan) (?:sai|khong dung)|"
    r"(?:密码|口令|用户名|账号)[^\n]{0,12}(?:错误|不正确|有误)|(?:登录|登陆|认证|验证)失败",
    re.IGNORECASE,
)
_CHANGE: Final = re.compile(
    r"(?:new|old|current|initial|default|your|the|expired) (?:unix |login )?password.{0,60}"
    r"(?:change|expired|poses|must|required|again)|"
    r"(?:change|changing|update|reset|set|enter|input|type|retype|confirm|modify)[\w ]{0,16}"
    r" (?:new|old|current|initial|default|your|the) (?:unix |login )?password|"
    r"(?:new|old|current) (?:unix |login )?password|"
    r"password (?:has |is |have )?(?:been )?expired|change password|must (?:be changed|change)|"
    r"đổi mật khẩu|mật khẩu (?:mới|cũ|hiện tại)|doi mat khau|mat khau (?:moi|cu)|"
    r"(?:修改|更改|新|旧|初始)[^\n]{0,6}(?:密码|口令)",
    re.IGNORECASE,
)
_LEFT: Final = re.compile(
    r"(\d{1,4}) (?:more )?(?:attempts?|tries|retries|times|lần)[\w ]{0,12}(?:left|remain\w*|còn lại)|"
    r"(?:left|remain\w*|còn)(?: attempts?| times| retries| lại)?\s*[:=]?\s*(\d{1,4})\b",
    re.IGNORECASE,
)
_WAIT: Final = re.compile(
    r"(\d{1,5}) ?(seconds?|secs?|s|minutes?|mins?|m|hours?|h|giây|phút|giờ|秒|分|小时)(?![a-z])", re.IGNORECASE
)
_UNITS: Final = {"m": 60, "p": 60, "分": 60, "h": 3600, "小": 3600}


def says_locked(text: str) -> bool:
    """Whether it speaks of a lock-out or of too many failures."""
    return _LOCKED.search(text[-LONGEST:]) is not None


def says_refused(text: str) -> bool:
    """Whether it says that a user or a password is wrong."""
    return _REFUSED.search(text[-LONGEST:]) is not None


def says_change(text: str) -> bool:
    """Whether it asks for another password."""
    return _CHANGE.search(text[-LONGEST:]) is not None


def attempts_left(text: str) -> int | None:
    """How many logins it says are left."""
    found = _LEFT.search(text[-LONGEST:])
    return int(next(number for number in found.groups() if number)) if found else None


def wait_seconds(text: str) -> int | None:
    """How long it says to wait; only from a text that speaks of a lock-out."""
    found = _WAIT.search(text[-LONGEST:]) if says_locked(text) else None
    if found is None:
        return None
    unit = found[2].lower()
    hours = unit == "giờ"
    return int(found[1]) * (3600 if hours else _UNITS.get(unit[0], 1))
