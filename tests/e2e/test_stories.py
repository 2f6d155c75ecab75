"""Reading without scripts; working without a mouse."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from tests.assets import browsing

from tuanthu_server.accounts.roles import Role

STATION = "Trạm Y tế xã Ea Tíu"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = browsing.launch(playwright)
        yield running
        running.close()


@pytest.fixture(scope="module")
def officer(browser, peopled):
    """The browser of an officer who has signed in."""
    context = browsing.open_context(browser, peopled.address)
    page = browsing.watched_page(context, peopled.address)
    browsing.sign_in(page, peopled.cast[Role.OFFICER])
    yield context
    context.close()


@pytest.fixture
def page(officer, peopled):
    opened = browsing.watched_page(officer, peopled.address)
    yield opened
    assert opened.troubles == []
    opened.close()


def test_pages_are_read_without_scripts(browser, officer, peopled):
    with browsing.open_context(
        browser, peopled.address, java_script_enabled=False, storage_state=officer.storage_state()
    ) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator(".kpi-value").first).to_have_text(re.compile(r"\d"))
        numbers = page.get_by_text("Xem bằng số")
        numbers.click()
        expect(page.get_by_role("columnheader", name="Máy đạt").first).to_be_visible()
        page.goto("/to-do/?severity=critical")
        page.get_by_role("row").filter(has_text="Nghiêm trọng").get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="Cách sửa")).to_be_visible()
        page.get_by_role("table").get_by_role("link").first.click()
        expect(page.get_by_text("Cần làm").first).to_be_visible()
        page.goto("/enrolment/")
        page.get_by_role("button", name="Cấp mã").click()
        expect(page.locator("#token")).to_have_text(re.compile("^TT-"))
        expect(page.locator("[data-copy]").first).to_be_hidden()


def test_whoever_has_no_mouse_gets_everywhere(page, officer: BrowserContext):
    page.goto("/")
    press_until(page, lambda at: "skip" in at["class"])
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    assert reached(page)["main"], "the next stop is in the page, not in the menu"

    page.goto("/")
    press_until(page, lambda at: at["text"] == "Việc cần làm")
    page.keyboard.press("Enter")
    page.wait_for_url("**/to-do/")
    press_until(page, lambda at: at["id"] == "find")
    page.keyboard.type("Ea Tíu")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    press_until(page, lambda at: at["text"].startswith(STATION))
    page.keyboard.press("Enter")
    page.wait_for_url("**/units/TD-X002/")

    page.goto("/enrolment/")
    press_until(page, lambda at: at["id"] == "id_unit")
    page.keyboard.type("Trạm")
    press_until(page, lambda at: at["text"] == "Cấp mã")
    page.keyboard.press("Enter")
    expect(page.locator("#token")).to_have_text(re.compile("^TT-"))
    assert "Trạm" in page.locator(".card-token h2").inner_text()


HERE = """() => {
    const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
    return {
        id: at.id, class: at.className, text: at.textContent.trim(), main: at.closest('main') !== null,
        seen: look.outlineStyle === 'solid' && parseInt(look.outlineWidth) >= 2 && box.left >= 0 && box.width > 0,
    };
}"""


def reached(page: Page) -> dict:
    """Where the tabulator key goes next; wherever that is must show it."""
    page.keyboard.press("Tab")
    at = page.evaluate(HERE)
    assert at["seen"], at
    return at


def press_until(page: Page, wanted) -> None:
    """The tabulator key, until it reaches what is wanted."""
    for _ in range(80):
        if wanted(reached(page)):
            return
    raise AssertionError("the tabulator key does not get there")
