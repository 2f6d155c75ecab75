"""A changed rule reaches a machine without a new package; a forged one does not."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import zstandard

ROOT = Path(__file__).resolve().parents[2]


def changed_policy(folder: Path) -> Path:
    """The shipped policy with one rule's title changed."""
    copy = folder / "policies"
    for name in ("rules", "controls", "facts", "indicators"):
        shutil.copytree(ROOT / "policies" / name, copy / name)
    rule = copy / "rules/host/disk_space/rule.yml"
    text = rule.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.strip().startswith("vi:"))
    rule.write_text(text.replace(title, title + " (bản mới)", 1), encoding="utf-8")
    return copy


def local_policy(station) -> str:
    """The digest of the policy by which the machine judges itself."""
    return json.loads(station.run("tuanthu-agent", "check", "--json", accepted=(0, 1, 2)))["policy"]


def forge(database: Path) -> None:
    """What somebody who can write the collector's database can do: another bundle, with a signature that is not its."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        version, body = connection.execute(
            "SELECT version, body FROM compliance_agentbundle ORDER BY version DESC LIMIT 1"
        ).fetchone()
        raw = zstandard.ZstdDecompressor().decompress(body)
        raw = raw.replace(f'"version":{version}'.encode(), f'"version":{version + 1}'.encode())
        connection.execute(
            "UPDATE compliance_agentbundle SET version = ?, tag = ?, body = ? WHERE version = ?",
            (version + 1, f'"{version + 1}-forged"', zstandard.ZstdCompressor().compress(raw), version),
        )


def test_a_published_rule_is_pulled_and_a_forged_bundle_is_refused(station, tmp_path):
    station.run("tuanthu-agent", "run", "--once")
    shipped = local_policy(station)
    said = station.run("tuanthu-server", "policies", "publish", str(changed_policy(tmp_path)))
    assert "Gói cho tác tử" in said
    assert local_policy(station) == shipped
    station.run("tuanthu-agent", "run", "--once")
    pulled = local_policy(station)
    assert pulled != shipped
    assert pulled in said

    forge(station.database)
    told = station.run("tuanthu-agent", "run", "--once")
    assert "Chữ ký của gói chính sách KHÔNG đúng" in told
    assert local_policy(station) == pulled
    assert "Gói chính sách bị từ chối" in station.run("tuanthu-agent", "status")
