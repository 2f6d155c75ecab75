"""Telnet devices of many makers, and texts that look like a login and are none."""

import time

import pytest
from tests.agent.scanner.servers.telnet import TelnetDevice, echo, quiet
from tests.assets.servers.real import scripted

from tuanthu_agent.scanner.protocols.telnet.screens import Asks, asks
from tuanthu_policy.devices.verdict import AttemptOutcome


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """These devices answer at once."""
    from tuanthu_agent.scanner.protocols.telnet import session

    monkeypatch.setattr(session, "QUIET", 0.8)
    monkeypatch.setattr(session, "SETTLE", 0.08)


MAKERS = {
    "busybox": {},
    "huawei": {"login": "\r\nUsername:", "ask": "\r\nPassword:", "prompt": "<Huawei>", "leave": "quit", "refused": "\r\nError: Local authentication is rejected.\r\n"},
    "cisco": {"login": "Username: ", "prompt": "Switch>", "refused": "\r\n% Login invalid\r\n\r\n"},
    "zte": {"login": "Login: ", "prompt": "ZXR10#", "refused": "\r\n%Error 20209: No username or bad password\r\n"},
    "mikrotik": {"login": "\x1b[9999BLogin: ", "prompt": "\x1b[K[admin@MikroTik] > ", "leave": "quit", "refused": "\r\nLogin failed, incorrect username or password\r\n\r\n"},
    "tieng-viet": {"login": "Tên đăng nhập: ", "ask": "Mật khẩu: ", "refused": "\r\nSai mật khẩu\r\n"},
    "tieng-trung": {"login": "用户名：", "ask": "密码：", "refused": "\r\n用户名或密码错误\r\n"},
    "khong-dam-phan": {"negotiates": False, "prompt": "(config-a) %"},
    "lap-lai": {"refused": "\r\n"},
}  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
def test_each_maker_grants_and_refuses_once_and_is_left(looking, trying, maker):
    device = TelnetDevice("admin", "Mk-9x", **MAKERS[maker])
    with scripted(device) as port:
        look = looking("telnet", port)
        assert (look.outcome, look.evidence) == (None, ("asks-login",)), look
        came = trying("telnet", port, "admin", "Mk-9x")
        assert came.outcome is AttemptOutcome.ACCEPTED, came
        assert (device.failures, device.left) == (0, 1)
        came = trying("telnet", port, "admin", "sai-hoan-toan")
        assert (came.outcome, device.failures) == (AttemptOutcome.REFUSED, 1), came


def test_a_line_with_a_password_alone_fits_only_an_account_without_a_user(trying):
    device = TelnetDevice("", "cisco", login="", refused="\r\n", prompt="Router>")
    with scripted(device) as port:
        assert trying("telnet", port, "", "cisco").outcome is AttemptOutcome.ACCEPTED
        assert trying("telnet", port, "", "khac").outcome is AttemptOutcome.REFUSED
        seen = len(device.entered)
        assert trying("telnet", port, "admin", "khac").outcome is AttemptOutcome.MISMATCH
        assert len(device.entered) == seen


def test_a_shell_without_a_login_is_open_and_left(looking):
    device = TelnetDevice("", "", login="", ask="", prompt="~ # ")
    with scripted(device) as port:
        look = looking("telnet", port)
        assert (look.outcome, look.exposures) == (AttemptOutcome.NO_AUTH, ("telnet-open",))
    assert device.left == 1


def test_a_user_without_a_password_is_open(trying):
    with scripted(TelnetDevice("root", "", ask="")) as port:
        assert trying("telnet", port, "root", "admin").outcome is AttemptOutcome.NO_AUTH
        assert trying("telnet", port, "root", "").outcome is AttemptOutcome.ACCEPTED


@pytest.mark.parametrize(
    ("motd", "after"),
    [
        ("\r\nYour password has expired.\r\n", "New password: "),
        ("\r\nThe initial password poses security risks.\r\n", "The password needs to be changed. Change now? [Y/N]:"),
        ("\r\nVui lòng đổi mật khẩu.\r\n", "Mật khẩu mới: "),
        ("\r\n", "请输入新密码："),
        ("\r\n  MikroTik RouterOS 7.15 (c) 1999-2024\r\n\r\nChange your password\r\n\r\n", "new password> "),
    ],
)
def test_where_a_new_password_is_asked_for_nothing_is_entered(trying, motd, after):
    device = TelnetDevice("admin", "admin", motd=motd, after=after)
    with scripted(device) as port:
        came = trying("telnet", port, "admin", "admin")
    assert came.outcome is AttemptOutcome.MUST_CHANGE, came
    assert device.entered == ["admin", "admin"]


@pytest.mark.parametrize(
    "prompt", ["Chon muc [1-5]? ", "Enter choice: ", "Enter your choice> ", "Reload now [confirm]"]
)
def test_a_menu_that_is_no_shell_is_unclear_and_nothing_is_entered(trying, prompt):
    device = TelnetDevice("admin", "admin", motd="\r\nLast login failed: 3 times\r\n", prompt=prompt)
    with scripted(device) as port:
        came = trying("telnet", port, "admin", "admin")
    assert came.outcome is AttemptOutcome.UNCLEAR, came
    assert device.entered == ["admin", "admin"]


