"""What waits for a person's decision about machines, kept so that no page has to compare all of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from tuanthu_server.inventory.clones import REMEMBERED, clones
from tuanthu_server.inventory.likeness import probable_pairs, returned
from tuanthu_server.inventory.models import IdentityQuestion

Sort = IdentityQuestion.Sort
Key = tuple[str, int, int]


def ask(now: datetime | None = None) -> int:
    """Compare all machines, keep what waits, drop what waits no more; returns how many questions there are.

    For the background and for commands: it takes as long as there are machines. A question keeps its number.
    """
    moment = now or datetime.now(UTC)
    found = dict(_found(moment))
    with transaction.atomic():
        kept = {_key(one): one for one in IdentityQuestion.objects.select_for_update().order_by("pk")}
        IdentityQuestion.objects.filter(pk__in=[one.pk for key, one in kept.items() if key not in found]).delete()
        changed = [one for key, one in kept.items() if key in found and one.evidence != found[key]]
        for one in changed:
            one.evidence = found[_key(one)]
        IdentityQuestion.objects.bulk_update(changed, ["evidence"])
        IdentityQuestion.objects.bulk_create(
            (
                IdentityQuestion(sort=sort, first_id=first, second_id=second, evidence=evidence, noticed_at=moment)
                for (sort, first, second), evidence in found.items()
                if (sort, first, second) not in kept
            ),
            ignore_conflicts=True,
        )
    return len(found)


def _key(one: IdentityQuestion) -> Key:
    return one.sort, one.first_id, one.second_id


def _found(now: datetime) -> Iterator[tuple[Key, list[Any]]]:
    for pair in probable_pairs():
        yield (Sort.PAIR.value, pair.first.pk, pair.second.pk), [[sign.value, value] for sign, value in pair.signs]
    for clone in clones(now - REMEMBERED):
        yield (Sort.CLONE.value, clone.asset.pk, clone.asset.pk), list(clone.machines)
    for back in returned():
        yield (Sort.RETURNED.value, back.asset.pk, back.asset.pk), []
