"""A backup of a running collector, restored into nothing: a real one, on this run's database."""

import io
import tarfile

import pytest
from tests.assets.postgres import own_database
from tests.assets.serving import ServedCollector
from tests.assets.signing import observation

from tuanthu_server.backup import archive
from tuanthu_server.errors import InputError


def test_what_is_restored_goes_on_where_the_backup_was_made(served, tmp_path):
    agent = served.enrolled()
    good = observation("alpha", {"good": True})
    assert served.deliver(agent, agent.report([good]))[0] == 200
    (served.data / "văn bản").mkdir(exist_ok=True)
    (served.data / "văn bản" / "quyết định.pdf").write_bytes(b"%PDF")
    copy = tmp_path / "sao lưu.tar"
    assert "Đã sao lưu" in served.command("backup", "--out", str(copy))
    assert copy.stat().st_mode & 0o777 == 0o600
    later = agent.report([observation("alpha", {"good": False})])
    assert served.deliver(agent, later)[0] == 200

    second = ServedCollector(tmp_path / "mới", own_database("restored"))
    second.folder.mkdir()
    assert "khớp" in second.command("restore", str(copy))

    assert (second.data / "văn bản" / "quyết định.pdf").read_bytes() == b"%PDF"
    assert (second.data / "secret.key").read_bytes() == (served.data / "secret.key").read_bytes()
    assert all(path.stat().st_mode & 0o077 == 0 for path in second.data.rglob("*"))
    count = f"SELECT COUNT(*) FROM inventory_report WHERE agent_id = '{agent.id if second.database_url else agent.id.replace('-', '')}'"
    assert second.query(count)[0][0] == 1
    second.start()
    try:
        status, answer, _ = second.deliver(agent, later)  # the agent sends again what this one does not know
        assert (status, answer["status"]) == (200, "stored")
    finally:
        second.stop()
    assert "khớp" in second.command("evaluate", "--verify")
    assert "không trống" in second.command("restore", str(copy), accepted=3)
    assert "đã có" in served.command("backup", "--out", str(copy), accepted=3)


def test_a_backup_that_is_damaged_restores_nothing(fresh):
    fresh.prepare()
    copy = fresh.folder / "a.tar"
    fresh.command("backup", "--out", str(copy))
    damaged = bytearray(copy.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (fresh.folder / "b.tar").write_bytes(damaged)
    (fresh.folder / "c.tar").write_bytes(copy.read_bytes()[:-40_000])
    other = ServedCollector(fresh.folder / "khác")
    other.folder.mkdir()
    for name in ("b.tar", "c.tar", "vắng.tar"):
        assert "no whole backup" in other.command("restore", str(fresh.folder / name), accepted=3)
        assert not other.data.exists()


@pytest.mark.parametrize("name", ["files/../../trộm", "/etc/trộm", "database/..", "lạ", "files/a\\b"])
def test_no_member_is_written_outside_of_the_folder(tmp_path, name):
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as tar:
        for one in (archive.MANIFEST, name):
            info = tarfile.TarInfo(one)
            info.size = 2
            tar.addfile(info, io.BytesIO(b"{}"))
    inside = tmp_path / "trong"
    inside.mkdir()
    with pytest.raises(InputError):
        archive.unpack(path, inside)
    assert list(inside.iterdir()) == []
