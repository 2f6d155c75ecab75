"""Every page that the menu and its links lead to, for each role, at a desk and on a phone, in light and dark."""

import itertools
from collections import Counter

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from tests.assets import browsing

from tuanthu_server.accounts.roles import Role

A_SORT = 2
"""So many pages of one sort are opened: their text differs, their build does not."""
LINKS = 6
"""So many links of one sort are asked for an answer."""
LOOKS = list(itertools.product(("desktop", "phone"), ("light", "dark")))
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
        self.whole = whole  # others see less of the same pages: axe looks at theirs in one look each
        self.context = context
        self.page = page
        self.faults: list[str] = []
        self.opened: Counter[tuple[str, ...]] = Counter()
        self.asked: Counter[tuple[str, ...]] = Counter()
        self.menu = page.eval_on_selector_all("nav.menu a", "all => [...new Set(all.map((one) => one.href))]")
        self.known: set[str] = set()
        self.looks = itertools.cycle(LOOKS)

    def go(self) -> None:
        waiting = list(self.menu)
        while waiting:
            url = waiting.pop(0)
            if url in self.known:
                continue
            self.known.add(url)
            sort = browsing.shape_of(url)
            if self.asked[sort] < LINKS and self.is_page(url):
                if self.opened[sort] < A_SORT:
                    self.look(url)
                    waiting += browsing.links_of(self.page)
                self.opened[sort] += 1
            self.asked[sort] += 1

    def is_page(self, url: str) -> bool:
        """Whether it is a page and no file; note one that does not answer."""
        answer = self.context.request.head(url)
        if answer.status != 200:
            self.faults.append(f"{url}: {answer.status}")
        return answer.headers.get("content-type", "").startswith("text/html")

    def look(self, url: str) -> None:
        """Look at a page in every look; note whatever is wrong."""
        first = next(self.looks)
        self.looked_at(*first)
        self.page.goto(url)
        for width, scheme in LOOKS:
            self.looked_at(width, scheme)
            if width == "phone" and browsing.overflows(self.page):
                self.faults.append(f"{url}: wider than a phone")
            if self.whole or (width, scheme) == first:
                found = browsing.axe_violations(self.page, colours=self.whole and scheme == "dark")
                self.faults += [f"{url} ({width}, {scheme}): {one}" for one in found]

    def looked_at(self, width: str, scheme: str) -> None:
        self.page.set_viewport_size(browsing.WIDTHS[width])
        self.page.emulate_media(color_scheme=scheme)
