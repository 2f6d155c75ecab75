"""The way that the READMEs tell, from an empty database to a unit's page on paper, by their own commands.

Commands run as they stand there; only the collector's name and folder are this test's own.
"""

import base64
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.assets import browsing
from tests.assets.clamd import CLAMD, Clamd, run_agent, seeing
from tests.e2e.conftest import Station

from tuanthu_server.accounts import totp

ROOT = Path(__file__).resolve().parents[2]
UNIT, NAME = "TYT-001", "Trạm Y tế xã Ea Tíu"
RULE = "Phần mềm phòng, chống mã độc đang chạy"
PASSWORD = "một-mật-khẩu-rất-dài"
pytestmark = pytest.mark.root


def blocks(readme: str) -> list[str]:
    """The commands of the part that begins with an empty database, block by block."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    part = re.search(r"^## (?:Dùng thật|Use it for real).*?(?=^## )", text, re.MULTILINE | re.DOTALL)[0]
    found = re.findall(r"(?:^(?: {7}| {4})\S.*\n)+", part, re.MULTILINE)
    return [re.sub(r"^(?: {7}| {4})", "", one, flags=re.MULTILINE) for one in found]


class Newcomer(Station):
    """Somebody who has the README and nothing else."""

    said = ""

    def follow(self, block: str) -> None:
        """Run a block of commands; a collector that it ends with goes on."""
        block = block.replace("/var/lib/tuanthu-server", self.environment["TUANTHU_DATA_DIR"])
        commands, serve, _ = block.replace("tuanthu.soyte.example", "localhost").partition("tuanthu-server serve")
        done = subprocess.run(
            ["bash", "-euc", commands], env=self.environment | {"PATH": f"{self.bin}:{os.environ['PATH']}"},
            cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        self.said += done.stdout
        if serve:
            self.start()


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Clamd]:
    assert Path(CLAMD).exists(), "make test installs clamav-daemon"
    made = Clamd(tmp_path / "clamav")
    yield made
    made.stop()


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    made = Newcomer(tmp_path)
    for block in blocks("README.vi.md")[1:3]:
        made.follow(block)
    yield made
    made.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = browsing.launch(playwright)
        yield running
        running.close()


@pytest.fixture
def machine(newcomer, clamd):
    """What runs the agent's commands on the unit's machine; its resident ends with the test."""
    running = []

    def run(*command: str) -> None:
        running.append(subprocess.Popen(
            seeing(clamd, newcomer.bin / command[0], *command[1:]),
            env=newcomer.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ))  # fmt: skip

    yield run
    for one in running:
        one.send_signal(signal.SIGTERM)
        one.wait(timeout=60)


def test_both_readmes_tell_the_same_way():
    """Commands and settings; what the cells of the list of units say is each language's own."""
    vietnamese, english = (
        [
            line.split("#")[0].strip()
            for block in blocks(name)[:3]
            for line in block.splitlines()
            if line.startswith("tuanthu-") or " = " in line
        ]
        for name in ("README.vi.md", "README.md")
    )
    assert "tuanthu-server serve" in vietnamese
    assert vietnamese == english


def test_from_an_empty_database_to_a_unit_on_paper(newcomer, browser, machine, clamd, tmp_path):
    admin = somebody(browser, newcomer)
    password = re.search(r"password, shown once\): (\S+)", newcomer.said)[1]
    enter(admin, "admin", password, second_factor=True)
    second = somebody(browser, newcomer)
    invited(admin, second, "lãnh-đạo", role="Quản trị cấp Sở", second_factor=True)
    officer = somebody(browser, newcomer)
    invited(admin, officer, "cán-bộ-đức", unit=f"{UNIT} · {NAME}")

    officer.goto("/enrolment/")
    officer.get_by_role("button", name="Cấp mã").click()
    newcomer.run(*shlex.split(officer.locator("#windows").inner_text()))
    machine("tuanthu-agent", "run")
    name = first_machine(officer)

    officer.get_by_role("link", name="Việc cần làm").first.click()
    officer.get_by_role("link", name=RULE, exact=True).click()
    expect(officer.get_by_role("heading", name="Cách sửa")).to_be_visible()
    expect(officer.get_by_role("link", name=name, exact=True)).to_be_visible()
    clamd.start()
    run_agent(newcomer, clamd)
    officer.reload()
    expect(officer.get_by_role("link", name=name, exact=True)).to_have_count(0)

    officer.get_by_label("Tìm đơn vị, máy, thiết bị").fill(name)
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/search/**")
    officer.get_by_role("main").get_by_role("link", name=name).click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text(name)
    assert officer.locator("[id='antivirus.running'] .outcome").text_content() == "Đạt"
    page_of_machine = officer.url
    waived = waive(officer, second)
    officer.goto(page_of_machine)
    expect(officer.get_by_text("được miễn trừ").first).to_be_visible()

    attest(officer, tmp_path)
    paper = on_paper(officer, tmp_path)
    assert NAME in paper
    assert name in paper
    assert "Đăng xuất" not in paper
    assert waived
    for page in (admin, second, officer):
        assert page.troubles == []


def somebody(browser: Browser, newcomer: Newcomer) -> Page:
    """A browser of its own."""
    return browsing.watched_page(browsing.open_context(browser, newcomer.address), newcomer.address)


def enter(page: Page, name: str, password: str, *, second_factor: bool = False) -> None:
    """Sign in for the first time."""
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    if second_factor:
        page.wait_for_url("**/login/enrol/")
        seed = base64.b32decode(page.locator("code.secret").inner_text().replace(" ", ""))
        page.get_by_label("Mã xác thực").fill(totp.code_at(seed, totp.step_of(datetime.now(UTC))))
        page.get_by_role("button", name="Bật xác thực hai lớp").click()
        page.get_by_role("link", name="Tôi đã lưu, tiếp tục").click()
    page.get_by_role("button", name="Đăng xuất").wait_for()


