"""Kind `accounts` on Linux: from tables, PAM's stacks, sudo's rules and records of logons."""

import os
import sqlite3
import struct
from datetime import UTC, datetime

import pytest

from tuanthu_agent.collectors import accounts
from tuanthu_agent.collectors.accounts import lastlog2
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.host import Host, HostError

HASH = "$y$j9T$SyntheticSalt$SyntheticHashOfNobodyAtAllSyntheticHashX"
# Synthetic, in the layouts of passwd(5), shadow(5), group(5).
PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
lan.nguyễn:x:1000:1000:Nguyễn Thị Lan,,,:/home/lan:/bin/bash
thực-tập:x:1001:27::/home/tt:/bin/bash
cũ:x:1002:1002::/home/cu:/bin/bash
máy-quét:x:1003:1003::/home/scan:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
SHADOW = f"""root:*:19800:0:99999:7:::
daemon:*:19800:0:99999:7:::
lan.nguyễn:{HASH}:20000:0:90:7:::
thực-tập:{HASH}:20400:0:99999:7:::
cũ:!{HASH}:19000:0:99999:7::1:
máy-quét:!:19000:0:99999:7:::
nobody:*:19800:0:99999:7:::
"""
GROUP = "root:x:0:\nsudo:x:27:lan.nguyễn\nusers:x:100:\nlan.nguyễn:x:1000:\n"
# Captured from Debian 12's sudo 1.9.13p3, without its comments.
SUDOERS = """Defaults\tenv_reset
Defaults\tmail_badpass
Defaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Defaults\tuse_pty
root\tALL=(ALL:ALL) ALL
%sudo\tALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
"""
# Captured on Debian 12 (libpam-runtime 1.5.2), without pam_cap.
COMMON_AUTH = "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\t\t\tpam_deny.so\nauth\trequired\t\t\tpam_permit.so\n"
COMMON_PASSWORD = "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\npassword\trequisite\tpam_deny.so\npassword\trequired\tpam_permit.so\n"
# As pam_faillock(8) shows it.
FAILLOCK = """auth     required       pam_faillock.so preauth
auth     [success=1 default=ignore] pam_unix.so
auth     [default=die]  pam_faillock.so authfail
auth     requisite      pam_deny.so
auth     required       pam_permit.so
"""
DAY = 86400
NOV_20 = int(datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC).timestamp())


def lastlog(days):
    data = bytearray(292 * (max(days, default=-1) + 1))
    for uid, seconds in days.items():
        struct.pack_into("=I32s256s", data, uid * 292, seconds, b"pts/0", "máy-khác".encode())
    return bytes(data)


def wtmp(*rows):
    return b"".join(
        struct.pack(
            "=hxxi32s4s32s256shhiii16s20s", kind, 9, b"tty7", b":0", name.encode(), b"", 0, 0, 0, seconds, 0, b"", b""
        )
        for kind, name, seconds in rows
    )


FILES = {
    "/etc/passwd": PASSWD,
    "/etc/shadow": SHADOW,
    "/etc/group": GROUP,
    "/etc/sudoers": SUDOERS,
    "/etc/login.defs": "# hạn\nPASS_MAX_DAYS\t99999\nUID_MIN 1000\nUID_MAX 60000\n",
    "/etc/pam.d/login": "@include common-auth\n@include common-account\n@include common-session\n",
    "/etc/pam.d/common-account": "account required pam_unix.so\n",
    "/etc/pam.d/common-session": "session required pam_unix.so\n",
    "/etc/pam.d/common-auth": COMMON_AUTH,
    "/etc/pam.d/common-password": COMMON_PASSWORD,
    "/etc/pam.d/passwd": "@include common-password\n",
    "/var/log/lastlog": lastlog({1000: NOV_20}),
    "/var/log/wtmp": wtmp((7, "thực-tập", NOV_20 - 60 * DAY), (8, "lan.nguyễn", NOV_20)),
}


def look(machine, **files):
    return accounts.collect(machine({**FILES, **{f"/{k}": v for k, v in files.items()}}), Settings())


def with_files(machine, files):
    return accounts.collect(machine({**FILES, **files}), Settings())


def users(result):
    return {item["name"]: item for item in result.facts["accounts"]}


def test_a_machine_is_described_whole(machine):
    result = look(machine)
    assert (result.status.value, result.reason, result.method) == ("ok", "", "pam+files+lastlog")
    found = users(result)
    assert list(found) == ["root", "lan.nguyễn", "thực-tập", "cũ", "máy-quét"]
    assert found["lan.nguyễn"] == {
        "name": "lan.nguyễn",
        "id": "1000",
        "system": False,
        "enabled": True,
        "administrator": True,
        "password": "set",
        "password_expires": True,
        "last_logon": "2026-11-20T00:00:00Z",
        "idle_since": "2026-11-20T00:00:00Z",
    }
    assert (found["cũ"]["enabled"], found["cũ"]["password"]) == (False, "locked")
    assert found["máy-quét"]["enabled"] is False
    facts = {name: value for name, value in result.facts.items() if name not in ("accounts", "administrators")}
    assert facts == {
        "enabled_count": 2,
        "administrator_count": 3,
        "everyone_administrator": False,
        "superuser_count": 1,
        "blank_password_count": 0,
        "never_expiring_count": 1,
        "lockout_threshold": 0,
        "password_min_length": 6,
        "password_classes": 1,
        "password_history": 0,
        "password_max_age_days": 0,
    }


