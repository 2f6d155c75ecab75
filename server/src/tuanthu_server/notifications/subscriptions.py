"""Subscriptions: made, listed, tried and ended."""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime, time
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from tuanthu_server.accounts.models import User
from tuanthu_server.config import Config
from tuanthu_server.errors import InputError
from tuanthu_server.notifications.channels import way
from tuanthu_server.notifications.channels.interface import DeliveryError, Letter
from tuanthu_server.notifications.kinds import Channel, Kind
from tuanthu_server.notifications.models import Message, Subscription
from tuanthu_server.notifications.outbox import WAITING

MOST: Final = 20
"""Subscriptions of one person."""
LANGUAGES: Final = ("vi", "en")


def add(
    user: User,
    channel: str,
    address: str,
    kinds: Collection[str],
    config: Config,
    *,
    language: str = "vi",
    quiet: tuple[time, time] | None = None,
    urgent: bool = False,
) -> Subscription:
    """A new subscription; raises InputError for one that could never work."""
    if channel not in Channel.values:
        raise _not_among(channel, Channel.values)
    unknown = [one for one in kinds if one not in Kind.values]
    if unknown or not kinds:
        raise _not_among(", ".join(unknown) or "–", Kind.values)
    if language not in LANGUAGES:
        raise _not_among(language, LANGUAGES)
    kept = way(channel, config).check(address.strip())
    if Subscription.objects.filter(user=user, ended_at=None).count() >= MOST:
        raise InputError(f"Mỗi người có tối đa {MOST} đăng ký", f"A person has at most {MOST} subscriptions")
    if Subscription.objects.filter(user=user, channel=channel, address=kept, ended_at=None).exists():
        raise InputError("Đã có đăng ký này; hãy bỏ nó trước", "There is such a subscription; remove it first")
    return Subscription.objects.create(
        user=user,
        channel=channel,
        address=kept,
        kinds=sorted(set(kinds)),
        language=language,
        quiet_from=quiet[0] if quiet else None,
        quiet_to=quiet[1] if quiet else None,
        urgent=urgent,
        created_at=datetime.now(UTC),
    )


def find(number: int) -> Subscription:
    """One that has not ended; raises InputError."""
    found = Subscription.objects.filter(pk=number, ended_at=None).select_related("user").first()
    if found is None:
        raise InputError(f"Không có đăng ký số {number}", f"There is no subscription {number}")
    return found


def remove(number: int) -> Subscription:
    """End it; what waits for it is not sent. Raises InputError."""
    found = find(number)
    found.ended_at = datetime.now(UTC)
    found.save(update_fields=["ended_at"])
    Message.objects.filter(WAITING, subscription=found).update(given_up_at=found.ended_at, error="ended")
    return found


def listed(user: User | None = None) -> QuerySet[Subscription]:
    """Those that have not ended, of one person or of all, with what waits, what was given up, and the last success."""
    waiting = Q(messages__sent_at=None, messages__given_up_at=None, messages__isnull=False)
    found = Subscription.objects.filter(ended_at=None).select_related("user").order_by("pk")
    found = found if user is None else found.filter(user=user)
    return found.annotate(
        waiting=Count("messages", filter=waiting),
        given_up=Count("messages", filter=Q(messages__given_up_at__isnull=False)),
        last_sent=Max("messages__sent_at"),
    )


def try_out(one: Subscription, config: Config) -> None:
    """Send a letter that says nothing, now; raises InputError with what went wrong."""
    english = one.language.startswith("en")
    letter = Letter(
        id=str(uuid.uuid4()),
        kind="test",
        written_at=datetime.now(UTC),
        language=one.language,
        subject="[Tuanthu] Test message" if english else "[Tuanthu] Thư thử",
        text=f"Subscription {one.pk} works.\n" if english else f"Đăng ký số {one.pk} nhận được thông báo.\n",
    )
    try:
        way(one.channel, config).send(letter, one.address, one.pk)
    except DeliveryError as error:
        raise InputError(f"Không gửi được: {error.told}", f"Not sent: {error.told}") from None


def _not_among(text: str, known: Collection[str]) -> InputError:
    return InputError(
        f"{text}: không hợp lệ; chọn trong {', '.join(known)}", f"{text}: not valid; one of {', '.join(known)}"
    )
