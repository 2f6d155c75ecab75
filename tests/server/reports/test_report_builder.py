import msgspec
import pytest
from tests.server.reports.sample import NOW, RULES, Sector, passing

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.standing import Counts, UnitCompliance
from tuanthu_server.reports.document.words import attestation_text
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.builder import build


def test_totals_tell_machines_apart(snapshot):
    totals = snapshot.totals
    assert (totals.units, totals.units_reporting, totals.units_without_machines) == (3, 2, 1)
    assert (totals.machines_enrolled, totals.machines_reporting) == (8, 6)
    assert (totals.machines_silent, totals.machines_never_reported) == (1, 1)


def test_coverage_has_both_its_numbers_and_leaves_out_units_that_said_nothing(snapshot):
    coverage = snapshot.totals.coverage
    assert (coverage.numerator, coverage.denominator, coverage.percent) == (5, 1204, "0,4")
    assert snapshot.totals.units_without_expectation == 1
    assert {unit.code: unit.coverage.denominator for unit in snapshot.units} == {"BVTN": 1200, "TYT-KA": 4, "CDC": None}


def test_a_denominator_that_nobody_knows_stays_unknown(tmp_path):
    report = Sector(tmp_path).unit("Không khai báo", [("A", passing())]).report()
    assert report.totals.machines_expected is None
    assert report.totals.coverage.denominator is None
    assert report.framework.rate_of_expected.denominator is None


def test_surplus_machines_of_one_unit_do_not_make_up_for_those_missing_in_another(tmp_path):
    sector = Sector(tmp_path).unit("Thừa", [(str(n), passing()) for n in range(20)], expected=10)
    report = sector.unit("Thiếu", expected=10).report()
    assert (report.totals.coverage.numerator, report.totals.coverage.denominator) == (10, 20)
    assert report.totals.machines_over_expected == 10
    assert report.framework.rate_of_expected.percent == "50,0"


def test_only_a_pass_raises_the_rate(snapshot):
    counts = snapshot.framework.counts
    assert (counts.total, counts.applicable, counts.notapplicable) == (8, 7, 1)
    assert (counts.passed, counts.failed, counts.stale, counts.notchecked, counts.error) == (2, 2, 1, 1, 1)
    assert (snapshot.framework.rate.numerator, snapshot.framework.rate.denominator) == (2, 7)


def test_the_units_add_up_to_the_whole(tmp_path):
    report = Sector(tmp_path).fill(20, 150).report()
    for name in report.framework.counts.__struct_fields__:
        assert sum(getattr(unit.counts, name) for unit in report.units) == getattr(report.framework.counts, name)
    for place, control in enumerate(control for control in report.controls if control.counts):
        assert sum(unit.controls[place].counts.passed for unit in report.units) == control.counts.passed
    assert sum(unit.machines_enrolled for unit in report.units) == report.totals.machines_enrolled
    assert len(report.failing) == sum(rule.counts.failed for rule in report.rules)


def test_machines_that_no_counter_counts_make_a_report_that_is_not_issued(tmp_path):
    sector = Sector(tmp_path).unit("Mới ghi nhận", expected=2)
    sector.compliance[1] = UnitCompliance(1, 2, 0, 2, {}, {})
    with pytest.raises(ReportError, match="0 results but 2 machines"):
        sector.report()


def test_clauses_for_people_are_listed_as_unconfirmed_and_never_counted(snapshot):
    attested = [control for control in snapshot.controls if control.attestation]
    assert attested
    assert {control.attestation.state for control in attested} == {"unconfirmed"}
    for control in snapshot.controls:
        assert (control.counts is None) == (not control.rules)


def test_what_units_stated_is_told_and_counted_apart(tmp_path):
    sector = Sector(tmp_path).unit("Một", [("A", passing())]).unit("Hai", [("B", passing())])
    demanded = next(one for one in sector.report().controls if one.attestation)
    framework = sector.report().framework.id

    def stated(*counts):
        for (pk, compliance), count in zip(sorted(sector.compliance.items()), counts, strict=True):
            attested = {f"{framework}/{demanded.id}": count}
            sector.compliance[pk] = msgspec.structs.replace(compliance, attested=attested)
        part = next(one for one in sector.report().controls if one.id == demanded.id).attestation
        return part.state, part.confirmed, part.denied, part.units, attestation_text(part)

    yes, no, nothing = Counts(passed=1), Counts(failed=1), Counts(notchecked=1)
    assert stated(nothing, nothing) == ("unconfirmed", 0, 0, 2, "Chưa xác nhận")
    assert stated(yes, nothing) == ("partly", 1, 0, 2, "1/2 đơn vị đã xác nhận")
    assert stated(yes, no) == ("partly", 1, 1, 2, "1/2 đơn vị đã xác nhận; 1 xác nhận là chưa đáp ứng")
    assert stated(yes, yes) == ("confirmed", 2, 0, 2, "Đã xác nhận")


