"""A step of a draft, open in the inspector, with a sample event to see."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from tests.support.browser import Studio
from tests.support.builders import make_document, send, step
from tests.support.waiting import eventually

EVENT = {
    "method": "POST",
    "path": "/hooks/default/orders",
    "headers": {"content-type": "application/json"},
    "body": {"order": {"id": 42, "lines": [{"price": 12.5}, {"price": 30}]}, "customer": "a/b"},
}
DOCUMENT = make_document(
    send(
        "sync",
        "https://partner.example/orders/<order.id>",
        name="Tell the partner",
        with_={"headers": {"X-Order": "<order.id>"}, "body": {"id": "<order.id>"}},
        next={"success": ["answer"]},
    ),
    step("answer", "respond", {"status": 200, "body": {"id": "<steps.sync.body.id>"}}),
    step("spare", "stop", {"status": "failed"}, name="Give up"),
)


def open_in_inspector(
    page: Page,
    studio: Studio,
    automation: str,
    name: str = "Tell the partner",
    document: Any = DOCUMENT,
) -> Page:
    """Makes an automation of this draft and opens the step of this name."""
    path = studio.automation(re.sub(r"\W+|_", "-", automation)[:60].strip("-"), document)
    _keep_sample(page, path)
    page.goto(path)
    page.locator("#sample-name", has_text="One").wait_for()
    page.locator("#show-outline").click()
    page.locator("#outline").get_by_text(name, exact=True).first.dblclick()
    page.locator("#inspector-configure [data-node]").wait_for()
    page.locator("#show-outline").click()
    return page


def _keep_sample(page: Page, path: str) -> None:
    """Gives an automation a sample event as its builder does, which need not be open for it."""
    builder = page.request.get(path).text()
    [token] = re.findall(r'<meta name="csrf" content="(\w+)">', builder)
    sample = {"name": "One", "event": EVENT}
    kept = page.request.post(f"{path}/samples", data=sample, headers={"X-CSRF-Token": token})
    assert kept.ok, kept.text()


def field(page: Page, path: str) -> Locator:
    """The field of a path below `with`."""
    return page.locator(f'#inspector-configure [data-field="{path}"]')


def labelled(page: Page, title: str) -> Locator:
    """The control of this title."""
    return page.locator("#inspector-configure").get_by_label(title, exact=True)


def held(page: Page, studio: Studio, check: Callable[[Any], bool], index: int = 0) -> None:
    """Waits until the server keeps a step of which `check` is true."""
    automation = page.url.rpartition("/")[2]
    eventually(lambda: check(studio.draft(automation)["steps"][index]))
