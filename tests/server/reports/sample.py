"""Hand-made inputs of reports: a sector of any size, judged by the shipped policy, without a database."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.details import AssetResult
from tuanthu_server.compliance.lines.access import NOTHING
from tuanthu_server.compliance.lines.figures import MONTHS, LineMonth, recent_months
from tuanthu_server.compliance.policies import PolicyInForce
from tuanthu_server.compliance.standing import Counts, Standing, UnitCompliance
from tuanthu_server.reports.snapshot.builder import build
from tuanthu_server.reports.snapshot.inputs import Inputs, LineFacts, UnitFacts
from tuanthu_server.reports.snapshot.model import DepartmentReport
from tuanthu_server.reports.texts import load_texts, organisation, with_number

NOW = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
FRAMEWORK = "directive-14-2018"
POLICY = load_policy()
RULES = POLICY.control_rules()[FRAMEWORK]
NAMES = (
    "Bệnh viện đa khoa vùng Tây Nguyên",
    "Trung tâm Y tế Krông Pắc",
    "Trạm Y tế phường Buôn Ma Thuột",
    "Trạm Y tế xã Ea Súp",
)
REASONS = {
    Outcome.FAIL: (
        "not-equal: antivirus.products.realtime",
        "too-old: antivirus.products.signature_date",
        "too-low: antivirus.product_count",
    ),
    Outcome.UNKNOWN: (
        "missing: antivirus.products.running: service-manager-unavailable",
        "failed: antivirus: permission-denied",
    ),
    Outcome.STALE: ("stale: antivirus",),
    Outcome.ERROR: ("error: antivirus: deadline",),
    Outcome.NOTCHECKED: ("never-observed: antivirus",),
}
WEIGHTS = {
    Outcome.PASS: 80,
    Outcome.FAIL: 9,
    Outcome.UNKNOWN: 4,
    Outcome.STALE: 3,
    Outcome.ERROR: 1,
    Outcome.NOTCHECKED: 3,
}


def counts(outcomes) -> Counts:
    found = Counter(outcomes)
    return Counts(*(found[outcome] for outcome in Outcome))


def measures(machines) -> dict[str, Counts]:
    """What the indicators ask, of machines of which all that is protected has a licence."""
    found = [outcomes["antivirus.protected"] for outcomes in machines]
    none = [Outcome.FAIL if outcome is Outcome.PASS else outcome for outcome in found]
    better = ("/free", "/builtin")
    return {code: counts(none if code.endswith(better) else found) for code in POLICY.measures}


class Sector:
    """Units with machines; `judge` gives every machine a result for every rule."""

    def __init__(self, texts_dir, seed=14):
        self.random = random.Random(seed)
        self.texts = load_texts(texts_dir)
        self.facts, self.compliance, self.results = [], {}, []
        self.lines = {}
        self.assets = 0

    def unit(self, name, machines=(), expected=None, silent=0, never=0, demonstration=False, code=None):
        """`machines`: each a name and its outcome per rule."""
        key = len(self.facts) + 1
        code = code or f"DV{key:03d}"
        self.facts.append(UnitFacts(key, code, name, "hospital", demonstration, expected))
        for machine, outcomes in machines:
            self._machine(key, machine, outcomes)
        controls = {
            control: counts(max(outcomes[rule] for rule in rules) for _, outcomes in machines)
            for control, rules in POLICY.control_rules().items()
            if control.partition("/")[0] == FRAMEWORK
        }
        rules = {rule: counts(outcomes[rule] for _, outcomes in machines) for rule in RULES}
        self.compliance[key] = UnitCompliance(
            key, len(machines), silent, never, rules, controls, measures([outcomes for _, outcomes in machines])
        )
        return self

    def _machine(self, unit, name, outcomes):
        self.assets += 1
        for rule, outcome in outcomes.items():
            if outcome in REASONS:
                self.results.append(
                    AssetResult(
                        self.assets, unit, name, "workstation", rule, outcome, "condition",
                        self.random.choice(REASONS[outcome]), NOW - timedelta(days=self.random.randrange(90)),
                        UUID(int=self.random.getrandbits(128)),
                    )
                )  # fmt: skip

    def line(self, *months, access=NOTHING):
        """The line of the last unit: up, line-down, gateway-down, collector-down seconds, outages, longest a month."""
        known = [*months, *[()] * (MONTHS - len(months))]
        named = zip(recent_months(NOW), known, strict=True)
        self.lines[len(self.facts)] = [LineMonth(month, 2_000_000, *found) for month, found in named], access
        return self

    def line_facts(self):
        """None where no unit has a line."""
        if not self.lines:
            return None
        nothing = [LineMonth(month, 2_000_000) for month in recent_months(NOW)]
        units = {unit.id: self.lines.get(unit.id, (nothing, NOTHING))[0] for unit in self.facts}
        sector = [LineMonth(month, 2_000_000, 1000, collector_down=1) for month in recent_months(NOW)]
        return LineFacts(units, {unit: access for unit, (_, access) in self.lines.items()}, sector)

    def judge(self):
        chosen = self.random.choices(list(WEIGHTS), WEIGHTS.values(), k=len(RULES))
        return dict(zip(RULES, chosen, strict=True))

    def fill(self, units, machines, demonstration=False):
        """So many units with about so many machines together; every tenth unit is empty, every seventh says nothing."""
        for index in range(units):
            size = 0 if index % 10 == 9 else max(1, machines * 10 // (units * 9))
            found = [(f"PC-{index:03d}-{number:04d}", self.judge()) for number in range(size)]
            expected = None if index % 7 == 6 else size + self.random.randrange(5)
            name = f"{NAMES[index % len(NAMES)]} số {index + 1}"
            self.unit(name, found, expected, silent=size // 10, never=size // 20, demonstration=demonstration)
        return self

    def inputs(self, scope="department", scope_name="Sở Y tế", unit=None) -> Inputs:
        policy = PolicyInForce(POLICY.digest, NOW - timedelta(days=30), POLICY)
        return Inputs(
            created_at=NOW, scope=scope, scope_name=scope_name, framework=FRAMEWORK,
            organisation=with_number(organisation(self.texts, unit), 12),
            standing=Standing(NOW, policy, self.compliance), units=self.facts, results=self.results, lines=self.line_facts(),
        )  # fmt: skip

    def report(self, **scope) -> DepartmentReport:
        return build(self.inputs(**scope), number=12)


def passing(**others):
    """A machine that passes every rule but those named (dots written as two underscores)."""
    changed = {name.replace("__", "."): outcome for name, outcome in others.items()}
    return {rule: changed.get(rule, Outcome.PASS) for rule in RULES}