def test_what_could_not_be_told_is_grouped_apart_from_what_failed(snapshot):
    assert {group.outcome for group in snapshot.undetermined} == {"unknown", "stale", "notchecked", "error"}
    assert {row.outcome for row in snapshot.failing} == {"fail"}
    never = [group for group in snapshot.undetermined if group.outcome == "notchecked"]
    assert [(group.machines, group.units, sorted(group.rules)) for group in never] == [(1, 1, sorted(RULES))]


def test_causes_stand_in_the_order_of_machines_times_severity(tmp_path):
    report = Sector(tmp_path).fill(20, 300).report()
    weights = [cause.machines * cause.weight for cause in report.causes]
    assert weights == sorted(weights, reverse=True)
    assert all(cause.remediation.vi for cause in report.causes)


def test_the_worst_units_come_first_and_none_that_pass_in_full(snapshot):
    assert snapshot.worst_units == ["BVTN"]


def test_one_demonstration_unit_labels_the_whole(tmp_path, snapshot):
    assert not snapshot.demonstration
    sector = Sector(tmp_path).unit("Thật", expected=1).unit("[Trình diễn] Giả", expected=1, demonstration=True)
    assert sector.report().demonstration


def test_contradicting_figures_are_not_issued(tmp_path):
    sector = Sector(tmp_path).unit("Một", [("A", passing(antivirus__running=Outcome.FAIL))], expected=1)
    sector.results.clear()
    with pytest.raises(ReportError, match=r"antivirus\.running fails on 1 machines but 0 are listed"):
        sector.report()


def test_a_framework_that_is_not_in_force_is_named(tmp_path):
    inputs = Sector(tmp_path).unit("Một").inputs()
    object.__setattr__(inputs, "framework", "tcvn-11930")
    with pytest.raises(ReportError, match="tcvn-11930"):
        build(inputs)


def test_the_order_of_reading_does_not_change_a_byte(tmp_path):
    first, second = Sector(tmp_path).fill(9, 80), Sector(tmp_path).fill(9, 80)
    second.results.reverse()
    assert codec.encode(first.report()) == codec.encode(second.report())


def test_a_snapshot_survives_the_register(snapshot):
    kept = codec.pack(codec.encode(snapshot))
    assert codec.unpack(kept, codec.digest(snapshot)) == snapshot
    with pytest.raises(ReportError, match="changed"):
        codec.unpack(codec.pack(codec.encode(msgspec.structs.replace(snapshot, number=13))), codec.digest(snapshot))
    with pytest.raises(ReportError, match="Cannot read"):
        codec.unpack(b"not zstd", codec.digest(snapshot))


def test_it_knows_since_when_a_machine_fails(snapshot):
    assert all(row.since is not None and row.since <= NOW and row.observation for row in snapshot.failing)


def test_reasons_are_told_in_words_with_the_agents_cause(tmp_path):
    from tuanthu_server.reports.document.reasons import reason

    sector = Sector(tmp_path).unit("Một", [("A", passing(antivirus__running=Outcome.UNKNOWN))], expected=1)
    result = sector.results[0]
    for told, words in (
        ("missing: antivirus.products.running: service-manager-unavailable", "Không đọc được: Các sản phẩm › Đang chạy (service-manager-unavailable)"),
        ("failed: lan: permission-denied", "Không kiểm tra được: Mạng nội bộ (không đủ quyền đọc)"),
        ("stale: antivirus", "Bằng chứng quá hạn: Phần mềm phòng, chống mã độc"),
        ("missing: firewall.on", "Không đọc được: firewall.on"),
        ("something-new", "something-new"),
        ("", ""),
    ):  # fmt: skip
        sector.results[0] = msgspec.structs.replace(result, reason=told)
        report = sector.report()
        assert reason(report.undetermined[0], report.facts) == words
