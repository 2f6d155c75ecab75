"""Tokens and enrolment."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.signing import TestAgent

from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory import tokens


def refused(agent, token, **changes):
    from tuanthu_server.inventory.models import Asset

    before = Asset.objects.count()
    with pytest.raises(Refusal) as caught:
        enrol(*agent.enrolment(token, **changes))
    assert Asset.objects.count() == before
    return caught.value.code


def test_a_token_is_good_for_as_many_machines_as_it_says(unit):
    token = tokens.issue(unit, uses=2)
    assert [enrol(*TestAgent().enrolment(token))[1] for _ in range(2)] == [True, True]
    assert refused(TestAgent(), token) == "token-used"


def test_an_answer_that_was_lost_is_given_again_without_a_use(unit):
    token, agent = tokens.issue(unit), TestAgent()
    first, created = enrol(*agent.enrolment(token))
    again, created_again = enrol(*agent.enrolment(token))
    assert (created, created_again) == (True, False)
    assert first.agent == again.agent


def test_a_key_that_is_known_cannot_take_another_token(unit):
    agent = TestAgent()
    enrol(*agent.enrolment(tokens.issue(unit)))
    assert refused(agent, tokens.issue(unit)) == "key-known"


def test_unknown_expired_and_revoked_tokens_are_refused(unit):
    from tuanthu_server.inventory.models import EnrolToken

    assert refused(TestAgent(), "TT-22222-22222-22222-22222-22222") == "token-unknown"
    token = tokens.issue(unit)
    EnrolToken.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refused(TestAgent(), token) == "token-expired"
    token = tokens.issue(unit)
    tokens.revoke(EnrolToken.objects.order_by("-pk")[0].pk)
    assert refused(TestAgent(), token) == "token-revoked"


def test_possession_of_the_key_must_be_proved(unit):
    token, agent = tokens.issue(unit), TestAgent()
    body, _ = agent.enrolment(token)
    _, foreign = TestAgent().enrolment(token)
    with pytest.raises(Refusal) as caught:
        enrol(body, foreign)
    assert caught.value.code == "signature-invalid"
    assert enrol(*agent.enrolment(token))[1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"schema_version": 2}, "schema-version"),
        ({"public_key": "AAAA"}, "malformed"),
        ({"machine": {"hostname": "x" * 256}}, "malformed"),
        ({"machine": {"hostname": "máy\x00"}}, "malformed"),
        ({"machine": {"hostname": "máy", "role": "boss"}}, "malformed"),
        ({"extra": 1}, "malformed"),
    ],
)
def test_an_enrolment_that_is_not_as_agreed_is_refused(unit, changes, code):
    assert refused(TestAgent(), tokens.issue(unit), **changes) == code


def test_of_many_that_use_the_last_use_at_once_one_wins(unit, policy):
    from django.db import connection

    token = tokens.issue(unit)
    outcomes = []

    def attempt():
        try:
            outcomes.append(enrol(*TestAgent().enrolment(token))[1])
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [True] + ["token-used"] * 5


def test_only_a_digest_of_the_token_is_kept(unit):
    from tuanthu_server.inventory.models import EnrolToken

    token = tokens.issue(unit)
    assert token.encode() not in bytes(EnrolToken.objects.get().digest)
    assert tokens.digest(token) == tokens.digest(f" {token.lower()} ")
