"""The law of verdicts: a pass only by explicit refusal of every documented account, or a statement that settles it."""

from itertools import product

import pytest
from tests.policies.devices.making import family, shipped

from tuanthu_policy.devices.verdict import PASSING, Verdict
from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome
from tuanthu_policy.devices.verdicting import Known, conclude

DAHUA = shipped()["dahua-rpc2"]
LOGIN = DAHUA.logins[0]
REFUSED = dict.fromkeys(range(3), Outcome.REFUSED)


def verdict(outcomes, entry=DAHUA, **known):
    return conclude(entry, entry.logins[0], Known(outcomes, **known))


def test_every_documented_account_refused_is_a_pass():
    found = verdict(REFUSED)
    assert (found.verdict, found.tested, found.documented) == (Verdict.DEFAULT_REJECTED, 3, 3)


@pytest.mark.parametrize("outcome", [*[one for one in Outcome if one is not Outcome.REFUSED], None])
def test_no_other_outcome_of_a_single_account_leaves_it_a_pass(outcome):
    known = {**REFUSED, 1: outcome}
    if outcome is None:
        del known[1]
    assert verdict(known).verdict not in PASSING


def test_it_says_how_many_accounts_were_tested():
    found = verdict({0: Outcome.REFUSED})
    assert (found.verdict, found.tested, found.documented, found.reason) == (
        Verdict.INCONCLUSIVE,
        1,
        3,
        "accounts-left: 2",
    )


def test_a_refusal_that_may_be_a_silent_lock_outs_is_no_pass_and_counts_as_untested():
    found = verdict(REFUSED, doubted={0, 2})
    assert (found.verdict, found.tested, found.reason) == (Verdict.INCONCLUSIVE, 1, "silent-lock: 2")
    assert verdict({**REFUSED, 1: Outcome.ACCEPTED}, doubted={0, 2}).verdict is Verdict.DEFAULT_CONFIRMED


@pytest.mark.parametrize(
    ("outcomes", "known", "expected"),
    [
        ({0: Outcome.ACCEPTED}, {}, (Verdict.DEFAULT_CONFIRMED, 0)),
        ({1: Outcome.ACCEPTED}, {"control": Outcome.REFUSED}, (Verdict.DEFAULT_CONFIRMED, 1)),
        ({1: Outcome.ACCEPTED}, {"control": Outcome.ACCEPTED}, (Verdict.ACCEPTS_ANY, 1)),
        ({1: Outcome.ACCEPTED}, {"control": Outcome.NO_AUTH}, (Verdict.ACCEPTS_ANY, 1)),
        ({1: Outcome.ACCEPTED}, {"control": Outcome.UNCLEAR}, (Verdict.DEFAULT_CONFIRMED, 1)),
        ({2: Outcome.MUST_CHANGE}, {}, (Verdict.MUST_CHANGE, 2)),
        ({0: Outcome.REFUSED}, {"look": Outcome.NO_AUTH}, (Verdict.NO_AUTH, None)),
        (REFUSED, {"look": Outcome.NO_AUTH}, (Verdict.NO_AUTH, None)),
        (REFUSED, {"attested": Verdict.UNINITIALISED}, (Verdict.UNINITIALISED, None)),
        ({0: Outcome.ACCEPTED}, {"attested": Verdict.DEFAULT_REJECTED}, (Verdict.DEFAULT_CONFIRMED, 0)),
        ({0: Outcome.ACCEPTED}, {"own_accepted": True}, (Verdict.DEFAULT_CONFIRMED, 0)),
        ({}, {"own_accepted": True, "control": Outcome.REFUSED}, (Verdict.DEFAULT_REJECTED, None)),
        ({}, {"own_accepted": True}, (Verdict.INCONCLUSIVE, None)),
        ({}, {"own_accepted": True, "control": Outcome.UNCLEAR}, (Verdict.INCONCLUSIVE, None)),
        ({}, {"own_accepted": True, "control": Outcome.ACCEPTED}, (Verdict.ACCEPTS_ANY, None)),
        ({}, {"attested": Verdict.DEFAULT_REJECTED}, (Verdict.DEFAULT_REJECTED, None)),
        ({0: Outcome.LOCKED}, {}, (Verdict.LOCKED, None)),
        ({}, {"look": Outcome.LOCKED}, (Verdict.LOCKED, None)),
        ({0: Outcome.MISMATCH}, {}, (Verdict.PROTOCOL_MISMATCH, None)),
        ({}, {"look": Outcome.UNREACHABLE}, (Verdict.INCONCLUSIVE, None)),
        (REFUSED, {"certain": False}, (Verdict.INCONCLUSIVE, None)),
        ({0: Outcome.ACCEPTED}, {"certain": False}, (Verdict.DEFAULT_CONFIRMED, 0)),
    ],
)
def test_verdicts(outcomes, known, expected):
    found = verdict(outcomes, **known)
    assert (found.verdict, found.account) == expected


