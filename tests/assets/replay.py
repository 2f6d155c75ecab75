"""Takes the reports of a simulation through the collector's own path, at the moments at which they came."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import connection, transaction

from tuanthu_server.compliance.judging import Subject, judge_and_record, read_known
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.demo.simulation.ledger import SWEEP
from tuanthu_server.ingest.checks import Delivery, prepare
from tuanthu_server.ingest.writer.transaction import GroupWriter
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Agent, Asset, Report

EMPTIED = """inventory_currentobservation inventory_observation inventory_report compliance_ruleresult
compliance_ruletransition compliance_finding compliance_findingtransition compliance_judgedstate compliance_rulecount
compliance_controlcount compliance_assetlinemonth compliance_unitlinemonth compliance_linefold compliance_linedue"""

TABLES = {
    "spans": "SELECT {asset}, o.kind, o.digest, o.uuid, o.sequence, o.last_sequence, o.from_at, o.to_at, r.sequence"
    " FROM inventory_observation o JOIN inventory_asset a ON a.id = o.asset_id JOIN inventory_report r ON r.id = o.report_id",
    "current": "SELECT {asset}, c.kind, o.uuid, o.from_at FROM inventory_currentobservation c"
    " JOIN inventory_asset a ON a.id = c.asset_id JOIN inventory_observation o ON o.id = c.observation_id",
    "results": "SELECT {asset}, r.rule_id, r.outcome, r.decided_by, r.reason, r.evidence_kind, r.since"
    " FROM compliance_ruleresult r JOIN inventory_asset a ON a.id = r.asset_id",
    "transitions": "SELECT {asset}, t.rule_id, t.from_outcome, t.to_outcome, t.at"
    " FROM compliance_ruletransition t JOIN inventory_asset a ON a.id = t.asset_id",
    "findings": "SELECT {asset}, f.control_id, f.outcome, f.since"
    " FROM compliance_finding f JOIN inventory_asset a ON a.id = f.asset_id",
    "finding transitions": "SELECT {asset}, t.control_id, t.from_outcome, t.to_outcome, t.at"
    " FROM compliance_findingtransition t JOIN inventory_asset a ON a.id = t.asset_id",
    "rule counts": "SELECT unit_id, rule_id, outcome, SUM(assets) FROM compliance_rulecount"
    " GROUP BY 1, 2, 3 HAVING SUM(assets) <> 0",
    "control counts": "SELECT unit_id, control_id, outcome, SUM(assets) FROM compliance_controlcount"
    " GROUP BY 1, 2, 3 HAVING SUM(assets) <> 0",
    "line months": "SELECT {asset}, m.month, m.body FROM compliance_assetlinemonth m"
    " JOIN inventory_asset a ON a.id = m.asset_id",
    "folds": "SELECT {asset}, f.seen_at, f.state, f.grade, f.download, f.upload FROM compliance_linefold f"
    " JOIN inventory_asset a ON a.id = f.asset_id",
    "unit months": "SELECT unit_id, month, body, up, outages, longest FROM compliance_unitlinemonth",
    "agents": "SELECT id, last_sequence, report_count, version, clock_skew_ms FROM inventory_agent",
    "assets": "SELECT {asset}, a.role, a.name, a.last_seen_at, a.device_class, a.vendor, a.model, a.family, a.address,"
    " a.managed, a.described_at FROM inventory_asset a",
}


def contents() -> dict[str, list[tuple]]:
    """All that reports left, in words that do not depend on the numbers of rows."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in TABLES.items():
            cursor.execute(query.replace("{asset}", "a.serial || a.device_key"))
            rows = [tuple(bytes(x) if isinstance(x, memoryview) else x for x in row) for row in cursor.fetchall()]
            found[name] = sorted(rows, key=repr)
    return found


def replay(now: datetime) -> None:
    """Empty what reports left, and take them again."""
    reports = list(Report.objects.order_by("received_at", "pk"))
    with connection.cursor() as cursor:
        for table in EMPTIED.split():
            cursor.execute(f"DELETE FROM {table}")
    Asset.objects.filter(role="device").delete()
    Asset.objects.update(last_seen_at=None)
    Agent.objects.update(last_sequence=0, report_count=0, version="", clock_skew_ms=None)
    for asset in Asset.objects.all():
        _judge(asset, asset.created_at)
    agents = {agent.pk: agent for agent in Agent.objects.select_related("asset")}
    devices: dict[int, set[int]] = defaultdict(set)
    for report in reports:
        agent = agents[report.agent_id]
        for asset in (agent.asset, *Asset.objects.filter(pk__in=devices[agent.asset_id])):
            _pass_time(asset, report.received_at)
        before = set(Asset.objects.values_list("pk", flat=True))
        answer = _take(report, bytes(agent.public_key))
        assert answer.status == "stored"
        assert answer.resend == []
        devices[agent.asset_id] |= set(Asset.objects.values_list("pk", flat=True)) - before
    for asset in Asset.objects.all():
        _pass_time(asset, now)
    refresh(whole=True)


def _take(report: Report, key: bytes):
    sent = report.received_at - timedelta(milliseconds=report.clock_skew_ms)
    delivery = Delivery(
        body=bytes(report.body), encoding="zstd", agent=str(report.agent_id), signature=bytes(report.signature).decode(),
        sent_at=sent.isoformat(), channel="https", received_at=report.received_at,
    )  # fmt: skip
    prepared = prepare(delivery, report.agent_id, key)
    with transaction.atomic():
        return GroupWriter(stores.current(), [prepared], report.received_at).run()[0]


def _pass_time(asset: Asset, until: datetime) -> None:
    """As the sweep does, for one asset."""
    while True:
        known = read_known(stores.current(), [asset.pk]).get(asset.pk)
        if known is None or known.due_at is None or known.due_at > until:
            return
        _judge(asset, min(known.due_at + SWEEP, until))


def _judge(asset: Asset, at: datetime) -> None:
    with transaction.atomic():
        judge_and_record(stores.current(), [Subject(asset.pk, asset.unit_id, device=asset.role == "device")], at)
