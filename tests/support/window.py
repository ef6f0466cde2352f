"""A window of the admin that tests use one after another, each finding it as if it were new.

A window of its own for each test would be simpler, but opening one takes five times as long as
loading the builder: it brings a process that draws, and none of the files that pages share.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.browser import WIDE, Console, Studio

EMPTY = "/static/-/favicon.svg"
"""An address of the same origin where no script runs. Anything else, about:blank too, would be
shown by another process."""


class Window:
    """Opened when it is first asked for, in a time zone or that of the machine.

    It forgets what a page can keep or a test can set, but for listeners, a clock and scripts that
    were added to it: a test that needs such a thing takes a window of its own.
    """

    def __init__(self, studio: Studio, timezone: str | None = None) -> None:
        self._studio = studio
        self._timezone = timezone
        self._page: Page | None = None

    @contextmanager
    def lent(self, session: pytest.Session) -> Iterator[Page]:
        """Its page for one test, which fails when the page complains."""
        failed = session.testsfailed
        with Console(self.page()) as console:
            yield self.page()
        if session.testsfailed > failed:
            self.close()
        else:
            self.renew()
        assert console.complaints == []

    def page(self) -> Page:
        """Its only page."""
        if self._page is None:
            self._page = self._studio.context(timezone_id=self._timezone).new_page()
        return self._page

    def renew(self) -> None:
        """Forgets what the last test left in it."""
        page = self.page()
        page.unroute_all()
        page.goto(f"{self._studio.server.url}{EMPTY}")
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        _close_others(page)
        self._sign_in(page.context)
        page.set_viewport_size(WIDE)
        page.emulate_media(media="null", color_scheme="light")
        page.mouse.move(0, 0)

    def close(self) -> None:
        """The next test gets another."""
        if self._page is not None:
            self._page.context.close()
        self._page = None

    def _sign_in(self, context: BrowserContext) -> None:
        context.clear_cookies()
        context.add_cookies(self._studio.cookies["cookies"])


def _close_others(page: Page) -> None:
    for other in page.context.pages:
        if other is not page:
            other.close()