def test_what_is_never_logged_in_to_never_passes_by_refusal():
    draft = family("dahua-rpc2", status="draft")
    assert (verdict({}, draft).verdict, verdict({}, draft).reason) == (Verdict.INCONCLUSIVE, "draft-entry")
    logins = [{"id": "x", "protocol": "ssh", "side_effects": "evicts-admin-session"}]
    assert verdict(REFUSED, family("dahua-rpc2", logins=logins)).reason == "would-evict-admin"


def test_secrets_of_each_device_and_entries_without_accounts_settle_nothing():
    label = family("dahua-rpc2", accounts=[{"user": "admin", "password_kind": "label", "source": 0}])
    assert verdict({}, label).verdict is Verdict.PER_DEVICE_SECRET
    assert verdict({}, family("dahua-rpc2", accounts=[])).reason == "no-documented-account"


def test_accounts_of_another_login_do_not_count():
    entry = family("mikrotik-routeros", accounts=[{"user": "admin", "password": "", "source": 0, "logins": ["ssh"]}])
    assert conclude(entry, entry.logins[0], Known({0: Outcome.REFUSED})).verdict is Verdict.INCONCLUSIVE
    assert conclude(entry, entry.logins[2], Known({0: Outcome.REFUSED})).verdict is Verdict.DEFAULT_REJECTED


def test_a_generic_web_login_waits_for_the_control():
    generic = shipped()["generic-http-basic"]
    for control, expected in (
        (None, Verdict.INCONCLUSIVE),
        (Outcome.UNCLEAR, Verdict.INCONCLUSIVE),
        (Outcome.REFUSED, Verdict.DEFAULT_CONFIRMED),
        (Outcome.ACCEPTED, Verdict.ACCEPTS_ANY),
    ):
        assert verdict({0: Outcome.ACCEPTED}, generic, control=control).verdict is expected


def test_a_pass_by_logins_always_has_every_account_refused():
    for one, two, three, control in product(
        [*Outcome, None], [*Outcome, None], [Outcome.REFUSED], [None, Outcome.REFUSED, Outcome.ACCEPTED]
    ):
        outcomes = {index: outcome for index, outcome in enumerate((one, two, three)) if outcome is not None}
        if verdict(outcomes, control=control).verdict in PASSING:
            assert outcomes == REFUSED


def test_common_accounts_refused_by_an_unknown_device_are_no_pass():
    generic = shipped()["generic-ssh"]
    refused = dict.fromkeys(range(len(generic.accounts)), Outcome.REFUSED)
    found = verdict(refused, generic)
    assert (found.verdict, found.reason, found.tested) == (Verdict.INCONCLUSIVE, "family-unknown", found.documented)
    assert verdict(refused, generic, own_accepted=True, control=Outcome.REFUSED).verdict is Verdict.DEFAULT_REJECTED
    assert verdict({**refused, 1: Outcome.ACCEPTED}, generic).verdict is Verdict.DEFAULT_CONFIRMED
