"""What is read of real servers' books and cables, so that a wrong count by the lab is no false truth."""

import struct

import pytest
from tests.lab.devices.state import SITE_PASSWORD
from tests.lab.real import books, tap

from tuanthu_agent.scanner.protocols.mqtt import packets as mqtt
from tuanthu_agent.scanner.protocols.snmp import packets as snmp
from tuanthu_agent.scanner.protocols.snmp import usm

DROPBEAR = """[87] Nov 24 23:20:33 Child connection from 127.0.0.1:41278
[87] Nov 24 23:20:33 Password auth succeeded for 'admin' from 127.0.0.1:41278
[87] Nov 24 23:20:33 Exit (admin) from <127.0.0.1:41278>: Exited normally
[11] Nov 24 23:20:33 Bad password attempt for 'root' from 127.0.0.1:41280
[11] Nov 24 23:20:34 Exit before auth from <127.0.0.1:41280>: (user 'root', 1 fails): Exited normally
[37] Nov 24 23:20:34 Login attempt for nonexistent user
"""
VSFTPD = """[pid 65] CONNECT: Client "127.0.0.1"
[pid 65] [admin] FTP command: Client "127.0.0.1", "PASS <password>"
[pid 64] [admin] OK LOGIN: Client "127.0.0.1"
[pid 66] [admin] FTP command: Client "127.0.0.1", "QUIT"
[pid 67] [admin] FAIL LOGIN: Client "127.0.0.1"
[pid 68] FTP command: Client "127.0.0.1", "QUIT"
[pid 69] [ftp] OK LOGIN: Client "127.0.0.1", anon password "guest"
"""
PAM = "auth refused root\nauth accepted admin\nopen_session - admin\nclose_session - admin\nauth accepted admin\nopen_session - admin\n"


def test_each_servers_own_book_is_understood():
    assert books.of_dropbear(DROPBEAR) == ([("admin", "accepted"), ("root", "refused"), ("?", "refused")], 1, 1)
    assert books.of_vsftpd(VSFTPD) == ([("admin", "accepted"), ("admin", "refused"), ("ftp", "accepted")], 2, 1)
    assert books.of_pam(PAM) == ([("root", "refused"), ("admin", "accepted"), ("admin", "accepted")], 2, 1)


def test_only_wrong_logins_that_still_count_are_a_lock_out(tmp_path):
    def record(valid):
        return b"10.77.0.2".ljust(52, b"\0") + struct.pack("<HHQ", 0, valid, 1)

    (tmp_path / "root").write_bytes(record(1) * 3)
    (tmp_path / "admin").write_bytes(record(1) * 2 + record(0))
    assert books.locked(tmp_path) == ["root"]


@pytest.mark.parametrize(
    ("protocol", "sent", "account", "answers"),
    [
        ("http", b"GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46eA==\r\n\r\n", "admin",
         {b"HTTP/1.1 200 OK\r\n": "accepted", b"HTTP/1.1 401 X\r\n": "refused", b"HTTP/1.1 403 X\r\n": "403"}),
        ("rtsp", b'DESCRIBE / RTSP/1.0\r\nAuthorization: Digest username="root", realm="x"\r\n\r\n', "root",
         {b"RTSP/1.0 200 OK\r\n": "accepted", b"RTSP/1.0 401 X\r\n": "refused"}),
        ("http", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nAuthorization: Basic YWRtaW46eA==\r\n\r\n", None, {}),
        ("mqtt", mqtt.connect(mqtt.V311, "ai-do", "admin", "x"), "admin",
         {b"\x20\x02\0\0": "accepted", b"\x20\x02\0\5": "refused", b"\xd0\0": None}),
        ("mqtt", mqtt.connect(mqtt.V311, "ai-do", None, None), None, {}),
        ("snmp", snmp.get(snmp.V2C, "public", 7, snmp.SYS_DESCR), "public", {}),
        ("snmp", usm.discovery(7), None, {}),
        ("snmp", usm.signed_get(7, usm.Engine(b"engine", 1, 1), usm.Key("nguoi", b"k" * 16, "md5"), snmp.SYS_DESCR),
         "nguoi", {}),
    ],
)  # fmt: skip
def test_logins_and_answers_are_read_off_the_cable(protocol, sent, account, answers):
    login_of, answer_of = tap.READERS[protocol]
    assert login_of(sent) == account
    assert {data: answer_of(data) for data in answers} == answers


def packet(source, target, data, number=1):
    """IPv4 with a TCP segment."""
    head = struct.pack("!HHIIBBHHH", source, target, number, 0, 5 << 4, 0, 0, 0, 0)
    size = 20 + len(head) + len(data)
    return b"\x45\0" + struct.pack("!H", size) + b"\0" * 5 + b"\x06" + b"\0" * 10 + head + data


def test_a_segment_sent_twice_is_one_login_and_silence_a_refusal():
    made = tap.Tap.__new__(tap.Tap)
    made.port, made.logins, made.pending, made.seen = 80, [], {}, set()
    made.login_of, made.answer_of = tap.READERS["http"]
    request = b"GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46eA==\r\n\r\n"
    for sent in (packet(5000, 80, request), packet(5000, 80, request), packet(80, 5000, b"HTTP/1.1 200 OK\r\n\r\n")):
        made.take(sent)
    made.take(packet(5001, 80, request, 2))
    assert made.attempts() == [("admin", "accepted"), ("admin", "refused")]
    made.take(packet(80, 5001, b"HTTP/1.1 200 OK\r\n\r\n", 3))
    assert made.attempts() == [("admin", "accepted")], "an account that goes with each request is one login"


def test_real_kinds_are_only_in_states_that_their_programs_have():
    from tests.lab.devices.registry import REAL

    assert {state for kind in REAL.values() for state in kind.mutations()} == {
        "default", "changed", "open", "forced-change", "lock-3-account",
    }  # fmt: skip
    assert not any((user, SITE_PASSWORD) in kind.accounts for kind in REAL.values() for user, _ in kind.accounts)
