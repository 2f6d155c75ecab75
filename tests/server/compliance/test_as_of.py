"""Any past moment, recomputed here from the statements themselves and compared with what is kept and shown."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import yaml
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.as_of import STATED, check_details, indicators_shown, indicators_told, with_plan
from tests.assets.collector import enrol_agent
from tests.assets.devices import device
from tests.assets.policies import SMALL, TEXT, read, swapped_policy
from tests.assets.signing import held, now_text, observation, time_text

from tuanthu_policy.observation import Observation, Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import attestations, details_at, devices, history, past, policies, waivers
from tuanthu_server.compliance.models import AttestationEvent, LateNote, PastFigures, WaiverEvent
from tuanthu_server.compliance.moment import Moment
from tuanthu_server.compliance.people import Person
from tuanthu_server.compliance.standing import standing_at
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.ingest.intake import delivery
from tuanthu_server.inventory.models import Agent, Asset
from tuanthu_server.units import queries
from tuanthu_server.units.models import Unit, UnitExpectation

HOURS = st.integers(2, 160)
VALUES = st.sampled_from([True, False, "missing", "beat", "beat", None])
STEPS = st.lists(st.tuples(HOURS, VALUES, VALUES), min_size=1, max_size=6, unique_by=lambda step: step[0])
EXCEPTIONS = st.lists(
    st.tuples(
        st.sampled_from(["alpha.good", "both.good", "test/one", "test/two"]),
        st.sampled_from(["asset", "unit", "all"]),
        st.integers(0, 1),
        HOURS,
        st.none() | HOURS,
    ),
    max_size=4,
)
STATEMENTS = st.lists(st.tuples(st.integers(0, 1), st.booleans(), HOURS, st.none() | HOURS), max_size=3)


def first_policy():
    """With a clause to attest and a rule about devices."""
    data = yaml.safe_load(SMALL)
    data["kinds"].append(
        yaml.safe_load(f"""
        kind: device
        asset: device
        title: {TEXT}
        facts:
          default_login: {{type: boolean, title: {TEXT}, description: {TEXT}}}
    """)
    )
    data["rules"].append(
        {**data["rules"][0], "id": "device.login", "condition": {"fact": "device.default_login", "is": False}}
    )
    data["frameworks"][0]["controls"][0]["attestation"] = {"what": {"vi": "thử", "en": "test"}, "valid_for": "90d"}
    return with_plan(read(yaml.safe_dump(data, allow_unicode=True)))


class Machine:
    """One machine: its reports, and what it stated when."""

    def __init__(self, unit, steps, now):
        self.unit, self.agent = unit, enrol_agent(unit, "máy")
        self.asset = Agent.objects.get(pk=self.agent.id).asset_id
        self.told: dict[str, list[tuple[datetime, dict]]] = {"alpha": [], "beta": []}
        self.signed = []
        self.beats: dict[bytes, list[tuple[str, datetime]]] = {}
        last = {}
        for hours, *values in sorted(steps, key=lambda step: -step[0]):
            at, seen, beats = now - timedelta(hours=hours), [], []
            for kind, value in zip(("alpha", "beta"), values, strict=True):
                if value in (True, False, "missing"):
                    last[kind] = observation(kind, {} if value == "missing" else {"good": value}, at=at)
                    seen.append(last[kind])
                elif value is None or kind not in last:
                    continue
                else:
                    beats.append((kind, at))
                self.told[kind].append((at, last[kind]))
            body, signature = self.agent.report(seen, [held(last[kind], when) for kind, when in beats])
            self.beats[body] = beats
            self.signed.append(delivery(body, "", self.agent.id, signature, sent_at=now_text(), channel="https"))

    def forget(self, body, resend):
        """Heartbeats of what the collector did not know yet: it asked for it in full, and nobody sends it here."""
        for kind, at in self.beats.get(body, ()):
            self.told[kind] = [one for one in self.told[kind] if one[0] != at or one[1]["digest"] not in resend]

    def sightings(self, at):
        """Of each kind the last statement, as evidence."""
        found = {}
        for kind, told in self.told.items():
            before = [one for one in told if one[0] <= at]
            if before:
                found[kind] = Sighting(msgspec.convert(before[-1][1], Observation), before[-1][0])
        return found


def expected(machines, policy, at, exceptions, unit):
    """Counts of one unit by code, the waived ones under (code, "waived")."""
    counts = Counter()
    for machine in machines:
        if machine.unit != unit:
            continue
        outcomes = {result.rule: result.outcome for result in policy.judge(machine.sightings(at), at)}
        named = {
            code
            for code, scope, begin, end in exceptions
            if begin <= at < end and scope in (machine.asset, machine.unit, None)
        }
        failing = {rule for rule, outcome in outcomes.items() if outcome is Outcome.FAIL}
        clauses = {code: rules for code, rules in policy.control_rules().items() if code != "test"}
        bad = {code: failing & set(rules) for code, rules in clauses.items()}
        waived = {code for code, rules in bad.items() if rules and (code in named or rules <= named)}
        for rule, outcome in outcomes.items():
            counts[rule, outcome] += rule in policy.rules
        for code, rules in policy.control_rules().items():
            counts[code, max(outcomes[rule] for rule in rules)] += 1
        for code in (failing & named) | waived:
            counts[code, "waived"] += 1
        if failing and all(code in waived for code, rules in bad.items() if rules):
            counts["test", "waived"] += 1
    return +counts


def shown(found):
    """The same of a standing."""
    counts = Counter()
    for table in (found.rules, found.controls):
        for code, cells in table.items():
            counts.update({(code, outcome): msgspec.structs.astuple(cells)[outcome] for outcome in Outcome})
            counts[code, "waived"] += cells.waived
    return +counts


def grant(drawn, machines, units, people, now):
    """Waivers as drawn: number of scope, hours since the approval, and until the revocation."""
    found = []
    for code, scope, which, begin, end in drawn:
        asset, unit = machines[which % len(machines)].asset, units[which]
        made = waivers.propose(
            waivers.Proposal(
                rule="" if "/" in code else code, control=code if "/" in code else "", authority="v", reason="r",
                asset=asset if scope == "asset" else None, unit=unit.pk if scope == "unit" else None,
                valid_from=now - timedelta(days=20), expires_at=now + timedelta(days=20),
            ),
            people[0],
        )  # fmt: skip
        waivers.approve(made.pk, people[1])
        moments = now - timedelta(hours=begin), now + timedelta(days=20)
        WaiverEvent.objects.filter(waiver=made).update(at=moments[0])
        if end is not None and end < begin:
            waivers.revoke(made.pk, people[0], "r")
            moments = moments[0], now - timedelta(hours=end)
            WaiverEvent.objects.filter(waiver=made, action="revoked").update(at=moments[1])
        found.append((code, {"asset": asset, "unit": unit}.get(scope), *moments))
    return found


def state(drawn, units, person, now):
    """Statements as drawn, the older first; each ends the one before it."""
    found = []
    for which, fulfilled, begin, end in sorted(drawn, key=lambda one: -one[2]):
        at, until = now - timedelta(hours=begin), now + timedelta(days=20)
        made = attestations.add(
            attestations.Draft(
                control="test/one", unit=units[which].pk, fulfilled=fulfilled, statement="s", attested_by="a",
                valid_from=now - timedelta(days=8), expires_at=until, file_name="f", content=b"%PDF-",
            ),
            person,
        )  # fmt: skip
        AttestationEvent.objects.filter(attestation=made).update(at=at)
        AttestationEvent.objects.filter(attestation__unit=units[which], at__gt=now).update(at=at)
        if end is not None and end < begin:
            until = now - timedelta(hours=end)
            attestations.revoke(made.pk, person, "r")
            AttestationEvent.objects.filter(attestation=made, action="revoked").update(at=until)
        found.append((units[which], fulfilled, at, until))
    return found


def attested(statements, unit, at):
    told = [one for one in statements if one[0] == unit and one[2] <= at]
    if not told or at >= told[-1][3]:
        return Outcome.NOTCHECKED
    return Outcome.PASS if told[-1][1] else Outcome.FAIL


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), histories=st.lists(st.tuples(st.integers(0, 1), STEPS), min_size=1, max_size=3))
def test_any_moment_is_what_its_statements_say(intake, transactional_db, django_user_model, data, histories):
    now = datetime.now(UTC)
    early, turn = now - timedelta(days=9), now - timedelta(hours=data.draw(HOURS))
    old, new = first_policy(), swapped_policy()
    reset(early, old)
    people = [Person(django_user_model.objects.create(username=name).pk, name) for name in ("lan", "hùng")]
    units = [make_unit(early) for _ in range(2)]
    UnitExpectation.objects.create(unit=units[0], valid_from=early.date(), machines=STATED)
    machines = [Machine(units[which], steps, now) for which, steps in histories]
    Asset.objects.update(created_at=early)
    exceptions = grant(data.draw(EXCEPTIONS), machines, units, people, now)
    statements = state(data.draw(STATEMENTS), units, people[0], now)
    policies.publish(new, turn)
    signed = data.draw(st.permutations([one for machine in machines for one in machine.signed]))
    cut = data.draw(st.integers(0, len(signed)))
    moments = [now - timedelta(hours=hours, minutes=30) for hours in data.draw(st.lists(HOURS, min_size=2, max_size=4))]
    for part in (signed[:cut], signed[cut:]):
        for one, answer in zip(part, intake.submit_many(part), strict=True):
            for machine in machines:
                machine.forget(one.body, answer.resend)
        for at in moments:
            standing_at(at)  # kept as far as is known: what comes later has to mend it
    for at in moments:
        policy = old if at < turn else new
        found = standing_at(at)
        for unit in units:
            assert shown(found.units[unit.pk]) == expected(machines, policy, at, exceptions, unit), (unit, at)
            if policy is old:
                assert found.units[unit.pk].attested["test/one"].worst is attested(statements, unit, at)
        check_details(found, machines, policy, at)
        if policy is old:
            assert indicators_shown(found, units, queries.day_of(at)) == indicators_told(machines, units, at)
    assert PastFigures.objects.filter(moment__in=moments).exists()
    assert verify_counters() == []


def make_unit(at):
    number = Unit.objects.count()
    return Unit.objects.create(code=f"TYT-{number}", name=f"Trạm {number}", kind="station", created_at=at)


def reset(early, policy):
    """An empty database for each example, with this policy."""
    call_command("flush", interactive=False, verbosity=0)
    policies._number.cache_clear()
    policies._load.cache_clear()
    policies.publish(policy, early)


DEVICE_STEPS = st.lists(
    st.tuples(HOURS, st.sampled_from(["pass", "fail", "unknown"]), st.integers(0, 2)), min_size=2, max_size=7
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=DEVICE_STEPS, data=st.data())
def test_kept_figures_of_devices_are_mended_by_late_sightings(intake, transactional_db, steps, data):
    now = datetime.now(UTC)
    early = now - timedelta(days=9)
    reset(early, first_policy())
    agent = enrol_agent(make_unit(early), "máy quét")
    moments = [now - timedelta(hours=hours, minutes=30) for hours in data.draw(st.lists(HOURS, min_size=1, max_size=3))]
    for hours, login, number in steps:
        seen = device(f"mac:44:19:b6:00:00:0{number}", now - timedelta(hours=hours), login=login, number=number)
        body, signature = agent.report([seen])
        intake.submit(body, "", agent.id, signature, sent_at=time_text(datetime.now(UTC)), channel="https")
        Asset.objects.filter(created_at__gt=early).update(created_at=early)
        for at in moments:
            found = past.figures_at(at)
            assert found == history.figures_at(at)
            lines = devices.device_lines([asset.unit_id for asset in Asset.objects.all()], at)
            logins = Counter(line.outcomes["device.login"] for line in lines)
            assert logins == Counter(next(iter(found.rules.values()), {}).get("device.login", {}))
            looked = details_at.failing(Moment(at), set(Outcome), "device.login", lambda *_: True, devices=True)
            assert [one.asset_id for one in looked] == sorted(line.asset_id for line in lines)
    assert LateNote.objects.exists()


def test_the_end_of_yesterday_is_made_ready_and_forgotten_notes_are_not_needed(intake, enrolled, unit):
    from tuanthu_server.compliance.models import PolicyVersion

    agent = enrolled()
    now = datetime.now(UTC)
    Asset.objects.update(created_at=now - timedelta(days=30))
    PolicyVersion.objects.update(in_force_from=now - timedelta(days=30))
    made = [past.remember_days(now) for _ in range(past.KEPT_DAYS + 2)]
    assert sum(made) == PastFigures.objects.count() >= past.KEPT_DAYS - 1
    yesterday = max(PastFigures.objects.values_list("moment", flat=True))
    assert standing_at(yesterday).units[unit.pk].rules["alpha.good"].notchecked == 1
    seen = observation("alpha", {"good": False}, at=yesterday - timedelta(minutes=5))
    intake.submit(
        *(lambda one: (one[0], "", agent.id, one[1]))(agent.report([seen])), sent_at=now_text(), channel="https"
    )
    assert standing_at(yesterday).units[unit.pk].rules["alpha.good"].failed == 1
