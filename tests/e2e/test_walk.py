"""Every page that the menu and its links lead to, for each role, at a desk and on a phone, in light and dark."""

import itertools
from collections import Counter

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from tests.assets import browsing

from tuanthu_server.accounts.roles import Role

LINKS = 6
"""So many links of one sort are asked for an answer."""
PAIRS = [(("desktop", "light"), ("phone", "dark")), (("phone", "light"), ("desktop", "dark"))]
"""Looks of which one page is judged by axe; in turn, and for the officer the other way round."""
JUDGED = {Role.ADMINISTRATOR: 2, Role.VIEWER: 1, Role.OFFICER: 1}
"""In how many looks: the auditor's pages are those of the administrator with less on them."""
IN_ENGLISH = {Role.VIEWER}
"""Who reads English; all others read Vietnamese."""
MENU = {Role.ADMINISTRATOR: 10, Role.VIEWER: 9, Role.AUDITOR: 9, Role.OFFICER: 10}
"""The least entries that somebody's menu has."""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = browsing.launch(playwright)
        yield running
        running.close()


@pytest.mark.parametrize("role", MENU)
def test_every_page_is_sound_at_a_desk_and_on_a_phone(role, browser, peopled):
    with browsing.open_context(browser, peopled.address) as context:
        page = browsing.watched_page(context, peopled.address)
        browsing.sign_in(page, peopled.cast[role])
        if role in IN_ENGLISH:
            page.get_by_role("button", name="English").first.click()
            page.get_by_role("button", name="Sign out").wait_for()
        walk = Walk(context, page, role)
        walk.go()

        assert len(walk.menu) >= MENU[role]
        assert {one for one in walk.menu if browsing.shape_of(one) not in walk.opened} == set()
        assert walk.faults == []
        assert page.troubles == []


class Walk:
    """From the menu on, until one page of every sort was opened and every sort of link has answered."""

    def __init__(self, context: BrowserContext, page: Page, role: Role) -> None:
        self.judged = JUDGED.get(role, 0)
        self.context = context
        self.page = page
        self.faults: list[str] = []
        self.opened: Counter[tuple[str, ...]] = Counter()
        self.asked: Counter[tuple[str, ...]] = Counter()
        self.menu = page.eval_on_selector_all("nav.menu a", "all => [...new Set(all.map((one) => one.href))]")
        self.known: set[str] = set()
        self.pairs = itertools.cycle(PAIRS if role is Role.ADMINISTRATOR else PAIRS[::-1])

    def go(self) -> None:
        waiting = [(url, browsing.shape_of(url)) for url in self.menu]
        while waiting:
            url, sort = waiting.pop(0)
            if url in self.known:
                continue
            self.known.add(url)
            if self.asked[sort] < LINKS and self.is_page(url):
                if not self.opened[sort]:
                    self.look(url)
                    waiting += [(link, self.sort_of(link)) for link in browsing.links_of(self.page)]
                self.opened[sort] += 1
            self.asked[sort] += 1

    def sort_of(self, link: str) -> tuple[str, ...]:
        """A machine and a device have addresses of one shape and pages of two: lists of devices lead to devices."""
        shape = browsing.shape_of(link)
        here = browsing.shape_of(self.page.url)[0]
        return (*shape, "device") if shape[0] == "assets" and here in {"devices", "computers"} else shape

    def is_page(self, url: str) -> bool:
        """Whether it is a page and no file; note one that does not answer."""
        answer = self.context.request.head(url)
        if answer.status != 200:
            self.faults.append(f"{url}: {answer.status}")
        return answer.headers.get("content-type", "").startswith("text/html")

    def look(self, url: str) -> None:
        """Open a page and turn it, light and dark, at a desk and on a phone."""
        looks = next(self.pairs)
        self.turn(*looks[0])
        self.page.goto(url)
        for place, (width, scheme) in enumerate(looks):
            self.turn(width, scheme)
            found = browsing.axe_violations(self.page) if place < self.judged else []
            self.faults += [f"{url} ({width}, {scheme}): {one}" for one in found]
            if width == "phone" and browsing.overflows(self.page):
                self.faults.append(f"{url}: wider than a phone")

    def turn(self, width: str, scheme: str) -> None:
        self.page.set_viewport_size(browsing.WIDTHS[width])
        self.page.emulate_media(color_scheme=scheme)
