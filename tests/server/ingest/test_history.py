"""Replays, late reports, gaps and heartbeats: what history and the current state make of them."""

from datetime import UTC, datetime, timedelta

from tests.assets.collector import deliver
from tests.assets.signing import compact, held, observation, time_text

from tuanthu_server.compliance.details import asset_results
from tuanthu_server.compliance.verify import verify_counters


def spans(kind="alpha"):
    from tuanthu_server.inventory.models import Observation

    return list(Observation.objects.filter(kind=kind).order_by("sequence").values_list("sequence", "last_sequence"))


def outcome(agent, rule="alpha.good"):
    from tuanthu_server.inventory.models import Agent

    results = asset_results(Agent.objects.get(pk=agent.id).asset_id)
    return next(result.outcome.code for result in results if result.rule == rule)


def test_a_new_machine_counts_as_not_checked(enrolled):
    agent = enrolled()
    assert outcome(agent) == "notchecked"
    assert verify_counters() == []


def test_a_report_is_judged_when_it_is_acknowledged(intake, enrolled):
    agent = enrolled()
    answer = deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    assert (answer.status, answer.sequence, answer.missing, answer.resend) == ("stored", 1, [], [])
    assert outcome(agent) == "pass"
    assert outcome(agent, "both.good") == "notchecked"
    assert verify_counters() == []


def test_a_replayed_report_is_acknowledged_without_effect(intake, enrolled):
    from tuanthu_server.compliance.models import RuleTransition
    from tuanthu_server.inventory.models import Agent, Report

    agent = enrolled()
    signed = agent.report([observation("alpha", {"good": True})])
    deliver(intake, agent, signed)
    before = (Report.objects.count(), RuleTransition.objects.count(), spans())
    assert deliver(intake, agent, signed).status == "replayed"
    assert (Report.objects.count(), RuleTransition.objects.count(), spans()) == before
    assert Agent.objects.get(pk=agent.id).report_count == 1


def test_a_late_report_fills_its_gap_and_never_overwrites_newer_state(intake, enrolled):
    agent = enrolled()
    now = datetime.now(UTC)
    first, second, third = (
        agent.report([observation("alpha", {"good": good}, at=now - timedelta(hours=hours))])
        for good, hours in ((True, 3), (False, 2), (True, 1))
    )
    deliver(intake, agent, first)
    answer = deliver(intake, agent, third)
    assert answer.missing == [(2, 2)]
    answer = deliver(intake, agent, second)
    assert (answer.status, answer.missing) == ("late", [])
    assert outcome(agent) == "pass"
    assert verify_counters() == []


def test_a_late_report_splits_the_span_that_was_thought_to_go_on(intake, enrolled):
    agent = enrolled()
    now = datetime.now(UTC)
    good = observation("alpha", {"good": True}, at=now - timedelta(hours=4))
    one = agent.report([good])
    two = agent.report([], [held(good, now - timedelta(hours=3))])
    three = agent.report([observation("alpha", {"good": False}, at=now - timedelta(hours=2))])
    four = agent.report([], [held(good, now - timedelta(hours=1))])
    for signed in (one, two, four, three):
        deliver(intake, agent, signed)
    assert spans() == [(1, 2), (3, 3), (4, 4)]
    assert outcome(agent) == "pass"
    from tuanthu_server.inventory.models import Agent

    asset = Agent.objects.get(pk=agent.id).asset_id
    from tuanthu_server.compliance import policies

    policies.publish(policies.in_force(datetime.now(UTC)).policy, now - timedelta(days=1))
    from tuanthu_server.inventory.models import Asset

    Asset.objects.update(created_at=now - timedelta(days=1))
    at = {hours: asset_results(asset, now - timedelta(hours=hours))[0].outcome.code for hours in (5, 3.5, 2, 1.5, 0.5)}
    assert at == {5: "notchecked", 3.5: "pass", 2: "fail", 1.5: "fail", 0.5: "pass"}
    assert verify_counters() == []


def test_a_late_observation_becomes_current_where_no_newer_report_speaks_of_its_kind(intake, enrolled):
    agent = enrolled()
    one = agent.report([observation("alpha", {"good": True})])
    two = agent.report([observation("beta", {"good": False})])
    deliver(intake, agent, two)
    assert deliver(intake, agent, one).status == "late"
    assert outcome(agent) == "pass"
    assert outcome(agent, "both.good") == "fail"
    assert verify_counters() == []


def test_a_heartbeat_moves_the_span_and_writes_no_result(intake, enrolled):
    from tuanthu_server.compliance.models import RuleTransition

    agent = enrolled()
    now = datetime.now(UTC)
    seen = observation("alpha", {"good": True}, at=now - timedelta(hours=5))
    deliver(intake, agent, agent.report([seen]))
    before = RuleTransition.objects.count()
    deliver(intake, agent, agent.report([], [held(seen, now - timedelta(hours=1))]))
    assert spans() == [(1, 2)]
    assert RuleTransition.objects.count() == before


