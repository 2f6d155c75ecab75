"""Facts of the line watch, made for tests."""

from datetime import UTC, datetime

from tuanthu_policy.timeline import NAMES


def text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def watch(since: datetime, *items, **more) -> dict:
    """Facts of `wan`: each item is kind, begin and end (None: it lasts)."""
    return {
        "watched_since": text(since),
        "interruptions": [
            {"kind": kind, "from": text(begin)} | ({"to": text(end)} if end else {}) for kind, begin, end in items
        ],
    } | more


def journal(states, upto: int, moment) -> dict:
    """What a journal says at minute `upto` of `states`, one for each minute: a state's code, 0 for unwatched."""
    items, begin = [], 0
    for at in range(1, upto + 1):
        if at == upto or states[at] != states[begin]:
            name = NAMES.get(states[begin], "unwatched")
            if name != "up":
                items.append((name, moment(begin), None if at == upto else moment(at)))
            begin = at
    return watch(moment(0), *items)
