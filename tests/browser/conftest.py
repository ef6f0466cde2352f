"""One server and one browser for all tests of a process, and one window, which is as if new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import Console, Studio, open_browser, open_studio
from tests.support.window import Window


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = open_browser(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Studio]:
    folder: Path = tmp_path_factory.mktemp("studio")
    with open_studio(folder, browser) as opened:
        yield opened


@pytest.fixture(scope="session")
def window(studio: Studio) -> Iterator[Window]:
    opened = Window(studio)
    yield opened
    opened.close()


@pytest.fixture
def page(window: Window, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The window of the admin, as if it were new; a page that complains fails its test."""
    with window.lent(request.session) as opened:
        yield opened


@pytest.fixture
def own_page(studio: Studio) -> Iterator[Page]:
    """A window for one test, which may do to it what cannot be undone."""
    with studio.context() as context:
        opened = context.new_page()
        console = Console(opened)
        yield opened
        assert console.complaints == []