def test_words_of_failed_logins_before_a_shell_refuse_nothing(trying):
    motd = "\r\nLast login failed: Mon. Authentication failed 3 times, account locked once.\r\n"
    with scripted(TelnetDevice("admin", "admin", motd=motd)) as port:
        assert trying("telnet", port, "admin", "admin").outcome is AttemptOutcome.ACCEPTED


def test_a_lock_is_told_from_a_refusal(looking, trying):
    words = "\r\nLogin failed. Too many attempts, account locked for 5 minutes\r\n"
    with scripted(TelnetDevice("admin", "x", refused=words, hangs_up=True)) as port:
        came = trying("telnet", port, "admin", "y")
        assert (came.outcome, came.unlock_seconds) == (AttemptOutcome.LOCKED, 300), came
    with scripted(lambda sock: sock.sendall("Tài khoản bị khóa, thử lại sau 10 phút\r\n".encode())) as port:
        look = looking("telnet", port)
        assert (look.outcome, look.unlock_seconds) == (AttemptOutcome.LOCKED, 600), look


def test_a_hang_up_without_a_word_is_no_refusal(trying):
    with scripted(TelnetDevice("admin", "x", refused="\r\n", hangs_up=True)) as port:
        assert trying("telnet", port, "admin", "y").outcome is AttemptOutcome.UNCLEAR
    with scripted(TelnetDevice("admin", "x", refused="\r\nLogin incorrect\r\n", hangs_up=True)) as port:
        assert trying("telnet", port, "admin", "y").outcome is AttemptOutcome.REFUSED


def test_a_prompt_that_was_there_before_the_login_proves_nothing(trying):
    def serve(sock):
        sock.sendall(b"# \r\nlogin: ")
        sock.recv(100)
        sock.sendall(b"Password: ")
        while sock.recv(100):
            sock.sendall(b"\r\n# ")

    with scripted(serve) as port:
        assert trying("telnet", port, "admin", "admin").outcome is AttemptOutcome.UNCLEAR


def test_a_text_like_a_prompt_that_does_not_stand_proves_nothing(trying):
    def serve(sock):
        sock.sendall(b"login: ")
        sock.recv(100)
        sock.sendall(b"Password: ")
        sock.recv(100)
        sock.sendall(b"\r\nWelcome admin, login ok\r\nhost# ")
        quiet(sock)

    with scripted(serve) as port:
        assert trying("telnet", port, "admin", "admin").outcome is AttemptOutcome.UNCLEAR


@pytest.mark.parametrize("before", [b"", b"login: ", b"login successful\r\nroot@host:~# \r\nlogin: "])
def test_who_echoes_everything_is_neither_open_nor_refusing(looking, trying, before):
    def serve(sock):
        sock.sendall(before)
        echo(sock)

    with scripted(serve) as port:
        assert looking("telnet", port).outcome in (None, AttemptOutcome.UNCLEAR)
        assert trying("telnet", port, "admin", "Login incorrect").outcome is AttemptOutcome.UNCLEAR


@pytest.mark.parametrize(
    "line",
    [
        "# ",
        "~ # ",
        "WAP>",
        "[admin@MikroTik] > ",
        "(UBNT) >",
        "(Aruba7010) *#",
        "DGS-3120-24TC:admin#",
        "FGT60E # ",
        "root@OpenWrt:/tmp# ",
        "superuser>",
        "by-pass>",
    ],
)
def test_prompts_of_shells(line):
    assert asks("\nabc\n" + line) is Asks.SHELL


@pytest.mark.parametrize(
    "line",
    [
        "Continue? [yes]",
        "Proceed [confirm]",
        "Enter choice> ",
        "login: ",
        "Last login: Mon from 10.0.0.1",
        "",
        "   ",
        "50% done",
        "=====>",
    ],
)
def test_lines_that_are_no_shell(line):
    assert asks("\nabc\n" + line) is not Asks.SHELL


class TwoLines(TelnetDevice):
    """Takes CR LF for two lines, and is slow to refuse: the password arrives where a user is asked for."""

    pending = b""

    def line(self, sock, echo=False):
        data = self.pending
        self.pending = b""
        while not data or data[-1] not in b"\r\n":
            byte = sock.recv(1)
            if not byte:
                raise EOFError
            if byte == b"\xff":
                sock.recv(2)
                continue
            data += byte
        line = data.decode().strip("\r\n")
        self.entered.append(line)
        if echo:
            sock.sendall(line.encode() + b"\r\n")
        return line

    def let_in(self, sock):
        came = super().let_in(sock)
        if not came:
            time.sleep(0.25)
        return came


def test_a_device_that_takes_one_line_for_two_never_passes(trying):
    with scripted(TwoLines("admin", "Mk-9x", negotiates=False)) as port:
        assert trying("telnet", port, "admin", "Mk-9x").outcome is AttemptOutcome.UNCLEAR


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("Password>", Asks.PASSWORD), ("Enter Password> ", Asks.PASSWORD), ("User>", Asks.LOGIN), ("Username>", Asks.LOGIN),
        ("UserName:", Asks.LOGIN), ("User Name:", Asks.LOGIN), ("PassWord:", Asks.PASSWORD), ("may-tram login: ", Asks.LOGIN),
        ("password for admin: ", Asks.PASSWORD), ("Login (admin): ", Asks.LOGIN), ("Mật khẩu: ", Asks.PASSWORD),
    ],
)  # fmt: skip
def test_prompts_of_logins_are_no_shells(line, asked):
    assert asks("\nabc\n" + line) is asked