def test_no_part_of_a_hash_is_kept(machine):
    text = repr(look(machine))
    assert not [part for part in ("$y$", "Synthetic", "j9T") if part in text]


def test_the_first_group_of_an_account_counts_as_membership(machine):
    assert users(look(machine))["thực-tập"]["administrator"] is True


@pytest.mark.parametrize(
    ("line", "state"),
    [("lan.nguyễn::20000:0:90:7:::", 1), (f"lan.nguyễn:{HASH}:20000:0:90:7:::", 0), ("lan.nguyễn:!!:20000::::::", 0)],
)
def test_an_empty_password_is_counted(machine, line, state):
    shadow = "\n".join(line if one.startswith("lan") else one for one in SHADOW.split("\n"))
    assert with_files(machine, {"/etc/shadow": shadow}).facts["blank_password_count"] == state


def test_an_empty_field_in_passwd_itself_is_an_empty_password(machine):
    result = with_files(machine, {"/etc/passwd": PASSWD.replace("thực-tập:x:", "thực-tập::")})
    assert result.facts["blank_password_count"] == 1
    assert users(result)["thực-tập"]["password"] == "empty"


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/shadow", "/etc/group"])
@pytest.mark.parametrize("junk", ["rác", "+::::::", "a:b:c", "x" * 5000, "\ufffd\0:1:2:3:4:5:6"])
def test_a_line_that_is_not_understood_takes_the_counts_with_it(machine, path, junk):
    result = with_files(machine, {path: FILES[path] + junk + "\n"})
    assert "table-unclear" in result.reason
    lost = {
        "/etc/passwd": ("accounts", "superuser_count", "administrator_count", "blank_password_count"),
        "/etc/shadow": ("blank_password_count", "never_expiring_count", "administrator_count"),
        "/etc/group": ("administrator_count", "everyone_administrator"),
    }
    assert not set(lost[path]) & set(result.facts)
    assert result.facts["lockout_threshold"] == 0


def test_an_account_that_shadow_lacks_is_no_locked_one(machine):
    result = with_files(machine, {"/etc/shadow": SHADOW.replace("thực-tập", "ai-đó")})
    assert "blank_password_count" not in result.facts
    assert "password" not in users(result)["thực-tập"]


def test_without_the_right_to_read_shadow_nothing_is_said_of_passwords(machine, monkeypatch):
    host = machine(FILES)
    read = host.read_bytes

    def refuse(path, limit=0):
        if path == "/etc/shadow":
            raise HostError("permission-denied", path)
        return read(path, limit)

    monkeypatch.setattr(host, "read_bytes", refuse)
    result = accounts.collect(host, Settings())
    assert result.reason == "permission-denied: /etc/shadow"
    assert not {"blank_password_count", "never_expiring_count", "administrator_count"} & set(result.facts)
    assert result.facts["superuser_count"] == 1


def test_a_second_root_is_counted(machine):
    result = with_files(
        machine,
        {"/etc/passwd": PASSWD + "toor:x:0:0::/root:/bin/sh\n", "/etc/shadow": SHADOW + "toor:*:1:0:99999:7:::\n"},
    )
    assert result.facts["superuser_count"] == 2
    assert users(result)["toor"]["administrator"] is True


def test_an_account_that_never_logged_on_is_as_idle_as_its_password_is_old(machine):
    result = with_files(machine, {"/var/log/wtmp": b""})
    assert users(result)["thực-tập"]["idle_since"] == "2025-11-08T00:00:00Z"
    assert "last_logon" not in users(result)["thực-tập"]


def test_without_lastlog_an_account_out_of_sight_is_not_said_to_be_idle(machine, tmp_path):
    host = machine({**FILES, "/var/log/wtmp": b""})
    host.path("/var/log/lastlog").unlink()
    assert "idle_since" not in users(accounts.collect(host, Settings()))["thực-tập"]


def test_lastlog2_is_read_where_it_has_taken_over(machine):
    host = machine(FILES)
    path = host.path(lastlog2.PATH)
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT)"
        )
        database.execute("INSERT INTO Lastlog2 VALUES ('lan.nguyễn', ?, 'tty7', '', 'gdm')", (NOV_20 + DAY,))
    database.close()
    found = users(accounts.collect(host, Settings()))
    assert found["lan.nguyễn"]["last_logon"] == "2026-11-21T00:00:00Z"
    assert "idle_since" not in found["cũ"]
    path.write_bytes(b"SQLite format 3\0" + os.urandom(200))
    assert "unreadable: logons" in accounts.collect(host, Settings()).reason


