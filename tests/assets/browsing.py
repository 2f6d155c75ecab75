"""A browser for tests: Debian's chromium, which notes whatever goes wrong on a page."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tuanthu_server.accounts import totp

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"desktop": {"width": 1366, "height": 900}, "phone": {"width": 390, "height": 844}}
AXE = Path(__file__).parent / "vendored" / "axe-core" / "axe.min.js"
FIXED = re.compile(r"[a-z]+(-[a-z]+)*")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """async (values) => {
    const found = await axe.run(document, {
        runOnly: {type: 'tag', values}, rules: {'target-size': {enabled: true}}, resultTypes: ['violations'],
    });
    return found.violations.map((one) => one.id + ': ' + one.nodes.slice(0, 3).map(
        (node) => node.target.join(' ') + ' ' + node.any.map((check) => check.message).join(' ')).join(' | '));
}"""


def launch(playwright: Playwright) -> Browser:
    """The browser, with nothing in it that calls home."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


def open_context(browser: Browser, address: str, **more: Any) -> BrowserContext:
    """A person's browser: desk size and light unless said otherwise."""
    options = {"viewport": WIDTHS["desktop"], "locale": "vi-VN"} | more
    return browser.new_context(ignore_https_errors=True, base_url=address, **options)


def watched_page(context: BrowserContext, address: str) -> Page:
    """A page that notes errors, breaches of its policy and requests that leave the collector, in `troubles`."""
    page = context.new_page()
    page.troubles = []
    page.on("console", lambda said: said.type == "error" and page.troubles.append(f"{page.url}: {said.text}"))
    page.on("pageerror", lambda error: page.troubles.append(f"{page.url}: {error}"))
    page.on("request", lambda asked: note_foreign(page, asked.url, address))
    return page


def note_foreign(page: Page, url: str, address: str) -> None:
    """Note a request that goes anywhere but to the collector."""
    if urlsplit(url).scheme != "data" and urlsplit(url)[:2] != urlsplit(address)[:2]:
        page.troubles.append(f"{page.url}: leaves the collector: {url}")


def sign_in(page: Page, who: dict[str, str]) -> None:
    """Name and password, then the code of the authenticator app where there is one."""
    page.goto("/")
    page.get_by_label(re.compile("Tên đăng nhập")).fill(who["name"])
    page.get_by_label(re.compile("Mật khẩu")).first.fill(who["password"])
    page.get_by_role("button", name=re.compile("Đăng nhập")).click()
    if who["seed"]:
        page.wait_for_url("**/login/code/**")
        now = totp.step_of(datetime.now(UTC))
        page.get_by_label("Mã xác thực").fill(totp.code_at(base64.b32decode(who["seed"]), now))
        page.get_by_role("button", name=re.compile("Tiếp tục|Xác nhận|Đăng nhập")).click()
    page.get_by_role("button", name="Đăng xuất").wait_for()


def overflows(page: Page) -> bool:
    """Whether the page must be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(RUN_AXE, WCAG)


def links_of(page: Page) -> list[str]:
    """Addresses on the collector to which the page leads, without what stands after `#`."""
    # Of a link in a drawing `href` is no text.
    found = page.eval_on_selector_all(
        "a[href]", "all => all.map((one) => new URL(one.getAttribute('href'), document.baseURI).href)"
    )
    here = urlsplit(page.url)[:2]
    return list(dict.fromkeys(one.split("#")[0] for one in found if urlsplit(one)[:2] == here))


def shape_of(url: str) -> tuple[str, ...]:
    """What sort of page an address leads to: its fixed words, how many parts it has, and what it is asked for.

    A word right after the first part or after a number is the address's own (`people/new`, `people/7/edit`).
    """
    parts = urlsplit(url)
    names = parts.path.strip("/").split("/")
    kept = [
        name
        if place == 0 or (FIXED.fullmatch(name) and (place == 1 or names[place - 1].isdecimal()))
        else "*" + Path(name).suffix[-4:]
        for place, name in enumerate(names)
    ]
    return *kept, *sorted({name for name, _ in parse_qsl(parts.query)})


def read_cast(printed: str) -> dict[str, dict[str, str]]:
    """What `tests.assets.cast` printed."""
    return json.loads(printed.strip().splitlines()[-1])
