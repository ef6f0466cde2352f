"""Penstock in a real browser: Debian's Chromium, driven by Playwright, against a real server."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    ViewportSize,
    expect,
)

from tests.support.debian import find_or_install
from tests.support.people import PASSWORD
from tests.support.server import ROOT, Server, starting_server

PATIENCE_MILLISECONDS = 20_000
ADMIN = "ada@penstock.example"
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 380, "height": 800}
FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
)
"""What Playwright turns off, as only the last such flag counts, and the suggestions of the address
bar: two pages that Chromium loads for each window, though it shows none."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
]


def open_browser(playwright: Playwright) -> Browser:
    """Debian's Chromium, installed where it is missing; never a build of Playwright's own."""
    program = find_or_install(_chromium, "Chromium", "chromium", "fonts-dejavu-core")
    return playwright.chromium.launch(executable_path=program, args=FLAGS)


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True, slots=True)
class Studio:
    """A server with an admin, and a browser to look at it."""

    server: Server
    browser: Browser
    cookies: Mapping[str, Any]
    """What the admin's browser keeps."""

    def context(self, **options: Any) -> BrowserContext:
        """A browser window of the admin; `storage_state=None` is one of nobody."""
        kept = {"storage_state": self.cookies, "viewport": WIDE, **options}
        context = self.browser.new_context(base_url=self.server.url, **kept)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        return context

    def automation(self, automation_id: str, document: Mapping[str, Any]) -> str:
        """Makes an automation with this draft; the path of its builder."""
        made = self.server.call("PUT", f"/api/v1/automations/{automation_id}", document)
        assert made.status in (200, 201), made.body
        return f"/automations/{automation_id}"

    def draft(self, automation_id: str) -> Any:
        """The draft as the server has it."""
        return self.server.call("GET", f"/api/v1/automations/{automation_id}").json["draft"]


@contextmanager
def open_studio(
    folder: Path, browser: Browser, *arguments: str, **settings: str
) -> Iterator[Studio]:
    """A server on a free port, set up by its first admin as people do it.

    `arguments` are flags of `penstock run`, `settings` its environment.
    """
    settings = {"PENSTOCK_ASSETS": "local", "PENSTOCK_ALLOW_PRIVATE": "127.0.0.0/8", **settings}
    with starting_server(folder, *arguments, **settings) as server:
        lines = server.wait_until_ready("answers" if "--demo" in arguments else "key create")
        link = next(found[0] for line in lines if (found := re.search(r"http\S+/setup/\S+", line)))
        cookies = _set_up(browser, link)
        yield Studio(server, browser, cookies)


def _set_up(browser: Browser, link: str) -> Mapping[str, Any]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name=re.compile("account|admin", re.I)).click()
    page.wait_for_url(re.compile(r"/$"))
    state = context.storage_state()
    context.close()
    return state


class Console:
    """What a page complains about: errors of scripts, and what its policy refused.

    It hears as long as its `with` lasts, or the page.
    """

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self._page = page
        page.on("console", self._hear)
        page.on("pageerror", self._hear_error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._page.remove_listener("console", self._hear)
        self._page.remove_listener("pageerror", self._hear_error)

    def _hear(self, message: ConsoleMessage) -> None:
        # A refusal by the server is an answer that pages deal with; the browser notes each.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _hear_error(self, error: Error) -> None:
        self.complaints.append(str(error))


def ready(page: Page) -> Page:
    """Waits until the builder has started."""
    page.locator("#builder[data-ready=true]").wait_for()
    return page


def example(name: str) -> Any:
    """The document of one of the examples."""
    return json.loads((ROOT / "examples" / name / "automation.json").read_text())
