"""Policies: publishing one, and which was in force at a moment."""

from collections.abc import Container
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
import zstandard
from django.db import transaction

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.policy import SCAN_KIND, Policy
from tuanthu_server.compliance.models import ControlName, PolicyVersion, RuleName
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.store.interface import Store
from tuanthu_server.local_time import shown
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

MOST_SETS_OF_KINDS = 256
COUNTED = (AssetSort.MACHINE, AssetSort.DEVICE)
"""Sorts of assets with figures of their own."""


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
    controls_about: dict[bool, tuple[int, ...]]
    """Whether of devices → numbers of the controls that are about them, or about machines."""
    control_numbers: dict[str, int]
    wholes: dict[int, tuple[int, ...]]
    """Number of a whole framework → numbers of its controls."""
    whole: dict[tuple[bool, bool], tuple[str, ...]]
    """Whether of a device, and whether it has scanned → all that is asked of it."""
    reading: dict[tuple[frozenset[str], bool], tuple[str, ...]] = {}
    """Answers of `rules_reading` so far; a policy never changes, and agents report few different sets of kinds."""
    read: dict[tuple[tuple[str, ...] | None, bool], frozenset[str]] = {}
    """Answers of `kinds_read_by` so far."""

    def asked(self, seen: Container[str], *, device: bool) -> tuple[str, ...]:
        """All that is asked of an asset of which these kinds were seen."""
        return self.whole[device, SCAN_KIND in seen]

    def rules_reading(self, kinds: frozenset[str], *, device: bool = False) -> tuple[str, ...]:
        """The rules and measures about such an asset that read at least one of these kinds.

        Rules about scans are among them only where a scan is what changed: of other machines they are not asked.
        """
        if (kinds, device) not in self.reading:
            if len(self.reading) > MOST_SETS_OF_KINDS:
                self.reading.clear()
            asked = frozenset(self.asked(kinds, device=device))
            self.reading[kinds, device] = tuple(one for one in self.policy.rules_reading(kinds) if one in asked)
        return self.reading[kinds, device]

    def kinds_read_by(self, rules: tuple[str, ...] | None, *, device: bool = False) -> frozenset[str]:
        """The kinds that these read; None means all that can be asked of such an asset."""
        if (rules, device) not in self.read:
            if len(self.read) > MOST_SETS_OF_KINDS:
                self.read.clear()
            chosen = self.whole[device, True] if rules is None else rules
            self.read[rules, device] = self.policy.kinds_read_by(chosen)
        return self.read[rules, device]


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
        ControlName.objects.bulk_create([ControlName(code=code) for code in _controls(policy)], ignore_conflicts=True)
        record(Event.POLICY_PUBLISHED, policy.digest, in_force_from=moment.isoformat(), note=note)
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


class VersionLine(msgspec.Struct, frozen=True):
    """One version in the list of versions."""

    number: int
    digest: str
    published_at: datetime
    in_force_from: datetime
    note: str


def versions() -> list[VersionLine]:
    """Every version that was published, the newest in force first."""
    rows = PolicyVersion.objects.order_by("-in_force_from")
    return [VersionLine(*row) for row in rows.values_list("pk", "digest", "published_at", "in_force_from", "note")]


def version_policy(number: int) -> Policy | None:
    """The policy of a version; None where there is no such version."""
    digest = PolicyVersion.objects.filter(pk=number).values_list("digest", flat=True).first()
    return _load(digest) if digest else None


def of_digest(digest: str) -> Policy:
    """A policy that was published; raises InputError where it was not."""
    if not PolicyVersion.objects.filter(digest=digest).exists():
        raise InputError(f"Chưa từng ban hành chính sách {digest}", f"No policy {digest} was ever published")
    return _load(digest)


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
    everything = _controls(policy)
    controls = _numbers(ControlName, everything)
    decided_by = {controls[code]: tuple(rules[rule] for rule in codes) for code, codes in everything.items()}
    reverse: dict[int, list[int]] = {}
    for control, members in decided_by.items():
        for rule in members:
            reverse.setdefault(rule, []).append(control)
    return Numbered(
        version,
        policy,
        rules,
        measures,
        decided_by,
        {rule: tuple(found) for rule, found in reverse.items()},
        controls_about={
            sort is AssetSort.DEVICE: tuple(controls[code] for code in policy.control_rules(sort)) for sort in COUNTED
        },
        control_numbers=controls,
        wholes={
            controls[code]: tuple(controls[member] for member in members)
            for sort in COUNTED
            for code, members in policy.whole_controls(sort).items()
        },
        whole={
            (sort is AssetSort.DEVICE, scanned): policy.asked(sort, {SCAN_KIND} if scanned else ())
            for sort in COUNTED
            for scanned in (False, True)
        },
    )


def _controls(policy: Policy) -> dict[str, tuple[str, ...]]:
    """All codes of controls with their rules, those about devices too."""
    return {code: rules for sort in COUNTED for code, rules in policy.control_rules(sort).items()}


def _numbers(model: Any, codes: Any) -> dict[str, int]:
    return dict(model.objects.filter(code__in=list(codes)).values_list("code", "id"))
