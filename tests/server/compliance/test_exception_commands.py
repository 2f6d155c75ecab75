"""Waivers, attestations and trials by their commands, as an officer types them."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.cli import attestations, evaluate, policies, waivers
from tuanthu_server.compliance import policies as publishing
from tuanthu_server.errors import InputError

SOON = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def people(transactional_db, django_user_model, monkeypatch):
    monkeypatch.setenv("COLUMNS", "240")
    for name in ("lan", "hùng"):
        django_user_model.objects.create_user(name, password="x")


def test_a_waiver_goes_from_its_proposal_to_its_end(intake, enrolled, unit, people, capsys):
    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": False})]))
    waivers.propose(
        by="lan", authority="Công văn 12", reason="chờ thay máy", until=SOON, rule="alpha.good", unit=unit.code
    )
    number = int(capsys.readouterr().out.split("số ")[1].split(";")[0])
    with pytest.raises(InputError, match="another person"):
        waivers.approve(number, by="lan")
    waivers.approve(number, by="hùng", note="đồng ý")
    evaluate.print_units(None, None)
    waivers.show()
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("Trong", "đang hiệu lực", "Công văn 12", "Đề nghị: lan", "Phê duyệt: hùng"))
    waivers.revoke(number, by="lan", reason="đã thay")
    waivers.show()
    assert "đã thu hồi" in capsys.readouterr().out


def test_an_attestation_is_recorded_with_its_file(unit, people, tmp_path, capsys):
    publishing.publish(load_policy(ROOT / "policies"))
    scan = tmp_path / "quyết định.pdf"
    scan.write_bytes(b"%PDF-1.7")
    control = next(iter(load_policy(ROOT / "policies").attested_controls()))
    told = {"control": control, "unit": unit.code, "attested_by": "BS. Đạt, Trạm trưởng"}
    attestations.add(**told, statement="Đã thực hiện", file=scan, by="lan")
    number = int(capsys.readouterr().out.split("số ")[1].split(",")[0])
    with pytest.raises(InputError):
        attestations.add(**told, statement="Đã thực hiện", file=tmp_path / "không có", by="lan")
    attestations.show(unit=unit.code)
    assert "còn hiệu lực" in capsys.readouterr().out
    attestations.revoke(number, by="hùng", reason="nhầm")
    attestations.show()
    assert "đã thu hồi" in capsys.readouterr().out


def test_a_folder_is_tried_and_nothing_is_published(intake, unit, people, tmp_path, capsys):
    from tuanthu_server.compliance.models import PolicyVersion

    publishing.publish(load_policy(ROOT / "policies"))
    enrol_agent(unit, "máy-trạm-01")
    for name in ("rules", "controls", "facts"):
        shutil.copytree(ROOT / "policies" / name, tmp_path / "mới" / name)
    shutil.rmtree(tmp_path / "mới/rules/host/disk_space")
    policies.attempt(tmp_path / "mới", out=tmp_path / "thay đổi.csv")
    assert "chưa ban hành gì" in capsys.readouterr().out
    rows = (tmp_path / "thay đổi.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "asset,name,unit,code,from,to"
    assert [row.split(",")[1:] for row in rows[1:]] == [
        ["máy-trạm-01", str(unit.pk), "host.disk_space", "notchecked", ""]
    ]
    assert PolicyVersion.objects.count() == 1
    with pytest.raises(InputError):
        policies.attempt(tmp_path / "không có")
