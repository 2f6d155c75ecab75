"""The legacy probe as it is shipped, on a real CPython 3.8 in wine's Windows 7 mode, against a real collector."""

import gzip
import hashlib
import importlib.util
import json
import shutil
import ssl
import subprocess
import zipfile

import pytest
from tests.assets.serving import ServedCollector
from tests.wine.bench import ROOT, end, exe_name, windows_path

from tuanthu_policy.framing import b64url_decode

VERSION = "3.8"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    collector = ServedCollector(tmp_path_factory.mktemp("served"))
    collector.prepare()
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture(scope="module")
def installed(bench, tmp_path_factory):
    """The embeddable build with the archive beside it, as docs/legacy.md says."""
    folder = tmp_path_factory.mktemp("cài đặt") / "Tuanthu"
    shutil.copytree(bench.cache / f"python-{VERSION}", folder)
    spec = importlib.util.spec_from_file_location("packaging_legacy", ROOT / "packaging" / "legacy.py")
    packing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(packing)
    with zipfile.ZipFile(packing.build(folder)) as archive:
        archive.extractall(folder)
    (folder / "python38._pth").write_text("python38.zip\n.\n", "utf-8")
    return folder


@pytest.fixture
def probe(bench, installed, tmp_path):
    """Runs a command of the probe: `probe("status")` gives what it prints."""
    environment = {"TUANTHU_AGENT_DATA_DIR": windows_path(tmp_path / "dữ liệu"), "TUANTHU_AGENT_LAN_PROBES": "passive"}

    def run(*arguments, accepted=0):
        program = installed / exe_name(VERSION)
        call = (program, "-m", "tuanthu_agent.legacy", *arguments)
        return bench.wine(*call, seconds=90, accepted=accepted, **environment)

    run.start = lambda *arguments: bench.start(
        installed / exe_name(VERSION), "-m", "tuanthu_agent.legacy", *arguments, silent=True, **environment
    )
    return run


def enrol(served, probe, *options):
    ca = (served.data / "tls" / "ca.pem").read_text("ascii")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca)).hexdigest()
    address = f"https://localhost:{served.port}"
    return probe(
        "enrol", "--server", address, "--token", served.token(), "--ca-fingerprint", digest, "--owner", "Y tá Hồ Thị Bưởi",
        *options,
    )  # fmt: skip


def payloads(file):
    lines = gzip.decompress(file.read_bytes()).splitlines()
    return [json.loads(b64url_decode(line.split(b".")[1])) for line in lines]


def test_windows_7_enrols_collects_is_killed_and_delivers(served, probe, tmp_path):
    assert "Python 3.8" in probe("version")
    assert "Trạm Y tế xã Ea Tíu" in enrol(served, probe)
    process = probe.start("run")
    try:
        process.wait(2.5)
    except subprocess.TimeoutExpired:  # it is meant to run on
        end(process)
    served.stop()
    try:
        assert "Không kết nối được" in probe("run", "--once", accepted=3)
        file = tmp_path / "báo cáo.gz"
        assert "Đã xuất" in probe("export", windows_path(file))
    finally:
        served.start()
    check_content(payloads(file))
    served.command("import", str(file))
    kept = served.query("SELECT COUNT(*) FROM inventory_report")[0][0]
    assert kept >= 1
    # What was carried as a file is known there and has no effect; the new report is taken.
    assert "bị từ chối 0" in probe("run", "--once")
    assert served.query("SELECT COUNT(*), max(sequence) FROM inventory_report") == [(kept + 1, kept + 1)]
    kinds = {row[0] for row in served.query("SELECT kind FROM inventory_observation")}
    assert {"host", "antivirus", "lan"} <= kinds <= {"host", "antivirus", "firewall", "updates", "lan"}
    assert "Báo cáo đang chờ: 0" in probe("status")


def check_content(envelopes):
    """No collector broke, and the machine is what it is."""
    seen = [observation for one in envelopes for observation in one["observations"]]
    assert [one for one in seen if one["status"] == "error"] == []
    facts = next(one["facts"] for one in seen if one["kind"] == "host")
    assert facts["os_family"] == "windows"