@pytest.mark.parametrize(
    ("conf", "threshold", "minutes"),
    [
        ("", 3, 10),
        ("deny = 5\nunlock_time = 0\n", 5, -1),
        ("deny=20 # nhiều\nunlock_time=90\n", 20, 2),
        ("deny = 0\n", 0, None),
    ],
)
def test_faillock_locks_as_its_file_says(machine, conf, threshold, minutes):
    facts = with_files(machine, {"/etc/pam.d/common-auth": FAILLOCK, "/etc/security/faillock.conf": conf}).facts
    assert (facts["lockout_threshold"], facts.get("lockout_minutes")) == (threshold, minutes)


def test_arguments_of_the_module_come_before_its_file(machine):
    stack = FAILLOCK.replace("authfail", "authfail deny=8 unlock_time=never").replace(
        "preauth", "preauth deny=8 unlock_time=never"
    )
    facts = with_files(machine, {"/etc/pam.d/common-auth": stack, "/etc/security/faillock.conf": "deny = 3\n"}).facts
    assert (facts["lockout_threshold"], facts["lockout_minutes"]) == (8, -1)


@pytest.mark.parametrize(
    "stack",
    [
        FAILLOCK.replace("auth     [default=die]  pam_faillock.so authfail\n", ""),
        FAILLOCK.replace("auth     required       pam_faillock.so preauth\n", ""),
        COMMON_AUTH + "auth required pam_faillock.so preauth\nauth [default=die] pam_faillock.so authfail\n",
        FAILLOCK.replace("authfail", "authfail deny=nhiều"),
        FAILLOCK.replace("authfail", "authfail conf=/tmp/x"),
        FAILLOCK + "vô nghĩa\n",
    ],
)
def test_a_lock_out_that_is_half_set_up_is_no_lock_out(machine, stack):
    result = with_files(machine, {"/etc/pam.d/common-auth": stack})
    assert "lockout_threshold" not in result.facts
    assert "pam-unclear: lockout" in result.reason


def test_one_door_without_a_lock_makes_the_lock_worthless(machine):
    files = {"/etc/pam.d/common-auth": FAILLOCK, "/etc/pam.d/sshd": "auth required pam_unix.so\n"}
    assert with_files(machine, files).facts["lockout_threshold"] == 0


def test_the_older_module_locks_only_with_a_number(machine):
    for argument, threshold in (("", 0), (" deny=5 unlock_time=900", 5)):
        stack = f"auth required pam_tally2.so{argument}\n" + COMMON_AUTH
        assert with_files(machine, {"/etc/pam.d/common-auth": stack}).facts["lockout_threshold"] == threshold


@pytest.mark.parametrize(
    ("arguments", "conf", "length", "classes"),
    [
        ("retry=3", "", 8, 1),
        ("retry=3", "minlen = 14\nminclass = 4\n", 14, 4),
        ("minlen=12", "minlen = 14\n", 12, 1),
        ("", "minlen = 14\ndcredit = 1\nucredit = -1\nlcredit = -1\n", 13, 2),
        ("", "minlen = 14\ndcredit=-1\nucredit=-1\nlcredit=-1\nocredit=-1\n", 14, 4),
        ("", "minlen = 14\nenforcing = 0\n", 6, 1),
    ],
)
def test_pwquality_is_read_with_its_credits(machine, arguments, conf, length, classes):
    stack = f"password requisite pam_pwquality.so {arguments}\n" + COMMON_PASSWORD
    files = {"/etc/pam.d/common-password": stack, "/etc/security/pwquality.conf": conf}
    facts = with_files(machine, files).facts
    assert (facts["password_min_length"], facts["password_classes"]) == (length, classes)


def test_a_later_file_of_pwquality_wins(machine):
    files = {
        "/etc/pam.d/common-password": "password requisite pam_pwquality.so\n" + COMMON_PASSWORD,
        "/etc/security/pwquality.conf": "minlen = 14\n",
        "/etc/security/pwquality.conf.d/50-yếu.conf": "minlen = 7\n",
    }
    assert with_files(machine, files).facts["password_min_length"] == 7


@pytest.mark.parametrize("module", ["pam_passwdqc.so", "pam_sss.so", "pam_pwquality.so minlen=dài"])
def test_rules_of_a_module_that_is_not_read_are_not_guessed(machine, module):
    result = with_files(machine, {"/etc/pam.d/common-password": f"password requisite {module}\n{COMMON_PASSWORD}"})
    assert "password_min_length" not in result.facts
    assert "pam-unclear: password-rules" in result.reason


def test_old_passwords_are_counted(machine):
    stack = "password required pam_pwhistory.so remember=24 use_authtok\n" + COMMON_PASSWORD
    assert with_files(machine, {"/etc/pam.d/common-password": stack}).facts["password_history"] == 24


def test_includes_that_go_round_are_a_gap(machine):
    result = with_files(machine, {"/etc/pam.d/common-auth": "@include common-auth\n"})
    assert "pam-unclear: lockout" in result.reason


def test_this_machine_is_read_twice_the_same():
    first, second = (accounts.collect(Host(), Settings()) for _ in range(2))
    assert first == second
    assert first.facts["superuser_count"] >= 1
    assert "lockout_threshold" in first.facts
