"""One server and one browser for all tests of a process; each test has windows of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import Console, Studio, open_browser, open_studio


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


@pytest.fixture
def page(studio: Studio) -> Iterator[Page]:
    """A window of the admin; a page that complains fails its test."""
    with studio.context() as context:
        opened = context.new_page()
        console = Console(opened)
        yield opened
        assert console.complaints == []
