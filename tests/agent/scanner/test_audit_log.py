"""The log of attempts: written before the packet leaves, and no line of it can be changed, moved, added or cut unseen."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.scanner.conftest import FakeClock, make_scope
from tests.agent.scanner.families import CAMERA, FAMILY, TWO, WEB, answer, order

from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_agent.scanner.audit_check import check
from tuanthu_agent.scanner.audit_log import AuditLog
from tuanthu_agent.scanner.audit_record import Record
from tuanthu_agent.scanner.budget import DeviceKey, Head, Limits
from tuanthu_agent.scanner.errors import AuditLogError, BudgetRefusedError, LedgerError
from tuanthu_policy.devices.verdict import AttemptOutcome

NOBODY = Head(0, "")


def record(number=1, phase="intent", **changes):
    values = {
        "seq": 0,
        "prev": "",
        "at": datetime(2026, 11, 24, 5, tzinfo=UTC),
        "phase": phase,
        "attempt": number,
        "scope": "019ab000-0000-7000-8000-000000000001",
        "authorisation": "Quyết định 123/QĐ-SYT",
        "device": "a4:14:37:00:00:01",
        "address": "127.20.0.5",
        "protocol": "http",
        "port": 80,
        "login": "acme-camera/web",
        "account": "quản-trị",
        **changes,
    }
    return Record(**values)


def fill(folder, count=6):
    """So many lines; where they end."""
    log, head = AuditLog(folder), NOBODY
    for number in range(count):
        head = log.append(record(number, account=f"người dùng {number}"), head)
    return log, head


def verify(log, head):
    with log.path.open("rb") as lines:
        return check(lines, head)


def codes(log, head):
    return [fault.code for fault in verify(log, head).faults]


def test_a_sound_log_has_no_faults(tmp_path):
    log, head = fill(tmp_path)
    report = verify(log, head)
    assert report.faults == []
    assert [one.account for one in report.records] == [f"người dùng {number}" for number in range(6)]
    assert (report.torn, report.unconfirmed) == (0, False)
    assert log.path.stat().st_mode & 0o077 == 0


def lines_of(log):
    return log.path.read_bytes().splitlines(keepends=True)


def rewrite(log, lines):
    log.path.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("mutate", "code"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b"2", b"3", 1), *lines[3:]], "changed"),
        (lambda lines: [*lines[:2], lines[2].replace(b'"http"', b'"ssh"'), *lines[3:]], "changed"),
        (lambda lines: [*lines[:5], lines[5].replace(b'"http"', b'"ssh"')], "changed"),
        (lambda lines: [*lines[:2], *lines[3:]], "missing"),
        (lambda lines: lines[1:], "missing"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "missing"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "missing"),
        (lambda lines: lines[:5], "cut"),
        (lambda lines: [*lines[:5], lines[5][:20]], "cut"),
        (lambda lines: [*lines[:5], lines[5][:-1]], "cut"),
        (lambda lines: [], "cut"),
        (lambda lines: [*lines[:2], b"\n", *lines[2:]], "foreign"),
        (lambda lines: [*lines, b"{}\n"], "foreign"),
        (lambda lines: [*lines[:2], b"nonsense\n", *lines[3:]], "foreign"),
    ],
)
def test_each_kind_of_tampering_is_named(tmp_path, mutate, code):
    log, head = fill(tmp_path)
    rewrite(log, mutate(lines_of(log)))
    report = verify(log, head)
    assert code in [fault.code for fault in report.faults]
    assert all(fault.vi != fault.en for fault in report.faults)


@pytest.mark.parametrize("end", [b"{}\n", b"\n", b"nonsense\n"])
def test_a_log_to_which_somebody_added_is_not_continued(tmp_path, end):
    log, head = fill(tmp_path)
    log.path.write_bytes(log.path.read_bytes() + end)
    with pytest.raises(AuditLogError):
        log.append(record(), head)


def test_a_crash_while_a_torn_line_is_closed_is_no_fault(tmp_path):
    log, head = fill(tmp_path)
    log.path.write_bytes(log.path.read_bytes() + b'{"seq":7,"pr~\n')
    assert codes(log, head) == []
    log.path.write_bytes(log.path.read_bytes() + b'{"se')
    assert codes(log, head) == []
    head = log.append(record(), head)
    report = verify(log, head)
    assert (report.faults, report.torn, len(report.records)) == ([], 2, 7)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_single_mutation_goes_unseen(tmp_path, data):
    log, head = fill(tmp_path) if not (tmp_path / "audit.jsonl").exists() else (AuditLog(tmp_path), None)
    if head is None:
        log.path.unlink()
        log, head = fill(tmp_path)
    whole = log.path.read_bytes()
    lines = whole.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(whole) - 1))
    row, other = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
    byte = bytes([data.draw(st.integers(0, 255))])
    moved = [line for number, line in enumerate(lines) if number != row]
    moved.insert(other, lines[row])
    mutated = data.draw(
        st.sampled_from(
            [
                whole[:place] + byte + whole[place + 1 :],
                whole[:place] + byte + whole[place:],
                whole[:place] + whole[place + 1 :],
                whole[:place],
                b"".join(lines[:row] + lines[row + 1 :]),
                b"".join([*lines[:row], lines[other], *lines[row:]]),
                b"".join(moved),
                b"".join([*lines[:row], byte + b"\n", *lines[row:]]),
            ]
        )
    )
    log.path.write_bytes(mutated)
    report = verify(log, head)
    assert (report.faults != []) is (mutated != whole)


@given(st.lists(st.binary(max_size=60)))
def test_no_bytes_make_the_check_fall_over(lines):
    report = check([line.replace(b"\n", b"") + b"\n" for line in lines], NOBODY)
    assert report.records == []
    assert bool(report.faults or report.torn) is bool(lines)


def test_a_log_without_a_ledger_cannot_be_vouched_for(tmp_path):
    log, _ = fill(tmp_path)
    assert codes(log, None) == ["no-ledger"]
    assert check([], None).faults == []


def test_an_old_ledger_put_back_is_seen(tmp_path):
    log, head = fill(tmp_path, 3)
    later = log.append(record(), head)
    log.append(record(), later)
    assert codes(log, head) == ["beyond"]
    with pytest.raises(AuditLogError):
        log.append(record(), head)


@pytest.mark.parametrize("length", [1, 40, -1])
def test_a_line_half_written_in_a_crash_stays_as_evidence(tmp_path, length):
    log, head = fill(tmp_path, 3)
    after = log.append(record(99), head)
    lines = lines_of(log)
    torn = lines[3][:length]
    rewrite(log, [*lines[:3], torn])
    report = verify(log, head)
    assert (report.faults, report.torn) == ([], 1)

    new = log.append(record(4), head)
    assert new.sequence == 4 == after.sequence
    report = verify(log, new)
    assert (report.faults, report.torn, len(report.records)) == ([], 1, 4)
    assert lines_of(log)[3].startswith(torn)
    new = log.append(record(5), new)
    assert codes(log, new) == []

    lines = lines_of(log)
    for tampered in ([*lines[:3], *lines[4:]], [*lines[:3], b"x" + lines[3], *lines[4:]]):
        rewrite(log, tampered)
        assert "foreign" in codes(log, new)


def test_a_crash_before_the_ledger_knew_is_no_fault_once(tmp_path):
    log, head = fill(tmp_path, 3)
    log.append(record(), head)
    report = verify(log, head)
    assert (report.faults, report.unconfirmed) == ([], True)
    assert log.check(head).sequence == 4


def test_a_log_longer_than_a_block_is_continued(tmp_path):
    log, head = fill(tmp_path, 3)
    head = log.append(record(reason="x" * 300_000), head)
    head = log.append(record(), head)
    assert codes(log, head) == []


def test_a_log_of_another_ledger_is_not_continued(tmp_path):
    log, head = fill(tmp_path, 3)
    for wrong in (NOBODY, Head(3, "0" * 64), Head(2, head.hash), Head(9, head.hash)):
        with pytest.raises(AuditLogError) as caught:
            log.append(record(), wrong)
        assert "audit-log verify" in caught.value.vi
    assert codes(log, head) == []


def test_every_login_is_written_before_it_is_sent_and_after(tmp_path, clock):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        permit = attempts.begin(order(), TWO)
        (intent,) = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_bytes().splitlines()]
        attempts.finish(permit, answer(reason="status-401: sai mật khẩu"))
    log = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    outcome = json.loads(log.splitlines()[1])
    assert intent["phase"] == "intent"
    assert intent["authorisation"] == make_scope().authorisation
    assert (intent["device"], intent["address"], intent["port"]) == (CAMERA.mac, CAMERA.address, 80)
    assert (intent["login"], intent["account"]) == ("acme-camera/web", "admin")
    assert (outcome["phase"], outcome["outcome"]) == ("outcome", "refused")
    assert outcome["attempt"] == intent["attempt"] == permit.number
    assert "bí-mật" not in log


def test_what_the_budget_refuses_is_not_in_the_log(tmp_path, clock):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        with pytest.raises(BudgetRefusedError):
            attempts.begin(order(), Limits(per_day=2, left=1))
        assert not (tmp_path / "audit.jsonl").exists()
        assert attempts.refusal(CAMERA, TWO) is None


def test_where_the_log_cannot_be_written_nothing_is_spent(tmp_path, clock):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        (tmp_path / "audit.jsonl").mkdir()
        with pytest.raises(AuditLogError):
            attempts.begin(order(), TWO)
        (tmp_path / "audit.jsonl").rmdir()
        assert attempts.standing(CAMERA, FAMILY, WEB).attempts == 0


def test_a_lock_out_is_known_even_where_the_log_is_gone(tmp_path, clock):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        permit = attempts.begin(order(), TWO)
        (tmp_path / "audit.jsonl").unlink()
        with pytest.raises(AuditLogError):
            attempts.finish(permit, answer(AttemptOutcome.LOCKED))
        assert attempts.refusal(CAMERA, TWO).code == "stopped"


def test_where_the_ledger_cannot_keep_the_login_the_next_one_goes_on(tmp_path, clock, monkeypatch):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(0), TWO), answer())
        with monkeypatch.context() as patch:
            patch.setattr(attempts.ledger, "set_head", lambda _: (_ for _ in ()).throw(LedgerError("đầy", "full")))
            for _ in range(3):
                with pytest.raises(LedgerError):
                    attempts.begin(order(1), TWO)
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(1), TWO), answer())
        with (tmp_path / "audit.jsonl").open("rb") as lines:
            report = check(lines, attempts.ledger.head)
    assert report.faults == []
    assert attempts


def test_a_ledger_that_is_gone_while_its_log_is_not_is_never_started_anew(tmp_path, clock):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(), TWO), answer())
    for path in tmp_path.glob("budget.sqlite*"):
        path.unlink()
    for _ in range(2):
        with pytest.raises(LedgerError) as caught:
            Attempts(tmp_path, make_scope(), clock)
        assert "bị mất" in caught.value.vi
        assert not (tmp_path / "budget.sqlite").exists()
    (tmp_path / "budget.sqlite").touch()
    with pytest.raises(LedgerError, match="is gone"):
        Attempts(tmp_path, make_scope(), clock)


def test_a_log_that_is_gone_while_its_ledger_is_not_is_never_started_anew(tmp_path, clock):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(), TWO), answer())
    (tmp_path / "audit.jsonl").unlink()
    with pytest.raises(AuditLogError):
        Attempts(tmp_path, make_scope(), clock)


def test_a_lock_out_without_a_login_stops_the_device(tmp_path, clock):
    with Attempts(tmp_path, make_scope(), clock) as attempts:
        attempts.see(DeviceKey("127.20.0.5", CAMERA.mac))
        attempts.stop(DeviceKey("127.20.0.5"), "locked", 60)
        assert attempts.refusal(CAMERA, TWO).code == "stopped"


def test_a_login_that_a_crash_left_without_an_answer_is_spent(tmp_path):
    with Attempts(tmp_path, make_scope(), FakeClock()) as attempts:
        attempts.begin(order(), TWO)
    with Attempts(tmp_path, make_scope(), FakeClock()) as attempts:
        standing = attempts.standing(CAMERA, FAMILY, WEB)
        assert (standing.attempts, standing.tested, len(standing.untried)) == (1, 0, 6)
        attempts.finish(attempts.begin(order(1), TWO), answer(AttemptOutcome.REFUSED))
        assert attempts.refusal(CAMERA, TWO).code == "spent"
