"""`audit-log verify` and `audit-log show` as an officer runs them."""

import pytest
from tests.agent.scanner.conftest import make_scope
from tests.agent.scanner.families import SHELL, TWO, answer, order

from tuanthu_agent.cli import main
from tuanthu_agent.cli.auditing import OUTCOMES, outcome_text
from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_policy.devices.verdict import AttemptOutcome


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TUANTHU_AGENT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def state(home, clock):
    folder = home / "scan"
    with Attempts(folder, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(0), TWO), answer(AttemptOutcome.REFUSED))
        attempts.begin(order(1, login=SHELL), TWO)
    return folder


def run(capfd, *arguments):
    with pytest.raises(SystemExit) as caught:
        main(["audit-log", *map(str, arguments)])
    printed = capfd.readouterr()
    return caught.value.code, " ".join((printed.out + printed.err).split())


def test_a_sound_log_is_said_to_be_sound(state, capfd):
    code, text = run(capfd, "verify")
    assert code == 0
    assert "Nhật ký nguyên vẹn: 3 dòng." in text


def test_it_is_also_found_where_state_says(state, tmp_path, capfd):
    elsewhere = tmp_path / "elsewhere"
    state.rename(elsewhere)
    assert run(capfd, "verify")[0] == 3
    assert run(capfd, "verify", "--state", elsewhere)[0] == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_changed_log_ends_with_1_and_says_where(state, monkeypatch, capfd, language):
    monkeypatch.setenv("TUANTHU_AGENT_LANGUAGE", language)
    path = state / "audit.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"refused"', b'"unclear"'))
    code, text = run(capfd, "verify")
    assert code == 1
    assert ("Dòng 3" if language == "vi" else "Line 3") in text
    assert ("KHÔNG nguyên vẹn" if language == "vi" else "NOT sound") in text


def test_a_log_that_was_cut_or_taken_away_is_told(state, capfd):
    path = state / "audit.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert "đã bị cắt" in run(capfd, "verify")[1]
    path.unlink()
    code, text = run(capfd, "verify")
    assert code == 1
    assert "đã bị cắt" in text


def test_a_log_without_its_ledger_is_told(state, capfd):
    for path in state.glob("budget.sqlite*"):
        path.unlink()
    code, text = run(capfd, "verify")
    assert code == 1
    assert "không có sổ" in text


def test_a_damaged_ledger_is_an_error(state, capfd):
    (state / "budget.sqlite").write_bytes(b"garbage" * 1000)
    assert run(capfd, "verify")[0] == 3


def test_where_nothing_was_scanned_it_says_so(home, capfd):
    code, text = run(capfd, "verify")
    assert code == 3
    assert "chưa từng quét" in text


def test_looking_changes_nothing(state, capfd):
    before = {path.name: path.read_bytes() for path in state.iterdir() if path.suffix != ".sqlite-shm"}
    run(capfd, "verify")
    run(capfd, "show")
    after = {path.name: path.read_bytes() for path in state.iterdir() if path.suffix != ".sqlite-shm"}
    assert {name: data for name, data in after.items() if data} == {name: data for name, data in before.items() if data}


def test_it_shows_who_when_where_and_what_came_of_it(state, capfd):
    code, text = run(capfd, "show")
    assert code == 0
    for word in ("12:00 24/11/2026", "a4:14:37:00:00:01", "127.20.0.5", "http:80", "admin", "bị từ chối", "Quyết định"):
        assert word in text
    assert "bị ngắt giữa chừng" in text
    assert "bí-mật" not in text


def test_every_outcome_has_words():
    assert set(OUTCOMES) == set(AttemptOutcome)
    assert outcome_text("something-new", "vi") == "something-new"
