"""The site's own credential: tried first, paid for like any login, a pass only where a made-up account is refused."""

import pytest
from tests.agent.scanner.engine.scripted import CAMERA, Engine, verdicts
from tests.agent.scanner.families import WEB

from tuanthu_agent.scanner.engine.concluding import reason_of, settled
from tuanthu_agent.scanner.interface import Look
from tuanthu_agent.scanner.vault import Vault, VaultError
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome, Verdict

SECRET = "Mật-khẩu-riêng-của-trạm"
ACCEPTED = AttemptOutcome.ACCEPTED


@pytest.fixture
def engine(tmp_path):
    engine = Engine(tmp_path / "scan")
    engine.own = lambda device, login: Account(user="quantri", password=SECRET, source=0)
    return engine


def users(engine):
    return [user if not user.startswith("tuanthu-") else "?" for _, _, user, *_ in engine.device.logins]


def web(engine, **changes):
    (way,) = engine.night(("http", 80), **changes)
    return way


def test_accepted_and_a_made_up_account_refused_it_is_a_pass(engine):
    engine.device.answers[("http", SECRET)] = ACCEPTED
    way = web(engine)
    assert users(engine) == ["quantri", "?"]
    concluded = settled(way)
    assert (concluded.verdict, reason_of(way, concluded)) == (Verdict.DEFAULT_REJECTED, "own-credential")


def test_it_stands_on_the_next_nights_and_documented_accounts_are_tried_then(engine):
    engine.device.answers[("http", SECRET)] = ACCEPTED
    web(engine)
    way = web(engine)
    assert users(engine) == ["quantri", "?", "admin", "admin"]
    assert verdicts([way]) == ["default-rejected"]


def test_a_documented_account_that_works_all_the_same_is_found(engine):
    engine.device.answers |= {("http", SECRET): ACCEPTED, ("http", "bí-mật-1"): ACCEPTED}
    web(engine)
    assert verdicts([web(engine)]) == ["default-confirmed"]


def test_whoever_accepts_anything_does_not_pass_by_it(engine):
    engine.device.accepts_any = True
    assert verdicts([web(engine)]) == ["accepts-any"]


def test_without_room_for_the_made_up_account_it_is_no_pass_yet(tmp_path):
    engine = Engine(tmp_path / "scan", attempts_per_day=1)
    engine.own = lambda device, login: Account(user="quantri", password=SECRET, source=0)
    engine.device.answers[("http", SECRET)] = ACCEPTED
    assert verdicts([web(engine)]) == ["inconclusive"]
    assert verdicts([web(engine)]) == ["default-rejected"]
    assert users(engine) == ["quantri", "?"]


def test_refused_it_is_told_and_counted_and_no_default(engine):
    way = web(engine)
    concluded = settled(way)
    assert users(engine) == ["quantri", "admin"]
    assert concluded.verdict is Verdict.INCONCLUSIVE
    assert reason_of(way, concluded) == "own-refused"
    web(engine)
    assert users(engine).count("quantri") == 1, "once an audit"


def test_a_documented_one_is_never_taken_for_the_sites_own(engine):
    engine.own = lambda device, login: Account(user="support", password="bí-mật-6", source=0)
    engine.device.answers[("http", "bí-mật-6")] = ACCEPTED
    way = web(engine)
    assert "own-is-documented" in way.evidence
    assert [number for _, number in engine.sent] == [0, 1]
    assert verdicts([way]) == ["inconclusive"]


def test_nor_is_one_that_another_maker_documents(engine):
    engine.documented = {("quantri", SECRET)}
    engine.device.answers[("http", SECRET)] = ACCEPTED
    way = web(engine)
    assert "quantri" not in users(engine)
    assert verdicts([way]) == ["inconclusive"]


def test_a_lock_out_signal_on_it_ends_the_night(engine):
    engine.device.answers[("http", SECRET)] = AttemptOutcome.LOCKED
    web(engine)
    assert users(engine) == ["quantri"]


def test_where_the_device_says_that_little_is_left_it_is_not_tried(engine):
    engine.device.looks["http"] = Look(left=1)
    web(engine)
    assert users(engine) == []


def test_a_vault_that_cannot_be_read_costs_no_login_and_stops_nothing_else(engine):
    def broken(device, login):
        raise VaultError("hỏng", "broken")

    engine.own = broken
    way = web(engine)
    assert "vault-unreadable" in way.evidence
    assert users(engine) == ["admin", "admin"]


def test_no_password_of_the_vault_reaches_the_books_or_the_findings(engine, tmp_path):
    engine.own = Vault(tmp_path / "vault").own
    vault = Vault(tmp_path / "vault")
    vault.add(CAMERA.mac, WEB.protocol, "quantri", SECRET)
    engine.own = vault.own
    engine.device.answers[("http", SECRET)] = ACCEPTED
    way = web(engine)
    assert verdicts([way]) == ["default-rejected"]
    for path in (*engine.folder.iterdir(), *(tmp_path / "vault").iterdir()):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes()
    assert SECRET not in repr(way.evidence) + repr(way.reason)
