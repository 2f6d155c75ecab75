"""The first administrator signs in with a real browser and looks around, at a desk and on a phone."""

import base64
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tuanthu_server.accounts import totp

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"desktop": (1366, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


@pytest.fixture(params=WIDTHS)
def page(request, browser, station):
    """A page that notes errors and requests that leave the collector."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height}, ignore_https_errors=True, base_url=station.address, locale="vi-VN"
    )
    opened = context.new_page()
    opened.troubles = []
    opened.on("console", lambda message: message.type == "error" and opened.troubles.append(message.text))
    opened.on("pageerror", lambda error: opened.troubles.append(str(error)))
    opened.on("request", lambda asked: note_foreign(opened, asked.url, station.port))
    yield opened
    context.close()


def note_foreign(page: Page, url: str, port: int) -> None:
    if urlsplit(url).scheme != "data" and urlsplit(url).port != port:
        page.troubles.append(f"leaves the collector: {url}")


def sign_in(page: Page, station) -> None:
    page.goto("/")
    page.get_by_label(re.compile("Tên đăng nhập")).fill("admin")
    page.get_by_label(re.compile("Mật khẩu"), exact=False).first.fill(
        (station.folder / "password").read_text(encoding="utf-8").strip()
    )
    page.get_by_role("button", name=re.compile("Đăng nhập")).click()
    page.wait_for_url("**/login/enrol/")
    assert not overflows(page)
    seed = base64.b32decode(page.locator("code.secret").inner_text().replace(" ", ""))
    page.get_by_label("Mã xác thực").fill(totp.code_at(seed, totp.step_of(datetime.now(UTC))))
    page.get_by_role("button", name="Bật xác thực hai lớp").click()
    page.get_by_role("link", name="Tôi đã lưu, tiếp tục").click()
    page.wait_for_load_state()


def open_menu(page: Page) -> None:
    """On a phone the menu is folded."""
    folded = page.locator(".menu-small > summary")
    if folded.is_visible():
        folded.click()


def overflows(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")


def test_from_sign_in_to_the_rule_that_failed(page, station):
    station.run("tuanthu-agent", "run", "--once")
    sign_in(page, station)
    assert "Trạm Y tế xã Ea Tíu" in page.content()
    assert not overflows(page)

    page.get_by_role("link", name=re.compile("Trạm Y tế xã Ea Tíu")).first.click()
    page.wait_for_load_state()
    [(machine,)] = station.query("SELECT name FROM inventory_asset")
    assert not overflows(page)
    page.get_by_role("link", name=re.compile(re.escape(machine))).first.click()
    page.wait_for_load_state()

    shown = page.content()
    assert "Đồng hồ máy được đồng bộ" in shown
    assert "Không đạt" in shown
    assert not overflows(page)

    open_menu(page)
    page.get_by_role("link", name="Đường truyền", exact=True).click()
    page.wait_for_load_state()
    assert page.get_by_role("link", name=re.compile("Trạm Y tế xã Ea Tíu")).count() == 1
    assert not overflows(page)
    assert page.troubles == []


def test_whoever_uses_the_keyboard_sees_where_the_focus_is(page, station):
    page.goto("/")
    reached = [ring_of_next(page) for _ in range(4)]
    sign_in(page, station)
    page.goto("/units/")
    reached += [ring_of_next(page) for _ in range(40)]

    assert {"INPUT", "SELECT", "BUTTON", "A"} <= {tag for tag, *_ in reached}
    for tag, style, width, colour in reached:
        assert tag == "BODY" or (style == "solid" and width == "3px" and "/ 0" not in colour), (tag, colour)


def ring_of_next(page: Page) -> list[str]:
    """Tag and outline of what the tabulator key reaches next."""
    page.keyboard.press("Tab")
    return page.evaluate(
        "(() => { const at = document.activeElement, look = getComputedStyle(at);"
        " return [at.tagName, look.outlineStyle, look.outlineWidth, look.outlineColor]; })()"
    )


def test_an_outsider_is_asked_to_sign_in_and_a_wrong_password_is_refused(page):
    page.goto("/")
    assert "/login" in page.url
    page.get_by_label(re.compile("Tên đăng nhập")).fill("admin")
    page.get_by_label(re.compile("Mật khẩu"), exact=False).first.fill("không phải mật khẩu này")
    page.get_by_role("button", name=re.compile("Đăng nhập")).click()
    page.wait_for_load_state()
    assert "/login" in page.url


def test_an_administrator_invites_an_officer_who_sees_their_own_unit(page, station):
    sign_in(page, station)
    open_menu(page)
    page.get_by_role("link", name="Người dùng", exact=True).click()
    page.get_by_role("link", name="Thêm người dùng").click()
    page.get_by_label("Tên đăng nhập").fill("cán-bộ-đức")
    page.get_by_label("TYT-001 · Trạm Y tế xã Ea Tíu").check()
    assert not overflows(page)
    page.get_by_role("button", name="Thêm và tạo liên kết đặt mật khẩu").click()
    link = page.locator("pre").inner_text()
    page.get_by_role("button", name="Đăng xuất").click()

    page.goto(link)
    for label in ("Mật khẩu mới", "Nhập lại mật khẩu mới"):
        page.get_by_label(label, exact=True).fill("một-mật-khẩu-rất-dài")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    page.get_by_label("Tên đăng nhập").fill("cán-bộ-đức")
    page.get_by_label("Mật khẩu", exact=True).fill("một-mật-khẩu-rất-dài")
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")

    assert page.get_by_role("link", name="Trạm Y tế xã Ea Tíu").count() == 1
    open_menu(page)
    assert page.get_by_role("link", name="Đường truyền", exact=True).count() == 1
    assert page.get_by_role("link", name="Người dùng", exact=True).count() == 0
    assert not overflows(page)
    assert page.troubles == []
    page.goto("/people/")
    assert page.get_by_role("heading", name="Bạn chưa được phép làm việc này").count() == 1
