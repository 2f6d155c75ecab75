import errno
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cyclopts import App
from tests.server.reports.sample import POLICY

from tuanthu_server.cli.report import FORMATS, choose_targets, read_moment, register
from tuanthu_server.compliance.policies import publish
from tuanthu_server.errors import InputError, TuanthuError
from tuanthu_server.reports.models import ReportSnapshot
from tuanthu_server.reports.registry import EXPORTERS
from tuanthu_server.units.models import Unit, UnitExpectation

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def run(db):
    publish(POLICY, in_force_from=datetime.now(UTC) - timedelta(days=30))
    unit = Unit.objects.create(code="BV", name="Bệnh viện", created_at=datetime.now(UTC))
    UnitExpectation.objects.create(unit=unit, valid_from=date(2026, 1, 1), machines=3)
    app = App()
    register(app)

    def command(*arguments):
        app(["report", *map(str, arguments)], exit_on_error=False, result_action="return_value")

    return command


def test_a_folder_gets_every_format_of_one_snapshot(run, tmp_path, capsys):
    run("--department", "--out", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"bao-cao-tong-hop.docx", "bao-cao-tong-hop.pdf", "bao-cao-tong-hop.xlsx", "summary.json"}
    assert ReportSnapshot.objects.count() == 1
    assert capsys.readouterr().out.splitlines() == [
        str(tmp_path / "out" / name)
        for name in ("bao-cao-tong-hop.docx", "bao-cao-tong-hop.pdf", "bao-cao-tong-hop.xlsx", "summary.json")
    ]


def test_a_stored_report_is_printed_again_byte_for_byte(run, tmp_path):
    run("--unit", "BV", "--out", tmp_path / "a")
    run("--snapshot", "1", "--out", tmp_path / "b")
    for first in (tmp_path / "a").iterdir():
        assert first.read_bytes() == (tmp_path / "b" / first.name).read_bytes()
    assert ReportSnapshot.objects.count() == 1


def test_the_suffix_tells_the_format(run, tmp_path):
    run("--out", tmp_path / "so-lieu.json")
    assert json.loads((tmp_path / "so-lieu.json").read_text("utf-8"))["scope"] == "department"
    run("--format", "pdf", "--format", "json", "--out", tmp_path / "two")
    assert {path.name for path in (tmp_path / "two").iterdir()} == {"bao-cao-tong-hop.pdf", "summary.json"}


def test_an_earlier_day_is_taken_to_its_end(run, tmp_path):
    day = datetime.now(UTC) - timedelta(days=3)
    run("--as-of", day.date().isoformat(), "--out", tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["as_of"].endswith("16:59:59.999999Z")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--department", "--unit", "BV"),
        ("--snapshot", "1", "--as-of", "2026-01-01"),
        ("--format", "odt"),
        ("--as-of", "hôm qua"),
        ("--as-of", "2999-01-01"),
        ("--unit", "KHÔNG-CÓ"),
        ("--snapshot", "77"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_written(run, tmp_path, arguments):
    with pytest.raises(TuanthuError) as caught:
        run(*arguments, "--out", tmp_path / "out")
    assert caught.value.vi != str(caught.value)
    assert not (tmp_path / "out").exists()
    assert not ReportSnapshot.objects.exists()


def test_a_place_that_cannot_be_written_is_named_and_keeps_its_old_file(run, tmp_path):
    (tmp_path / "file").write_text("cũ", "utf-8")
    with pytest.raises(InputError, match="Cannot write"):
        run("--out", tmp_path / "file" / "report.json")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("out", ["file/report.json", "folder/deep/report.json", "taken", f"{'x' * 260}.json"])
def test_a_place_that_cannot_be_written_uses_up_no_number(run, tmp_path, out):
    (tmp_path / "file").write_text("cũ", "utf-8")
    (tmp_path / "folder").symlink_to("/proc/self/none")
    (tmp_path / "taken" / "summary.json").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(InputError) as caught:
        run("--format", "json", "--out", tmp_path / out)

    assert str(tmp_path / out) in caught.value.vi
    assert caught.value.vi.startswith("Không ghi được")
    assert ";" in caught.value.vi.partition(": ")[2]
    assert not ReportSnapshot.objects.exists()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_uses_up_no_number_and_keeps_the_old_files(run, tmp_path, monkeypatch):
    (tmp_path / "report.json").write_text("cũ", "utf-8")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device", "/temporary")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="disk is full") as caught:
        run("--out", tmp_path / "report.json")

    assert str(tmp_path / "report.json") in caught.value.vi
    assert "/temporary" not in caught.value.vi + caught.value.en
    assert not ReportSnapshot.objects.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert (tmp_path / "report.json").read_text("utf-8") == "cũ"


def test_a_device_is_not_replaced_and_a_link_stays_a_link(run, tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InputError, match="no ordinary file"):
        run("--out", tmp_path / "pipe.json")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    run("--out", tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text("utf-8"))["number"] == 1


def test_a_day_in_the_future_is_told_with_the_time_it_is_now():
    with pytest.raises(InputError) as caught:
        read_moment("2026-11-25", NOW)
    assert "tương lai, bây giờ là 24/11/2026 10:00" in caught.value.vi
    assert "T23:59" not in caught.value.vi + caught.value.en


def test_out_and_format_must_agree(tmp_path):
    assert choose_targets(Path("a.pdf"), None) == [("pdf", Path("a.pdf"))]
    assert choose_targets(Path("a.tmp"), ["pdf"]) == [("pdf", Path("a.tmp"))]
    assert choose_targets(tmp_path, ["PDF"]) == [("pdf", tmp_path / "bao-cao-tong-hop.pdf")]
    for out, formats in (("a.pdf", ["docx"]), ("a.pdf", ["pdf", "docx"])):
        with pytest.raises(InputError, match="name a folder"):
            choose_targets(Path(out), formats)


def test_today_is_the_present_and_other_days_end_at_midnight_in_vietnam():
    assert read_moment("2026-11-24", NOW) is None
    assert read_moment("2026-11-23", NOW) == datetime(2026, 11, 23, 16, 59, 59, 999999, tzinfo=UTC)
    assert read_moment("2026-11-24T08:00", NOW) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    for wrong in ("24/11/2026", "2026-13-01", "9999-12-31", "2026-11-24T11:00"):
        with pytest.raises(InputError):
            read_moment(wrong, NOW)


def test_the_command_knows_every_format_and_its_default_name(tmp_path):
    assert tuple(EXPORTERS) == FORMATS
    assert {name: path.name for name, path in choose_targets(tmp_path, None)} == {
        name: exporter.filename for name, exporter in EXPORTERS.items()
    }
