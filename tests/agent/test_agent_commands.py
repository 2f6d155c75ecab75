"""What an officer at the machine sees, and what scripts go by."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tuanthu_agent import jobs
from tuanthu_agent.cli import checking
from tuanthu_agent.cli.console import waiting_for
from tuanthu_agent.cli.verdicts import closing, verdicts
from tuanthu_agent.cli.wording import explain_reason
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_policy.envelope import b64url_decode
from tuanthu_policy.fact import AssetSort
from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.result import RuleResult

PROGRAM = Path(sys.executable).parent / "tuanthu-agent"


def run(config, *words, **more):
    environment = os.environ | {
        "TUANTHU_AGENT_DATA_DIR": str(config.data_dir),
        "TUANTHU_AGENT_LAN_PROBES": "passive",
        "TUANTHU_AGENT_READ_SECONDS": "5",
        "COLUMNS": "120",
    }
    return subprocess.run(
        [PROGRAM, *words], env=environment | more, capture_output=True, text=True, timeout=60, check=False
    )


def test_run_once_collects_and_delivers(enrolled, collector):
    done = run(enrolled, "run", "--once")
    assert done.returncode == 0, done.stderr
    assert "máy chủ trung tâm đã xác nhận" in done.stdout
    assert collector.arrivals == [1]
    kinds = [one["kind"] for one in json.loads(collector.reports[1])["observations"]]
    assert kinds == list(REGISTRY)


def test_without_a_collector_run_once_keeps_the_report_and_says_so(enrolled, collector):
    collector.close()
    done = run(enrolled, "run", "--once")
    assert done.returncode == 3
    assert "Chưa gửi được" in done.stderr
    assert "Traceback" not in done.stderr
    shown = run(enrolled, "status").stdout
    assert "1 báo cáo" in shown
    assert "Bệnh viện Đa khoa" in shown


def test_an_export_holds_the_very_reports_and_leaves_them_in_the_spool(enrolled, collector, tmp_path):
    spool = jobs.open_configured(enrolled)
    jobs.collect(enrolled, spool)
    (report,) = spool.pending(-1)
    spool.close()
    done = run(enrolled, "export", str(tmp_path / "báo-cáo.gz"))
    assert done.returncode == 0, done.stderr
    (line,) = gzip.decompress((tmp_path / "báo-cáo.gz").read_bytes()).splitlines()
    header, payload, signature = line.split(b".")
    assert b64url_decode(payload) == report.payload
    assert f"{header.decode()}..{signature.decode()}" == report.signature
    assert jobs.open_configured(enrolled).size().reports == 1


def test_status_tells_scripts_the_same_as_people(enrolled, collector):
    jobs_before = json.loads(run(enrolled, "status", "--json").stdout)
    assert (jobs_before["waiting"], jobs_before["last_sequence"], jobs_before["last_collected"]) == (0, 0, None)
    assert run(enrolled, "run", "--once").returncode == 0
    state = json.loads(run(enrolled, "status", "--json").stdout)
    assert state["enrolled"]["unit_code"] == "BV-01"
    assert (state["waiting"], state["last_sequence"], state["refused"], state["failure"]) == (0, 1, [], "")
    assert state["last_delivered"]


def test_status_and_export_make_nothing_where_there_is_no_agent(config, tmp_path):
    assert "chưa ghi danh" in run(config, "status").stdout
    done = run(config, "export", str(tmp_path / "tệp.gz"))
    assert done.returncode == 0
    assert "Không có báo cáo nào" in done.stdout
    assert not config.data_dir.exists()
    assert not (tmp_path / "tệp.gz").exists()


def test_status_of_a_damaged_spool_says_so_and_still_tells_where_the_machine_is_enrolled(enrolled):
    jobs.open_configured(enrolled).close()
    (enrolled.data_dir / "spool.sqlite").write_bytes(b"h" * 9000)
    done = run(enrolled, "status")
    assert done.returncode == 3
    assert "Bệnh viện Đa khoa" in done.stdout
    assert "không ghi/đọc được" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_that_cannot_be_written_is_an_error(enrolled, tmp_path):
    spool = jobs.open_configured(enrolled)
    jobs.collect(enrolled, spool)
    spool.close()
    done = run(enrolled, "export", str(tmp_path / "không-có/tệp.gz"))
    assert done.returncode == 3
    assert "Không ghi được tệp" in done.stderr


def test_check_judges_here_and_sends_nothing(config):
    done = run(config, "check", "--json")
    document = json.loads(done.stdout)
    outcomes = [Outcome.from_code(result["outcome"]) for result in document["results"]]
    assert done.returncode == checking.exit_code(outcomes)
    assert {seen["kind"] for seen in document["observations"]} == set(REGISTRY)
    about_machines = {rule.id for rule in load_policy().rules_about(AssetSort.MACHINE)}
    assert {result["rule"] for result in document["results"]} == about_machines


def test_check_shows_in_vietnamese_what_to_do(config):
    done = run(config, "check")
    assert "Không đạt (" in done.stdout
    assert " không đạt, " in done.stdout
    assert "→" in done.stdout


def test_what_has_one_cause_is_told_once_and_only_failures_get_a_remedy():
    policy = load_policy()
    reason, hidden = "not-equal: antivirus.products.running", "missing: lan.dns_resolves: probes-passive"
    results = [
        RuleResult(rule="antivirus.running", outcome=Outcome.FAIL, decided_by="", reason=reason),
        RuleResult(rule="antivirus.realtime", outcome=Outcome.FAIL, decided_by="", reason=reason),
        RuleResult(rule="lan.dns_resolves", outcome=Outcome.UNKNOWN, decided_by="", reason=hidden),
        RuleResult(
            rule="lan.link_speed", outcome=Outcome.NOTAPPLICABLE, decided_by="", reason="not-equal: host.virtual"
        ),
    ]
    text = on_screen(verdicts(policy, results, "vi"))
    assert text.count("Các sản phẩm › Đang chạy") == 1
    assert text.count("→") == 2
    assert "không gửi gói tin" in text
    assert "Không áp dụng (1)" in text
    assert "(xét theo: Máy ảo)" not in text
    assert "(xét theo: Máy ảo)" in on_screen(verdicts(policy, results, "vi", everything=True))
    assert text.index("Không đạt (2)") < text.index("Phòng, chống mã độc") < text.index("Chưa rõ (1)")


def on_screen(what, width=100) -> str:
    console = Console(width=width, file=io.StringIO())
    for one in what if isinstance(what, list) else [what]:
        console.print(one)
    return console.file.getvalue()


def judged_alike(policy, outcome, reason):
    return [RuleResult(rule=rule, outcome=outcome, decided_by="", reason=reason) for rule in policy.rules]


def test_what_is_well_is_counted_by_domain_and_named_only_when_asked():
    policy = load_policy()
    results = judged_alike(policy, Outcome.PASS, "holds: lan.dns_resolves")
    text = on_screen(verdicts(policy, results, "vi")).replace("\u00a0", " ")
    assert text.count("\n") < 6
    of_domain = sum(rule.startswith("antivirus.") for rule in policy.rules)
    assert f"Phòng, chống mã độc {of_domain}" in text
    everything = on_screen(verdicts(policy, results, "vi", everything=True))
    assert all(rule.title.vi in everything for rule in policy.rules.values())
    assert "--all" in on_screen(list(closing(results, "vi", everything=False)))
    assert "--all" not in on_screen(list(closing(results, "vi", everything=True)))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal_and_none_is_lost(width):
    policy = load_policy()
    results = judged_alike(policy, Outcome.FAIL, "not-equal: antivirus.products.running")
    text = on_screen(verdicts(policy, results, "vi"), width)
    assert max(map(len, text.splitlines())) <= width
    whole = " ".join(text.split())
    assert all(rule.title.vi.split()[-1] in whole for rule in policy.rules.values())


def test_what_matters_most_stands_first_below_its_cause():
    policy = load_policy()
    rules = ["antivirus.auto_update", "antivirus.running", "antivirus.signatures_fresh"]
    reason = "not-equal: antivirus.products.running"
    results = [RuleResult(rule=rule, outcome=Outcome.FAIL, decided_by="", reason=reason) for rule in rules]
    text = on_screen(verdicts(policy, results, "vi"))
    titles = [policy.rules[rule].title.vi for rule in rules]
    assert text.index(titles[1]) < text.index(titles[0]) < text.index(titles[2])


def test_several_causes_are_all_put_into_words():
    words = explain_reason(load_policy(), "missing: lan.dns_resolves: probes-passive; permission-denied", "vi")
    assert words.endswith("(đang ở chế độ không gửi gói tin; không đủ quyền đọc)")


def test_missing_rights_are_named_once_at_the_end():
    policy = load_policy()
    hidden = judged_alike(policy, Outcome.UNKNOWN, "failed: antivirus: permission-denied")
    assert on_screen(list(closing(hidden, "vi", everything=False))).count("quyền quản trị") == 1
    plain = judged_alike(policy, Outcome.UNKNOWN, "failed: antivirus: not-found")
    assert "quyền quản trị" not in on_screen(list(closing(plain, "vi", everything=False)))


def test_while_it_looks_it_says_at_what():
    assert waiting_for(["Tường lửa"]) == "Đang xem: Tường lửa"
    assert waiting_for(["Tường lửa", "Máy tính", "Mạng nội bộ"]) == "Đang xem: Tường lửa và 2 mục khác"
    assert waiting_for([]) == "Đang kết luận"


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ("pass notapplicable", 0),
        ("pass fail unknown", 1),
        ("pass unknown", 2),
        ("pass stale", 2),
        ("pass notchecked", 2),
        ("pass error", 2),
        ("notapplicable", 2),
        ("", 2),
    ],
)
def test_only_settled_passes_exit_with_zero(outcomes, code):
    assert checking.exit_code([Outcome.from_code(word) for word in outcomes.split()]) == code


def test_a_machine_that_is_not_enrolled_says_what_to_do(config):
    done = run(config, "run")
    assert done.returncode == 3
    assert "tuanthu-agent enrol" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_ends_every_command_with_three(config):
    for command in ("run", "check", "status"):
        done = run(config, command, TUANTHU_AGENT_COLLECT_MINUTES="nhiều")
        assert done.returncode == 3
        assert "collect_minutes" in done.stderr


def test_a_wrong_argument_ends_with_three(config):
    assert run(config, "enrol", "--server", "https://a").returncode == 3
    assert run(config, "unheard-of").returncode == 3


def test_reasons_are_put_into_words():
    policy = load_policy()
    words = explain_reason(policy, "missing: lan.dns_resolves: probes-passive", "vi")
    assert words.startswith("Không đọc được: ")
    assert "không gửi gói tin" in words
    assert explain_reason(policy, "something-new: x", "vi") == "something-new: x"
