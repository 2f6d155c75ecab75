"""The collector's figures as families of metrics; read from the database when they are asked for."""

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from tuanthu_policy.outcome import Outcome
from tuanthu_server import __version__
from tuanthu_server.access.reach import Reach
from tuanthu_server.compliance import figures
from tuanthu_server.compliance.devices import DEFAULT_LOGIN
from tuanthu_server.compliance.models import JudgedState, PolicyVersion
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Agent, Asset
from tuanthu_server.monitoring.process import waiting_reports
from tuanthu_server.notifications.models import Message
from tuanthu_server.units.models import Unit

WAITING: Final = Q(sent_at=None, given_up_at=None)


class Figures(Collector):
    """One scrape, within a reach. Figures of the collector as a whole are told to who reaches the whole department."""

    def __init__(self, within: Reach) -> None:
        self._within = within
        self._now = datetime.now(UTC)

    def collect(self) -> Iterable[Metric]:
        """All families."""
        found = figures.from_counters(stores.current(), self._now)
        open_units = set(Unit.objects.filter(closed_at=None).values_list("pk", flat=True))
        yield gauge("tuanthu_units", "Units that are not closed.", sum(map(self._within.has_unit, open_units)))
        yield from self._assets(found)
        yield from self._results(found)
        if self._within.whole:
            yield from self._collector()
            yield from self._messages()

    def _assets(self, found: figures.Figures) -> Iterable[Metric]:
        machines = [one for unit, one in found.assets.items() if self._within.has_unit(unit)]
        silent, never = sum(one.silent for one in machines), sum(one.never_reported for one in machines)
        states = {
            "reporting": sum(one.assets for one in machines) - silent - never,
            "silent": silent,
            "never_reported": never,
        }
        yield gauges("tuanthu_assets", "Machines that are not retired, by whether they report.", "state", states)
        devices = [one for unit, one in found.devices.items() if self._within.has_unit(unit)]
        gone = sum(one.silent for one in devices)
        seen = {"seen": sum(one.devices for one in devices) - gone, "silent": gone}
        yield gauges("tuanthu_devices", "Network devices without an agent, by whether scans see them.", "state", seen)
        on_default = sum(self._cells(found.rules, DEFAULT_LOGIN, Outcome.FAIL))
        yield gauge("tuanthu_devices_on_default_login", "Devices that take a factory account.", on_default)

    def _results(self, found: figures.Figures) -> Iterable[Metric]:
        told = "Machines by their worst outcome over each framework."
        family = GaugeMetricFamily("tuanthu_framework_assets", told, labels=["framework", "outcome"])
        codes = {code for cells in found.controls.values() for code in cells if "/" not in code and ":" not in code}
        for code in sorted(codes):
            for outcome in Outcome:
                family.add_metric([code, outcome.code], sum(self._cells(found.controls, code, outcome)))
        yield family

    def _cells(self, table: figures.ByUnit, code: str, outcome: Outcome) -> Iterable[int]:
        for unit, cells in table.items():
            if self._within.has_unit(unit):
                yield cells.get(code, {}).get(outcome.value, 0)

    def _collector(self) -> Iterable[Metric]:
        build = {"version": __version__, "python": platform.python_version(), "database": connection.vendor}
        yield InfoMetricFamily("tuanthu_build", "What runs.", build)
        sums = Agent.objects.aggregate(reports=Sum("report_count"), enrolled=Count("pk", filter=Q(revoked_at=None)))
        reports = sums["reports"] or 0
        yield CounterMetricFamily("tuanthu_reports_received", "Reports that were stored.", value=reports)
        yield gauge("tuanthu_agents", "Agents that are not revoked.", sums["enrolled"])
        newest = Asset.objects.exclude(role="device").aggregate(at=Max("last_seen_at"))["at"]
        yield from self._age("tuanthu_newest_report_age_seconds", "Since the newest report came.", newest)
        in_force = PolicyVersion.objects.filter(in_force_from__lte=self._now).aggregate(at=Max("in_force_from"))["at"]
        yield from self._age("tuanthu_policy_age_seconds", "Since the policy in force began.", in_force)
        due = JudgedState.objects.filter(due_at__lte=self._now).count()
        yield gauge("tuanthu_judgements_due", "Assets that wait for the sweep.", due)
        waiting = waiting_reports()
        if waiting is not None:
            yield gauge("tuanthu_ingest_waiting_reports", "Reports that wait in the process that answers.", waiting)

    def _messages(self) -> Iterable[Metric]:
        counts = Message.objects.aggregate(
            waiting=Count("pk", filter=WAITING & Q(attempts=0)),
            failing=Count("pk", filter=WAITING & Q(attempts__gt=0)),
            sent=Count("pk", filter=Q(sent_at__isnull=False)),
            given_up=Count("pk", filter=Q(given_up_at__isnull=False)),
        )
        yield gauges("tuanthu_notifications", "Messages that are kept, by state.", "state", counts)
        oldest = Message.objects.filter(WAITING, due_at__lte=self._now).aggregate(at=Min("due_at"))["at"]
        yield from self._age("tuanthu_notification_delay_seconds", "How long the oldest due message waits.", oldest)

    def _age(self, name: str, told: str, since: datetime | None) -> Iterable[Metric]:
        """Nothing where there is no moment: an absent figure can be alarmed on, an invented one not."""
        if since is not None:
            yield gauge(name, told, max(0.0, (self._now - since).total_seconds()))


def gauge(name: str, told: str, value: float) -> Metric:
    """One figure."""
    return GaugeMetricFamily(name, told, value=value)


def gauges(name: str, told: str, label: str, values: Mapping[str, Any]) -> Metric:
    """One figure for each label."""
    family = GaugeMetricFamily(name, told, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
