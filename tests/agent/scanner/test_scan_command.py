"""`tuanthu-agent scan` as an officer sees it: the screen, the exit codes, what goes wrong."""

import io
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rich.console import Console
from tests.agent.scanning.conftest import Authority, finding, scope_now

from tuanthu_agent.cli import main
from tuanthu_agent.cli import scanning as command
from tuanthu_agent.cli.scan_table import blocks, closing
from tuanthu_agent.cli.scan_words import GAPS, gap_text
from tuanthu_agent.config import load_config
from tuanthu_agent.scanner.child import Ended, Found, Gap, Stage
from tuanthu_agent.scanner.turn import alone
from tuanthu_policy.devices.finding import Device
from tuanthu_policy.devices.verdict import Verdict

OTHER = "127.20.0.9"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TUANTHU_AGENT_DATA_DIR", str(tmp_path / "agent"))
    return tmp_path


@pytest.fixture
def papers(tmp_path):
    """A scope of one loopback address on which nothing listens, and the key to trust."""

    def make(**changes):
        authority = Authority()
        scope, trust = tmp_path / "scope.jws", tmp_path / "authority.pub"
        scope.write_text(authority.sign(scope_now(**{"networks": ["127.63.0.9/32"], **changes})))
        trust.write_bytes(authority.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return ["--scope", str(scope), "--trust", str(trust)]

    return make


def screen(findings, width=80, language="vi", gaps=(), whole=True):
    console = Console(width=width, file=io.StringIO(), record=True)
    remedies = command.remedies(findings, load_config())
    for part in (*blocks(findings, remedies, language), *closing(findings, gaps, language, whole=whole)):
        console.print(part)
    return console.export_text()


FINDINGS = [
    finding(80, verdict=Verdict.DEFAULT_REJECTED, ip="127.20.0.7", mac=None, device=Device(vendor="Đã đổi"), tested=2, documented=2),
    finding(80, verdict=Verdict.DEFAULT_CONFIRMED, account="admin", exposures=["http-without-tls"]),
    finding(554, "rtsp", Verdict.INCONCLUSIVE, tested=1, documented=3, reason="spent: 2/2"),
    finding(8000, "unknown"),
    finding(9100, "jetdirect", ip=OTHER, mac="00:26:73:00:00:01", device=Device(vendor="RICOH", class_="printer")),
]  # fmt: skip


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_line_is_wider_than_the_screen_and_the_worst_comes_first(width, language):
    lines = screen(FINDINGS, width, language).splitlines()
    assert max(map(len, lines)) <= width
    heads = [line for line in lines if line[:1] in "✗✓?·" and line[:1]]
    assert [line[0] for line in heads] == ["✗", "✓"]


def test_a_device_is_one_block_with_its_services_what_is_open_and_what_to_do():
    text = " ".join(screen(FINDINGS, 140).split())
    assert "✗ 127.20.0.5 Camera · Hikvision DS-2CD" in text
    assert "http 80 Còn mật khẩu mặc định (tài khoản admin)" in text
    assert "rtsp 554 Chưa kết luận được – đã thử 1/3 tài khoản; hết lượt đăng nhập" in text
    assert "cổng khác unknown 8000" in text
    assert "điểm hở trang quản trị không mã hóa (HTTP)" in text
    assert "cần làm Vào Cấu hình" in text
    assert text.count("cần làm") == 1
    assert "Không thấy dịch vụ đăng nhập nào: 127.20.0.9 Máy in · RICOH jetdirect 9100" in text
    assert "3 thiết bị trên mạng; 1 dịch vụ còn để mặc định hoặc mở, 1 đã đổi, 1 chưa rõ." in text


def test_what_a_device_says_of_itself_cannot_write_to_the_terminal():
    hostile = Device(vendor="\x1b[2J[red]X[/red]", model="\u202eoled\x07", class_="camera")
    text = screen([finding(80, verdict=Verdict.DEFAULT_CONFIRMED, account="\x1b]0;x\x07", device=hostile)])
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]X[/red]" in text


def test_an_unknown_device_on_its_default_gets_the_remedy_of_its_protocol():
    text = screen([finding(80, verdict=Verdict.NO_AUTH, device=Device())])
    assert "cần làm" in text


def test_nothing_found_is_said_and_every_gap_has_words():
    text = screen([], gaps=["icmp-not-permitted: ping", "something-new: 7"], whole=False)
    assert "Không thấy thiết bị nào trả lời." in text
    assert "chạy với quyền quản trị" in text
    assert "something-new: 7" in text
    assert "Lượt quét chưa trọn vẹn." in text
    for code in GAPS:
        assert gap_text(f"{code}: 3", "vi") != gap_text(f"{code}: 3", "en")


def run(capfd, *words):
    with pytest.raises(SystemExit) as caught:
        main(["scan", *words])
    printed = capfd.readouterr()
    return caught.value.code, " ".join((printed.out + printed.err).split())


@pytest.mark.parametrize(
    ("verdict", "whole", "code"),
    [
        (Verdict.DEFAULT_CONFIRMED, True, 1), (Verdict.DEFAULT_CONFIRMED, False, 1), (Verdict.INCONCLUSIVE, True, 2),
        (Verdict.DEFAULT_REJECTED, True, 0), (Verdict.DEFAULT_REJECTED, False, 2), (None, True, 0),
    ],
)  # fmt: skip
def test_the_exit_code_says_what_came_of_it(monkeypatch, capfd, papers, home, verdict, whole, code):
    events = [
        Stage("sweep", 1, 1, 1),
        Found([finding(80, verdict=verdict)], managed=False),
        Gap("nmap-failed: exit 1"),
        Ended(whole),
    ]
    monkeypatch.setattr(command, "run_child", lambda order: iter(events))
    lines = home / "findings.jsonl"
    assert run(capfd, *papers(), "--json", str(lines))[0] == code
    assert len(lines.read_text().splitlines()) == 1


def test_an_expired_scope_is_refused_in_words(papers, capfd):
    code, text = run(
        capfd,
        *papers(issued_at=datetime.now(UTC) - timedelta(days=3), not_after=datetime.now(UTC) - timedelta(hours=1)),
    )
    assert code == 3
    assert "hết hiệu lực" in text


def test_a_scope_that_somebody_else_signed_is_refused(papers, capfd, home):
    words = papers()
    other = Authority()
    (home / "authority.pub").write_bytes(other.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    code, text = run(capfd, *words)
    assert code == 3
    assert "Chữ ký của giấy phép quét không đúng" in text


@pytest.mark.parametrize("name", ["scope.jws", "authority.pub"])
def test_a_file_that_is_not_there_is_named(papers, capfd, home, name):
    words = papers()
    (home / name).unlink()
    code, text = run(capfd, *words)
    assert code == 3
    assert name in text


def test_beside_another_scan_it_says_so(papers, capfd, home):
    with alone(home / "agent" / "scan"):
        code, text = run(capfd, *papers())
    assert code == 3
    assert "Đang có một lượt quét khác" in text


def test_ctrl_c_ends_it_in_good_order(papers, home):
    """The scope covers a whole network of loopback: there is time to press the keys."""
    words = papers(networks=["127.63.0.0/20"])
    code = "import sys; from tuanthu_agent.cli import main; main(sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "scan", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not (home / "agent" / "scan" / "budget.sqlite").exists():  # made last before the first packet
        assert time.monotonic() < deadline, "the scan did not begin"
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=40)
    assert process.returncode == 130
    assert "Đã dừng theo yêu cầu" in errors
    assert "Traceback" not in errors
