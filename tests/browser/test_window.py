"""The window that tests share: nothing of one test is there for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from builder_ui.cookies import COOKIE
from tests.support.browser import NARROW, WIDE, Studio
from tests.support.window import Window


@pytest.fixture
def window(studio: Studio) -> Iterator[Window]:
    opened = Window(studio)
    yield opened
    opened.close()


def leave_traces(page: Page) -> None:
    """Everything that a test may do to the window."""
    page.goto("/runs")
    page.evaluate("localStorage.kept = sessionStorage.kept = 'something'")
    page.evaluate("document.cookie = 'theme=dark; path=/'")
    page.set_viewport_size(NARROW)
    page.emulate_media(media="print", color_scheme="dark")
    page.route("**/account", lambda route: route.abort())
    page.context.new_page()
    page.mouse.move(50, 50)
    page.context.clear_cookies(name=COOKIE)


def test_what_a_test_did_to_the_window_is_forgotten(window: Window) -> None:
    page = window.page()
    leave_traces(page)
    window.renew()
    page.goto("/account")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert page.viewport_size == WIDE
    assert page.context.pages == [page]
    assert page.evaluate("localStorage.kept ?? sessionStorage.kept") is None
    assert page.evaluate("document.documentElement.dataset.theme") is None
    assert not page.evaluate("matchMedia('print').matches")
    assert page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")


def test_the_window_is_another_after_a_test_that_failed(
    window: Window, request: pytest.FixtureRequest
) -> None:
    with window.lent(request.session) as first:
        pass
    with window.lent(request.session) as second:
        assert second is first
        request.session.testsfailed += 1
    request.session.testsfailed -= 1
    assert window.page() is not first
