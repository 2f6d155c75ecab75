"""Policies: publishing one, and which was in force at a moment."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
import zstandard
from django.db import transaction

from tuanthu_policy.policy import Policy
from tuanthu_server.compliance.models import ControlName, PolicyVersion, RuleName
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.store.interface import Store
from tuanthu_server.local_time import shown

MOST_SETS_OF_KINDS = 256


class PolicyInForce(msgspec.Struct, frozen=True):
    """A policy with the moment from which it is in force."""

    digest: str
    in_force_from: datetime
    policy: Policy


class Numbered(msgspec.Struct, frozen=True):
    """A policy version made ready for the judge: rules, measures and controls by their numbers in the database."""

    version: int
    policy: Policy
    rules: dict[str, int]
    """Rules and the measures of indicators, in one sequence of numbers."""
    measures: frozenset[int]
    """Which of these are measures: they are counted, and have no rows of results."""
    controls: dict[int, tuple[int, ...]]
    """Control number → numbers of the rules that decide it."""
    controls_of_rule: dict[int, tuple[int, ...]]
    reading: dict[frozenset[str], tuple[str, ...]] = {}
    """Answers of `rules_reading` so far; a policy never changes, and agents report few different sets of kinds."""
    read: dict[tuple[str, ...] | None, frozenset[str]] = {}
    """Answers of `kinds_read_by` so far."""

    def rules_reading(self, kinds: frozenset[str]) -> tuple[str, ...]:
        """The rules and measures that read at least one of these kinds."""
        if kinds not in self.reading:
            if len(self.reading) > MOST_SETS_OF_KINDS:
                self.reading.clear()
            self.reading[kinds] = self.policy.rules_reading(kinds)
        return self.reading[kinds]

    def kinds_read_by(self, rules: tuple[str, ...] | None) -> frozenset[str]:
        """The kinds that these read; None means all."""
        if rules not in self.read:
            if len(self.read) > MOST_SETS_OF_KINDS:
                self.read.clear()
            self.read[rules] = self.policy.kinds_read_by(self.policy.judged if rules is None else rules)
        return self.read[rules]


def publish(policy: Policy, in_force_from: datetime | None = None, note: str = "") -> PolicyVersion:
    """Put a policy in force from a moment on (now, if none is given); nothing is done where it is in force already.

    Assets are not judged here but by the next `sweep`. Raises InputError when another policy begins at that moment.
    """
    now = datetime.now(UTC)
    moment = in_force_from or now
    with transaction.atomic():
        valid = PolicyVersion.objects.filter(in_force_from__lte=moment).order_by("-in_force_from").first()
        if valid is not None and valid.digest == policy.digest:
            return valid
        if PolicyVersion.objects.filter(in_force_from=moment).exists():
            raise InputError(
                f"Đã có chính sách khác có hiệu lực từ đúng {shown(moment)}; hãy chọn thời điểm khác",
                f"Another policy is in force from exactly {shown(moment)}; choose another moment",
            )
        RuleName.objects.bulk_create([RuleName(code=code) for code in policy.judged], ignore_conflicts=True)
        ControlName.objects.bulk_create(
            [ControlName(code=code) for code in policy.control_rules()], ignore_conflicts=True
        )
        return PolicyVersion.objects.create(
            digest=policy.digest,
            body=zstandard.ZstdCompressor().compress(policy.bundle()),
            published_at=now,
            in_force_from=moment,
            note=note,
        )


def in_force(at: datetime) -> PolicyInForce:
    """The policy in force at a moment; raises InputError when there was none."""
    version = PolicyVersion.objects.filter(in_force_from__lte=at).order_by("-in_force_from").first()
    if version is None:
        raise InputError(
            f"Chưa có chính sách nào có hiệu lực vào {shown(at)}; hãy chọn ngày muộn hơn, hoặc ban hành "
            "chính sách bằng `tuanthu-server policies publish`",
            f"No policy was in force at {shown(at)}; choose a later day, or publish one with "
            "`tuanthu-server policies publish`",
        )
    return PolicyInForce(version.digest, version.in_force_from, _load(version.digest))


def numbered_in_force(store: Store, at: datetime) -> Numbered | None:
    """The policy in force, for the judge; read in each transaction, so that no process keeps an old one."""
    found = store.rows(
        "SELECT id, digest FROM compliance_policyversion WHERE in_force_from <= %s ORDER BY in_force_from DESC LIMIT 1",
        [at],
    )
    return _number(*found[0]) if found else None


@lru_cache(maxsize=8)
def _load(digest: str) -> Policy:
    """The compiled policy of a digest: immutable, hence kept."""
    body = PolicyVersion.objects.filter(digest=digest).values_list("body", flat=True)[0]
    return Policy.from_bundle(zstandard.ZstdDecompressor().decompress(bytes(body)))


@lru_cache(maxsize=8)
def _number(version: int, digest: str) -> Numbered:
    policy = _load(digest)
    rules = _numbers(RuleName, policy.judged)
    measures = frozenset(rules[code] for code in policy.measures)
    controls = _numbers(ControlName, policy.control_rules())
    decided_by = {
        controls[code]: tuple(rules[rule] for rule in codes) for code, codes in policy.control_rules().items()
    }
    reverse: dict[int, list[int]] = {}
    for control, members in decided_by.items():
        for rule in members:
            reverse.setdefault(rule, []).append(control)
    return Numbered(
        version, policy, rules, measures, decided_by, {rule: tuple(found) for rule, found in reverse.items()}
    )


def _numbers(model: Any, codes: Any) -> dict[str, int]:
    return dict(model.objects.filter(code__in=list(codes)).values_list("code", "id"))