def invited(admin: Page, page: Page, name: str, *, role: str = "", unit: str = "", second_factor: bool = False) -> None:
    """An administrator adds a person, who follows the link."""
    admin.goto("/people/new/")
    admin.get_by_label("Tên đăng nhập").fill(name)
    if role:
        admin.get_by_label("Vai trò").select_option(label=role)
    if unit:
        admin.get_by_label(unit).check()
    admin.get_by_role("button", name="Thêm và tạo liên kết đặt mật khẩu").click()
    page.goto(admin.locator("pre").inner_text())
    for label in ("Mật khẩu mới", "Nhập lại mật khẩu mới"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đặt mật khẩu").click()
    enter(page, name, PASSWORD, second_factor=second_factor)


def first_machine(page: Page) -> str:
    """The unit's machine, of which its page must tell results within a minute."""
    page.goto(f"/units/{UNIT}/")
    began = datetime.now(UTC)
    judged = page.locator("tr", has=page.locator("a[href^='/assets/']")).filter(has_text="Không đạt")
    while not judged.count():
        assert datetime.now(UTC) - began < timedelta(minutes=1), page.get_by_role("main").inner_text()
        page.wait_for_timeout(500)
        page.reload()
    return judged.get_by_role("link").first.inner_text().strip()


def waive(officer: Page, second: Page) -> str:
    """The officer asks, somebody else approves; what it is that was waived."""
    officer.get_by_role("link", name="Đề nghị miễn trừ").first.click()
    what = officer.get_by_label("Miễn trừ điều gì").input_value()
    officer.get_by_label("Văn bản cho phép").fill("Công văn 12/SYT-VP ngày 20/11/2026")
    officer.get_by_label("Lý do").fill("Chờ thay máy trong quý tới")
    last = (datetime.now(UTC) + timedelta(days=60)).date()
    officer.get_by_label("Đến hết ngày").fill(last.isoformat())
    officer.get_by_role("button", name="Gửi đề nghị").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("Miễn trừ số")
    second.goto("/waivers/")
    second.locator("table.exceptions tbody a").first.click()
    second.get_by_role("button", name="Duyệt").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("hiệu lực")
    return what


def attest(officer: Page, folder: Path) -> None:
    """The unit states what no machine can measure."""
    evidence = folder / "bien-ban.pdf"
    officer.goto("/attestations/")
    evidence.write_bytes(officer.pdf())
    officer.get_by_role("link", name="Ghi xác nhận").first.click()
    officer.get_by_label("Nội dung xác nhận").fill("Đã kiểm tra đợt 1 năm 2026")
    officer.get_by_label("Người xác nhận").fill("BS. Nguyễn Văn Đạt, Trạm trưởng")
    officer.get_by_label("Tệp minh chứng").set_input_files(evidence)
    officer.get_by_role("button", name="Ghi xác nhận").click()
    expect(officer.get_by_text("BS. Nguyễn Văn Đạt, Trạm trưởng").first).to_be_visible()


def on_paper(page: Page, folder: Path) -> str:
    """The unit's page as it is printed: its words."""
    page.goto(f"/units/{UNIT}/")
    printed = folder / "don-vi.pdf"
    printed.write_bytes(page.pdf(format="A4"))
    done = subprocess.run(
        ["pdftotext", "-layout", printed, "-"], capture_output=True, text=True, timeout=60, check=True
    )
    return " ".join(done.stdout.split())
