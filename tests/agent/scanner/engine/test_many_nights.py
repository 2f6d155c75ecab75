"""Whatever a device answers, night after night: no budget overspent, no account twice, nothing after a lock, no false pass."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.scanner.engine.scripted import Engine
from tests.agent.scanner.families import make_family

from tuanthu_agent.scanner.engine.concluding import settled, tried_accounts
from tuanthu_agent.scanner.interface import Attempt, Look
from tuanthu_policy.devices.family import Account, Lockout
from tuanthu_policy.devices.verdict import AttemptOutcome, Verdict

OUTCOMES = st.builds(
    Attempt,
    st.sampled_from(list(AttemptOutcome)),
    left=st.sampled_from([None, None, None, 0, 1, 2, 3, 9]),
    unlock_seconds=st.sampled_from([None, None, 60, 100_000]),
)
LOOKS = st.builds(
    Look,
    st.sampled_from([None, None, None, None, *list(AttemptOutcome)[3:]]),
    left=st.sampled_from([None, None, None, 0, 1, 2, 5]),
)
NIGHT = st.fixed_dictionaries(
    {
        "answers": st.dictionaries(
            st.tuples(st.sampled_from(["http", "ssh"]), st.sampled_from([f"bí-mật-{number}" for number in range(4)])),
            OUTCOMES,
            max_size=4,
        ),
        "looks": st.dictionaries(st.sampled_from(["http", "ssh"]), LOOKS, max_size=2),
        "hours": st.sampled_from([0.5, 6.0, 23.0, 25.0, 80.0]),
        "set_clock": st.sampled_from([0.0, 0.0, 0.0, -90_000.0, 90_000.0]),
        "month": st.booleans(),
        "ports": st.sampled_from(
            [(("http", 80),), (("http", 80), ("ssh", 22)), (("http", 80), ("http", 8080), ("ssh", 22))]
        ),
    }
)
FAMILY = make_family(accounts=[Account(user="admin", password=f"bí-mật-{number}", source=0) for number in range(4)])


def times_refused(tried, cycle, way, account):
    """On how many nights of one audit, this or the last."""
    keys = [(one, way.target.login.protocol, account.password) for one in (cycle, cycle - 1)]
    return max(sum(said is AttemptOutcome.REFUSED for _, said in tried.get(key, [])) for key in keys)


def check_repetition(rows, *, silent):
    """An account is tried again in an audit on another night only, and only where nothing clear was answered.

    Once, where it was sent; as often as it takes where no connection came about. A first refusal is not clear where a
    lock-out is silent.
    """
    for (first, _), (second, _) in pairwise(rows):
        assert second - first >= 86_000, "an account twice in one night"
    before = [said for _, said in rows if said is not AttemptOutcome.UNSENT][:-1]
    refused = before.count(AttemptOutcome.REFUSED)
    assert set(before) <= {AttemptOutcome.UNCLEAR, AttemptOutcome.UNREACHABLE, AttemptOutcome.REFUSED}, "a clear answer"
    assert refused <= silent, "a refused account again"
    assert len(before) - refused <= 1, "an account without an answer more than twice"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    nights=st.lists(NIGHT, min_size=1, max_size=6),
    per_day=st.integers(1, 4),
    lockout=st.sampled_from([None, 2, 3, 5]),
    silent=st.booleans(),
)
def test_the_law_holds_over_many_nights(tmp_path_factory, nights, per_day, lockout, silent):
    known = {} if lockout is None else {"attempts": lockout}
    family = make_family(accounts=FAMILY.accounts, lockout=Lockout(**known, silent=silent))
    engine = Engine(tmp_path_factory.mktemp("nights") / "scan", family, attempts_per_day=per_day)
    real, moments, locked_until, tried = 0.0, [], 0.0, {}
    allowed = min(per_day, 2, 99 if lockout is None else lockout - 1)
    for night in nights:
        engine.device.answers, engine.device.looks = night["answers"], night["looks"]
        engine.cycle += night["month"]
        engine.clock.set(night["set_clock"])
        before, uptime = len(engine.device.logins), engine.clock.uptime
        ways = engine.night(*night["ports"], hours=0)
        fresh = engine.device.logins[before:]
        real += engine.clock.uptime - uptime
        if fresh:
            assert real >= locked_until, "a login after a lock-out signal"
        for _, protocol, user, password, _ in fresh:
            if not user.startswith("tuanthu-"):
                said = night["answers"].get((protocol, password))
                outcome = AttemptOutcome.REFUSED if said is None else said.outcome
                tried.setdefault((engine.cycle, protocol, password), []).append((real, outcome))
        moments += [real] * len(fresh)
        assert sum(one > real - 86_000 for one in moments) <= allowed
        for rows in tried.values():
            check_repetition(rows, silent=silent)
        said = [night["answers"].get((protocol, password)) for _, protocol, _, password, _ in fresh]
        outcomes = [one.outcome for one in said if one is not None]
        looked = [one.outcome for one in night["looks"].values()]
        if AttemptOutcome.LOCKED in outcomes:
            assert outcomes[-1] is AttemptOutcome.LOCKED, "a login after the first sign of a lock-out"
            locked_until = real + 86_000
        if AttemptOutcome.LOCKED in looked and any(way.look.outcome is AttemptOutcome.LOCKED for way in ways):
            assert not fresh
        for way in ways:
            if settled(way).verdict is Verdict.DEFAULT_REJECTED:
                assert all(way.outcomes.get(index) is AttemptOutcome.REFUSED for index, _ in way.accounts)
                for _, account in way.accounts:
                    assert times_refused(tried, engine.cycle, way, account) >= 1 + silent
        engine.clock.pass_(night["hours"] * 3600)
        real += night["hours"] * 3600


@settings(max_examples=25, deadline=None)
@given(days=st.lists(st.sampled_from([1.05, 1.5, 2.0, 6.0]), min_size=4, max_size=8))
def test_whatever_the_pauses_every_account_has_its_turn_and_then_there_is_peace(tmp_path_factory, days):
    engine = Engine(tmp_path_factory.mktemp("pauses") / "scan", FAMILY)
    tested = 0
    for pause in days:
        (way,) = engine.night(("http", 80), hours=pause * 24)
        now = settled(way).tested
        assert now >= tested
        tested = now
    assert tested == len(FAMILY.accounts) == len(engine.device.logins)
    assert tried_accounts(way) == sorted({account.user for account in FAMILY.accounts})
    assert timedelta(0) < engine.device.logins[-1][4] - engine.device.logins[0][4]
