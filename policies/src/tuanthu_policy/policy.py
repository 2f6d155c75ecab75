"""A whole policy: fact catalogue, rules, frameworks and indicators, compiled, with its digest and its bundle."""

import hashlib
from collections.abc import Collection, Container, Iterable
from datetime import datetime
from functools import cached_property

import msgspec

from tuanthu_policy.checks import Locate, asset_sort, check_policy, unplaced
from tuanthu_policy.compiled import CompiledRule
from tuanthu_policy.control import Control, Framework
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.evaluate import Sightings, evaluate
from tuanthu_policy.fact import AssetSort, FactKind
from tuanthu_policy.indicator import IndicatorPlan
from tuanthu_policy.indicator_checks import check_plans
from tuanthu_policy.result import RuleResult
from tuanthu_policy.rule import Rule

BUNDLE_FORMAT = 1
SCAN_KIND = "scan"


def control_code(code: str, sort: AssetSort) -> str:
    """The code under which a control's figures about a sort of asset are kept."""
    return f"device:{code}" if sort is AssetSort.DEVICE else code


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A policy as one document: what a collector publishes, stores and hands out.

    What came later is left out where it is empty, so that older bundles stay canonical.
    """

    format: int
    kinds: list[FactKind]
    rules: list[Rule]
    frameworks: list[Framework]
    indicators: list[IndicatorPlan] = []


class Policy:
    """What is asked and how it is judged. Immutable; two policies with one digest ask the same."""

    def __init__(
        self,
        kinds: Iterable[FactKind],
        rules: Iterable[Rule],
        frameworks: Iterable[Framework],
        locate: Locate = unplaced,
        *,
        plans: Iterable[IndicatorPlan] = (),
    ) -> None:
        """Check and compile; raises PolicyError, placed in a file by `locate`."""
        self.kinds: dict[str, FactKind] = {kind.kind: kind for kind in sorted(kinds, key=lambda one: one.kind)}
        self.rules: dict[str, Rule] = {rule.id: rule for rule in sorted(rules, key=lambda one: one.id)}
        self.frameworks: dict[str, Framework] = {one.id: one for one in sorted(frameworks, key=lambda one: one.id)}
        self.plans: dict[str, IndicatorPlan] = {one.id: one for one in sorted(plans, key=lambda one: one.id)}
        self.compiled: dict[str, CompiledRule] = check_policy(self.kinds, self.rules, self.frameworks, locate)
        self.measures: dict[str, CompiledRule] = check_plans(
            self.plans, self.kinds, self.rules, self.frameworks, locate
        )
        """The questions of indicators by their codes (`indicator.measure_code`)."""
        self.judged: dict[str, CompiledRule] = self.compiled | self.measures
        """All that a collector judges, of whatever sort of asset."""
        self.sorts: dict[str, AssetSort] = {name: asset_sort(rule, self.kinds) for name, rule in self.judged.items()}
        """What each of these is about."""
        self._control_rules: dict[AssetSort, dict[str, tuple[str, ...]]] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 (lower-case hex) of the bundle."""
        return hashlib.sha256(self.bundle()).hexdigest()

    def bundle(self) -> bytes:
        """The policy as one canonical JSON document: keys sorted, no white space, UTF-8."""
        whole = Bundle(
            format=BUNDLE_FORMAT,
            kinds=list(self.kinds.values()),
            rules=list(self.rules.values()),
            frameworks=list(self.frameworks.values()),
            indicators=list(self.plans.values()),
        )
        return msgspec.json.encode(whole, order="sorted")

    @classmethod
    def from_bundle(cls, data: bytes) -> "Policy":
        """Read a bundle back; raises PolicyError where it is none, or of a format that this version does not know."""
        try:
            whole = msgspec.json.decode(data, type=Bundle)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise PolicyError(f"gói chính sách bị hỏng: {error}", f"damaged policy bundle: {error}") from None
        if whole.format != BUNDLE_FORMAT:
            raise PolicyError(
                f"gói chính sách có định dạng {whole.format}; phiên bản này chỉ đọc {BUNDLE_FORMAT}",
                f"policy bundle has format {whole.format}; this version reads {BUNDLE_FORMAT}",
            )
        policy = cls(whole.kinds, whole.rules, whole.frameworks, plans=whole.indicators)
        if policy.bundle() != data:
            raise PolicyError("gói chính sách không ở dạng chuẩn tắc", "the policy bundle is not in its canonical form")
        return policy

    def rules_about(self, sort: AssetSort) -> list[Rule]:
        """The rules about one sort of asset, by id."""
        return [rule for name, rule in self.rules.items() if self.sorts[name] is sort]

    def asked(self, sort: AssetSort, seen: Container[str] = ()) -> tuple[str, ...]:
        """What is judged on an asset of a sort on which these kinds were seen: its rules, and measures on machines.

        Rules about scans are asked of a machine only once it has scanned.
        """
        wanted = {sort}
        if sort is not AssetSort.DEVICE and SCAN_KIND in seen:
            wanted = {AssetSort.MACHINE, AssetSort.SCANNER}
        return tuple(name for name, about in self.sorts.items() if about in wanted)

    def control_rules(self, sort: AssetSort = AssetSort.MACHINE) -> dict[str, tuple[str, ...]]:
        """Code of a control → its rules about one sort of asset (controls without any left out), sorted.

        The code is `framework/control`, or `framework` for all its rules; for devices with `device:` before it, so that
        a figure of machines and one of devices never have one name. Worked out once; nobody may change it.
        """
        if sort not in self._control_rules:
            self._control_rules[sort] = self._rules_of_controls(sort)
        return self._control_rules[sort]

    def _rules_of_controls(self, sort: AssetSort) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for framework in self.frameworks.values():
            every: set[str] = set()
            for control in framework.controls:
                rules = [rule for rule in control.rules if self.sorts[rule] is sort]
                if rules:
                    found[control_code(f"{framework.id}/{control.id}", sort)] = tuple(sorted(rules))
                    every.update(rules)
            if every:
                found[control_code(framework.id, sort)] = tuple(sorted(every))
        return found

    def whole_controls(self, sort: AssetSort = AssetSort.MACHINE) -> dict[str, tuple[str, ...]]:
        """Code of a whole framework → the codes of its controls, as `control_rules` has them."""
        codes = self.control_rules(sort)
        return {
            whole: tuple(code for code in codes if code.startswith(f"{whole}/"))
            for whole in (control_code(framework, sort) for framework in self.frameworks)
            if whole in codes
        }

    def attested_controls(self) -> dict[str, Control]:
        """The clauses on which a person must state something, by `framework/control`."""
        return {
            f"{framework.id}/{control.id}": control
            for framework in self.frameworks.values()
            for control in framework.controls
            if control.attestation is not msgspec.UNSET
        }

    def rules_reading(self, kinds: Collection[str]) -> tuple[str, ...]:
        """The rules and measures that read at least one of these kinds: to be judged again when such evidence comes."""
        wanted = frozenset(kinds)
        return tuple(name for name, rule in self.judged.items() if not wanted.isdisjoint(rule.kinds))

    def kinds_read_by(self, rules: Collection[str]) -> frozenset[str]:
        """The kinds that these rules or measures read; raises KeyError for an unknown one."""
        return frozenset(kind for name in rules for kind in self.judged[name].kinds)

    def judge(self, sightings: Sightings, at: datetime, rules: Iterable[str] | None = None) -> list[RuleResult]:
        """Judge these rules or measures on the newest sighting of each kind, at `at`; where none are named, the rules
        about a machine.

        Raises KeyError for an unknown one; no evidence raises.
        """
        if rules is None:
            rules = [name for name in self.asked(AssetSort.MACHINE, sightings) if name in self.rules]
        return [evaluate(self.judged[name], sightings, at) for name in rules]
