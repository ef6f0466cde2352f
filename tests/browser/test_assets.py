"""Where htmx comes from: its CDN by hash, and from here when that cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from builder_ui.assets import HTMX_CDN
from tests.support.browser import Console, Studio, open_studio
from tests.support.server import ROOT
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def with_cdn(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Studio]:
    with open_studio(tmp_path_factory.mktemp("cdn"), browser, PENSTOCK_ASSETS="cdn") as studio:
        yield studio


@pytest.fixture
def cdn_page(with_cdn: Studio) -> Iterator[Page]:
    with with_cdn.context() as context:
        yield context.new_page()


def open_home(page: Page) -> list[str]:
    """The addresses of the htmx that was asked for, once it is there."""
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "htmx" in one.url else None)
    page.goto("/")
    eventually(lambda: page.evaluate("window.htmx !== undefined"))
    return [url for url in asked if url.endswith("htmx.min.js")]


def from_file(route: Route) -> None:
    local = Path(ROOT / "static" / "vendor" / "htmx.min.js")
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
    route.fulfill(body=local.read_bytes(), headers=headers)


def test_htmx_comes_from_its_cdn_when_that_has_the_very_file(cdn_page: Page) -> None:
    console = Console(cdn_page)
    cdn_page.route(HTMX_CDN, from_file)
    assert open_home(cdn_page) == [HTMX_CDN]
    assert console.complaints == []


def test_htmx_comes_from_here_when_the_cdn_cannot_be_reached(cdn_page: Page) -> None:
    cdn_page.route(HTMX_CDN, lambda route: route.abort())
    assert open_home(cdn_page)[-1].startswith(cdn_page.url)


def test_htmx_comes_from_here_when_the_cdn_does_not_answer(cdn_page: Page) -> None:
    cdn_page.route(HTMX_CDN, lambda _route: None)
    assert open_home(cdn_page)[-1].startswith(cdn_page.url)


def test_another_file_than_ours_does_not_run(cdn_page: Page) -> None:
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
    cdn_page.route(HTMX_CDN, lambda route: route.fulfill(body="window.evil = 1", headers=headers))
    open_home(cdn_page)
    assert cdn_page.evaluate("window.evil") is None


def test_with_local_assets_nothing_is_asked_of_anybody_else(studio: Studio, own_page: Page) -> None:
    asked: list[str] = []
    own_page.on("request", lambda one: asked.append(one.url))
    own_page.goto("/")
    eventually(lambda: own_page.evaluate("window.htmx !== undefined"))
    foreign = [url for url in asked if not url.startswith((studio.server.url, "data:"))]
    assert foreign == []
