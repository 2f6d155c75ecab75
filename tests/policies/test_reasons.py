"""Reasons in words: every code has them, in both languages, and every fact its title."""

import pytest
from tests.policies.making import AT, shipped, sighting

from tuanthu_policy.evaluate import evaluate
from tuanthu_policy.observation import ObservationStatus
from tuanthu_policy.operators import OPERATORS
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.reasons import REASONS, cause_text, reason_text, result_text, split_reason, title_of

KINDS = shipped().kinds


def test_every_code_that_a_shipped_rule_can_give_has_words():
    for compiled in shipped().compiled.values():
        for verdict in compiled.verdicts:
            code, name, _ = split_reason(verdict.reason)
            assert code in REASONS or code in {"doubtful", "none"}, "these two are never answered by such a leaf"
            assert title_of(name, KINDS)


def test_every_failure_and_doubt_of_every_operator_has_words():
    for operator in OPERATORS.values():
        assert operator.fails in REASONS
        assert operator.doubt in REASONS or operator.doubt == "doubtful"


@pytest.mark.parametrize("status", [status for status in ObservationStatus if status.value not in {"ok", "partial"}])
def test_every_status_without_evidence_has_words(status):
    rule = shipped().compiled["lan.connected"]
    reason = evaluate(rule, {"host": sighting("host", {}, status, "x"), "lan": sighting("lan", {})}, AT).reason
    assert split_reason(reason)[0] in REASONS


@pytest.mark.parametrize(
    ("reason", "vi", "en"),
    [
        (
            "not-equal: antivirus.products.running",
            "Chưa đúng yêu cầu: Các sản phẩm › Đang chạy",
            "Not as required: Products › Running",
        ),
        (
            "stale: antivirus",
            "Bằng chứng quá hạn: Phần mềm phòng, chống mã độc",
            "The evidence is too old: Antimalware software",
        ),
        (
            "missing: lan.dns_resolves: probes-passive",
            "Không đọc được: Phân giải được tên (đang ở chế độ không gửi gói tin)",
            "Could not be read: DNS resolves (probes are passive)",
        ),
        ("malformed: TypeError", "Bằng chứng sai dạng: TypeError", "Malformed evidence: TypeError"),
        ("new-code: lan.no_such", "new-code: lan.no_such", "new-code: lan.no_such"),
        ("", "", ""),
    ],
)
def test_a_reason_in_words(reason, vi, en):
    assert reason_text(reason, KINDS) == vi
    assert reason_text(reason, KINDS, "en") == en


def test_what_does_not_apply_tells_what_puts_it_out_of_scope():
    reason = "not-equal: host.virtual"
    assert result_text(Outcome.NOTAPPLICABLE, reason, KINDS) == "Ngoài phạm vi, xét theo: Máy ảo"
    assert result_text(Outcome.FAIL, reason, KINDS) == "Chưa đúng yêu cầu: Máy ảo"
    assert result_text(Outcome.NOTAPPLICABLE, "", KINDS) == ""


def test_details_of_a_cause_that_name_facts_are_given_by_their_titles():
    facts = KINDS["firewall"].facts
    cause = "third-party-firewall: inbound_default; command-failed: nft, exit 2"

    assert cause_text(cause, "vi", facts) == (
        "tường lửa của hãng khác không cho biết: Mặc định với kết nối vào (IPv4); lệnh kiểm tra bị lỗi: nft, exit 2"
    )
    assert cause_text("not-found: x", "en", facts) == "not found: x"
