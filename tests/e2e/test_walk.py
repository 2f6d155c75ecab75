"""Every page that the menu and its links lead to, for each role, at a desk and on a phone, in light and dark."""

import itertools
from collections import Counter

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from tests.assets import browsing

from tuanthu_server.accounts.roles import Role

A_SORT = 2
"""So many pages of one sort are opened (of others than the administrator one): their build is the same."""
LINKS = 6
"""So many links of one sort are asked for an answer."""
PAIRS = [(("desktop", "light"), ("phone", "dark")), (("phone", "light"), ("desktop", "dark"))]
MENU = {Role.ADMINISTRATOR: 10, Role.VIEWER: 9, Role.AUDITOR: 9, Role.OFFICER: 10}
"""The least entries that somebody's menu has."""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = browsing.launch(playwright)
        yield running
        running.close()


@pytest.mark.parametrize("role", MENU)
def test_every_page_is_sound_in_every_look(role, browser, peopled):
    with browsing.open_context(browser, peopled.address) as context:
        page = browsing.watched_page(context, peopled.address)
        browsing.sign_in(page, peopled.cast[role])
        walk = Walk(context, page, whole=role is Role.ADMINISTRATOR)
        walk.go()

        assert len(walk.menu) >= MENU[role]
        assert {one for one in walk.menu if browsing.shape_of(one) not in walk.opened} == set()
        assert walk.faults == []
        assert page.troubles == []


class Walk:
    """From the first page on, until every sort of page was opened and every sort of link has answered."""

    def __init__(self, context: BrowserContext, page: Page, *, whole: bool) -> None:
        self.whole = whole
        self.context = context
        self.page = page
        self.faults: list[str] = []
        self.opened: Counter[tuple[str, ...]] = Counter()
        self.asked: Counter[tuple[str, ...]] = Counter()
        self.menu = page.eval_on_selector_all("nav.menu a", "all => [...new Set(all.map((one) => one.href))]")
        self.known: set[str] = set()
        self.looks = itertools.cycle(PAIRS)

    def go(self) -> None:
        waiting = [(url, browsing.shape_of(url)) for url in self.menu]
        while waiting:
            url, sort = waiting.pop(0)
            if url in self.known:
                continue
            self.known.add(url)
            if self.asked[sort] < LINKS and self.is_page(url):
                if self.opened[sort] < (A_SORT if self.whole else 1):
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
        """Open a page; axe takes two looks of it, in turn both pairs. Others' pages, of the same build, it takes once."""
        judged = next(self.looks)[: 2 if self.whole else 1]
        self.turn(*judged[0])
        self.page.goto(url)
        for width, scheme in judged:
            self.turn(width, scheme)
            found = browsing.axe_violations(self.page)
            self.faults += [f"{url} ({width}, {scheme}): {one}" for one in found]
        self.turn("phone", "light")
        if browsing.overflows(self.page):
            self.faults.append(f"{url}: wider than a phone")

    def turn(self, width: str, scheme: str) -> None:
        self.page.set_viewport_size(browsing.WIDTHS[width])
        self.page.emulate_media(color_scheme=scheme)
