"""One machine with many rules: what is open first, domain by domain; values in words; long lists folded."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from tests.server.dashboard.test_evidence import AT, sighting

from tuanthu_policy.asking import ASKED
from tuanthu_policy.loader import load_policy
from tuanthu_policy.operators import OPERATORS
from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.details import AssetResult
from tuanthu_server.dashboard.evidence import sighting_tables
from tuanthu_server.dashboard.results import domain_groups

POLICY = load_policy()


def result(rule, outcome):
    return AssetResult(1, 1, "MÁY", "workstation", rule, outcome, "condition", "holds: x", datetime.now(UTC), None)


def test_domains_with_something_open_come_first_and_the_worst_rule_first_in_them():
    results = [
        result("antivirus.installed", Outcome.PASS),
        result("lan.connected", Outcome.PASS),
        result("lan.dns_resolves", Outcome.UNKNOWN),
        result("lan.gateway_reachable", Outcome.FAIL),
        result("lan.link_speed", Outcome.NOTAPPLICABLE),
        result("gone.rule", Outcome.ERROR),
    ]
    groups = domain_groups(results, POLICY, {}, AT)
    assert [group.domain for group in groups] == ["lan", "gone", "antivirus"]
    assert [line.result.rule for line in groups[0].failed] == ["lan.gateway_reachable"]
    assert [line.result.rule for line in groups[0].unsettled] == ["lan.dns_resolves"]
    assert [line.result.rule for line in groups[0].well] == ["lan.connected", "lan.link_speed"]
    assert groups[0].counts == [
        (Outcome.FAIL, 1), (Outcome.UNKNOWN, 1), (Outcome.PASS, 1), (Outcome.NOTAPPLICABLE, 1)
    ]  # fmt: skip
    shown = [len(group.failed) + len(group.unsettled) + len(group.well) for group in groups]
    assert sum(shown) == len(results)
    assert groups[1].unsettled[0].rule is None


def test_many_rules_without_a_conclusion_are_folded_and_failures_never():
    def group(outcome, count):
        return domain_groups([result(f"antivirus.r{number}", outcome) for number in range(count)], POLICY, {}, AT)[0]

    assert not group(Outcome.UNKNOWN, 5).folded
    assert group(Outcome.NOTCHECKED, 6).folded
    assert not group(Outcome.FAIL, 40).folded
    assert len(group(Outcome.FAIL, 40).failed) == 40


@pytest.mark.parametrize(("language", "words"), [("vi", "Có bản quyền"), ("en", "Licensed")])
def test_closed_values_are_shown_in_words(language, words):
    products = [{"id": "bkav", "name": "licensed", "licence_kind": "licensed"}]
    with translation.override(language):
        (table,) = sighting_tables(
            {"antivirus": sighting("antivirus", {"product_count": 1, "products": products})}, POLICY
        )
    values = [cell for row in table.rows for item in row.items for _, cell in item]
    assert words in values
    assert "licensed" in values  # a name is never taken for a value


def test_many_objects_are_folded_and_few_are_not():
    def folded(count):
        disks = [{"mount": f"/{number}", "filesystem": "ext4"} for number in range(count)]
        (table,) = sighting_tables({"host": sighting("host", {"disks": disks})}, POLICY)
        return table.rows[0].folded

    assert [folded(count) for count in (1, 6, 7, 40)] == [False, False, True, True]


def test_what_every_operator_asks_has_words():
    assert OPERATORS.keys() <= ASKED.keys()
