"""Sentences where there is one unit, or nothing to tell."""

from tests.server.reports.sample import Sector, passing

from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.document.compose import compose


def part(report, name):
    return next(found for found in compose(report).parts if found.id == name)


def test_where_every_machine_has_a_conclusion_nothing_is_to_be_checked_again(tmp_path):
    report = Sector(tmp_path).unit("Trạm Y tế", [("PC-1", passing())], expected=1).report()
    assert part(report, "undetermined").paragraphs == ["Không có máy nào chưa có kết luận."]
    assert "nêu tại Mục III" not in part(report, "overview").paragraphs[0]


def test_rules_that_could_not_be_judged_on_a_failing_machine_are_still_named(tmp_path):
    outcomes = passing(antivirus__running=Outcome.FAIL, antivirus__realtime=Outcome.UNKNOWN)
    report = Sector(tmp_path).unit("Trạm Y tế", [("PC-1", outcomes)], expected=1).report()
    assert (
        "Các tiêu chí chưa đo được của những máy không đạt được nêu tại Bảng 5."
        in (part(report, "undetermined").paragraphs[0])
    )


def test_a_report_of_one_unit_speaks_of_its_machines(tmp_path):
    report = Sector(tmp_path).unit("Trạm Y tế", [("PC-1", passing())], expected=1).report()
    assert part(report, "worst").paragraphs[0].startswith("Đơn vị có 1 máy báo cáo trong 3 ngày gần nhất.")


def test_full_coverage_is_not_called_partial(tmp_path):
    report = Sector(tmp_path).unit("Trạm Y tế", [("PC-1", passing())], expected=1).report()
    told = " ".join(part(report, "overview").paragraphs)
    assert "100% (1/1\u00a0máy)" in told
    assert "chưa phản ánh" not in told


def test_without_a_machine_no_result_is_told(tmp_path):
    report = Sector(tmp_path).unit("Trạm Y tế", expected=3).report()
    document = compose(report)
    assert part(report, "overview").paragraphs[0] == (
        "1. Kết quả: chưa có máy nào thuộc diện đánh giá, nên chưa có kết quả."
    )
    assert document.details == []
    assert document.details_scope == "Chưa có đơn vị nào có máy được ghi nhận."