def test_a_silence_of_more_than_a_day_opens_a_new_span(intake, enrolled):
    agent = enrolled()
    now = datetime.now(UTC)
    seen = observation("alpha", {"good": True}, at=now - timedelta(hours=30))
    deliver(intake, agent, agent.report([seen]))
    deliver(intake, agent, agent.report([], [held(seen, now)]))
    assert spans() == [(1, 1), (2, 2)]


def test_a_heartbeat_of_an_unknown_content_is_asked_for_again(intake, enrolled):
    agent = enrolled()
    seen = observation("alpha", {"good": True})
    assert deliver(intake, agent, agent.report([], [held(seen)])).resend == [seen["digest"]]
    assert outcome(agent) == "notchecked"


def test_a_clock_that_is_wrong_is_corrected_and_never_believed_into_the_future(intake, enrolled):
    from tuanthu_server.inventory.models import Agent, Observation

    agent = enrolled()
    now = datetime.now(UTC)
    ahead = now + timedelta(days=400)
    deliver(intake, agent, agent.report([observation("alpha", {"good": True}, at=ahead)]), sent_at=time_text(ahead))
    span = Observation.objects.get()
    assert abs(span.from_at - now) < timedelta(seconds=30)
    assert span.collected_at == ahead
    assert Agent.objects.get(pk=agent.id).clock_skew_ms < -399 * 86_400_000


def test_evidence_that_nobody_confirms_goes_stale_by_the_sweep_and_a_heartbeat_revives_it(intake, enrolled):
    from tuanthu_server.compliance.sweep import sweep

    agent = enrolled()
    now = datetime.now(UTC)
    seen = observation("alpha", {"good": True}, at=now - timedelta(days=2) + timedelta(seconds=1))
    deliver(intake, agent, agent.report([seen]))
    assert outcome(agent) == "pass"
    assert sweep(now + timedelta(seconds=30)) == 1
    from tuanthu_server.compliance.models import RuleResult

    assert RuleResult.objects.get(rule__code="alpha.good").outcome == 3
    deliver(intake, agent, agent.report([], [held(seen, datetime.now(UTC))]))
    assert outcome(agent) == "pass"
    assert verify_counters() == []


def test_a_revived_kind_is_judged_with_the_other_kinds_read_from_their_reports(intake, enrolled):
    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    deliver(intake, agent, agent.report([observation("beta", {"good": True})]))
    assert outcome(agent, "both.good") == "pass"


def test_a_removed_fact_never_passes(intake, enrolled):
    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    deliver(intake, agent, agent.report([observation("alpha", {})]))
    assert outcome(agent) == "unknown"
    deliver(intake, agent, agent.report([observation("alpha", {}, status="failed", reason="denied: x")]))
    assert outcome(agent) == "unknown"


def test_a_file_takes_good_lines_and_reports_the_bad_ones(enrolled, tmp_path, intake):
    import gzip

    from tuanthu_server.ingest.files import import_reports

    agent = enrolled()
    one, two = (agent.report([observation("alpha", {"good": good})]) for good in (True, False))
    lines = [compact(*one), b"rubbish", compact(two[0], one[1]), compact(*two), compact(*one)]
    path = tmp_path / "báo cáo.jws.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    results = {line.number: line.status or line.refusal.code for line in import_reports(path)}
    assert results == {1: "stored", 2: "signature-invalid", 3: "signature-invalid", 4: "stored", 5: "replayed"}
    assert outcome(agent) == "fail"


def test_a_poisoned_report_fails_alone(enrolled, policy):
    from concurrent.futures import Future

    from tuanthu_server.ingest import queue as queues
    from tuanthu_server.ingest.refusals import Refusal
    from tuanthu_server.ingest.writer.transaction import write

    def poisoned(group):
        if any(report.envelope.agent_version == "poison" for report in group):
            raise ValueError("poison")
        return write(group)

    import threading

    gate = threading.Event()
    agents = [enrolled(f"may-{number}") for number in range(3)]
    queue = queues.GroupQueue(10, 10, lambda group: gate.wait(10) and poisoned(group))
    futures = [Future() for _ in agents]
    for number, (agent, future) in enumerate(zip(agents, futures, strict=True)):
        queue.put(_prepared(agent, "poison" if number == 1 else "1"), future)
    gate.set()
    answers = [future.result(20) for future in futures]
    queue.stop()
    assert [getattr(answer, "status", None) for answer in answers] == ["stored", None, "stored"]
    assert isinstance(answers[1], Refusal)
    from tuanthu_server.inventory.models import Report

    assert Report.objects.count() == 2
    assert verify_counters() == []


def _prepared(agent, version):
    from uuid import UUID

    from tuanthu_server.ingest.checks import prepare
    from tuanthu_server.ingest.intake import delivery

    payload, signature = agent.report([observation("alpha", {"good": True})], agent_version=version)
    return prepare(
        delivery(payload, "", agent.id, signature, sent_at="", channel="https"), UUID(agent.id), agent.public
    )
