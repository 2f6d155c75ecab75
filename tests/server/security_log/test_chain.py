from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from tuanthu_server.security_log import append_only, chain
from tuanthu_server.security_log.doer import doing
from tuanthu_server.security_log.events import NAMES, Event
from tuanthu_server.security_log.models import SecurityEvent, SecurityHead

pytestmark = pytest.mark.django_db


def fill() -> None:
    with doing("bà-hằng", "203.0.113.9"):
        chain.record(Event.PERSON_ADDED, "cán-bộ-đức", role="officer")
        chain.record(Event.PERSON_CHANGED, "cán-bộ-đức", units=["TYT-01", "TYT-02"])
    chain.record(Event.SIGN_IN_FAILED, known=False)


def test_every_event_has_a_name():
    assert NAMES.keys() == set(Event)


def test_a_whole_log_verifies_and_tells_its_end():
    assert chain.verify() == chain.Verification(0, chain.START)
    fill()
    found = chain.verify()

    assert (found.events, found.broken_at) == (3, None)
    assert found.digest == SecurityEvent.objects.get(sequence=3).digest
    first = SecurityEvent.objects.get(sequence=1)
    assert (first.actor, first.address, first.detail) == ("bà-hằng", "203.0.113.9", {"role": "officer"})
    assert SecurityEvent.objects.get(sequence=3).actor == ""


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (lambda: SecurityEvent.objects.filter(sequence=2).update(subject="người-khác"), 2),
        (lambda: SecurityEvent.objects.filter(sequence=2).update(detail={"units": []}), 2),
        (lambda: SecurityEvent.objects.filter(sequence=1).update(address=""), 1),
        (lambda: SecurityEvent.objects.filter(sequence=2).delete(), 2),
        (lambda: SecurityEvent.objects.filter(sequence=3).delete(), 3),
        (lambda: SecurityEvent.objects.filter(sequence=3).update(sequence=4), 3),
        (lambda: SecurityHead.objects.all().delete(), 4),
    ],
)
def test_whatever_was_changed_or_taken_away_is_found(change, at):
    fill()
    change()

    assert chain.verify().broken_at == at


@pytest.mark.parametrize(
    "verb", ["UPDATE security_log_securityevent SET subject = ''", "DELETE FROM security_log_securityevent"]
)
def test_the_database_itself_refuses_to_change_the_log(verb):
    fill()
    append_only.install(connection)
    try:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb)
        chain.record(Event.SIGNED_IN, "bà-hằng")
    finally:
        append_only.remove(connection)

    assert chain.verify().events == 4


def test_an_event_is_kept_with_what_it_tells_of_or_not_at_all():
    with transaction.atomic():
        fill()
        transaction.set_rollback(True)

    assert chain.verify() == chain.Verification(0, chain.START)


def test_hostile_text_is_kept_as_text():
    chain.record(Event.SIGN_IN_FAILED, "a\0b\x1b[31m\u202e" + "x" * 500, note="\0")

    assert chain.verify().broken_at is None
    assert "\x1b" not in SecurityEvent.objects.get().subject


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_one_chain():
    def one(number):
        try:
            chain.record(Event.SIGNED_IN, f"người-{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))

    assert (chain.verify().events, chain.verify().broken_at) == (40, None)
