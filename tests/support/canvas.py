"""The builder's canvas under a pointer and a keyboard, as tests talk about it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.browser import Studio, ready
from tests.support.waiting import eventually

Point = tuple[float, float]
TRIGGER = "$trigger"
STEPS = 12
"""Moves of the pointer in one drag."""


def webhook(**changes: Any) -> dict[str, Any]:
    """A draft with a trigger and nothing behind it."""
    trigger = {"type": "webhook", "with": {"path": "drawn", "auth": {"type": "none"}}}
    return {"format": "penstock/1", "name": "Drawn", "trigger": trigger, "steps": [], **changes}


def chain(*ids: str) -> dict[str, Any]:
    """A draft whose steps follow each other."""
    steps = [
        {"id": one, "action": "set-values", "with": {"values": {"x": "1"}}, "next": following}
        for one, following in zip(ids, [*({"success": [two]} for two in ids[1:]), {}], strict=True)
    ]
    canvas = {one: {"x": 320 + 280 * place, "y": 120} for place, one in enumerate(ids)}
    trigger = {**webhook()["trigger"], "next": [ids[0]]}
    return webhook(trigger=trigger, steps=steps, canvas=canvas)


class Canvas:
    """A builder that is open on an automation of its own."""

    def __init__(self, studio: Studio, page: Page, name: str, document: dict[str, Any]) -> None:
        self.studio = studio
        self.page = page
        self.name = name
        page.goto(studio.automation(name, document))
        ready(page)
        self.start = self.draft()

    def draft(self) -> Any:
        """The draft as the server has it."""
        return self.studio.draft(self.name)

    def draft_where(self, holds: Any) -> Any:
        """The draft as soon as it is saved and something holds of it."""
        return eventually(lambda: (draft := self.draft()) and holds(draft) and draft)

    def steps(self, count: int) -> dict[str, Any]:
        """The saved draft's steps by id, when there are so many."""
        draft = self.draft_where(lambda found: len(found["steps"]) == count)
        return {step["id"]: step for step in draft["steps"]}

    def node(self, node_id: str) -> Locator:
        return self.page.locator(f'.surface [data-cell-id="{node_id}"].x6-node')

    def card(self, node_id: str) -> Point:
        """The middle of a card, in pixels of the window."""
        return middle(self.node(node_id).locator(".card-body, .note-body"))

    def port(self, node_id: str, port: str = "success") -> Point:
        return middle(self.node(node_id).locator(f'.port[port="{port}"] .port-reach'))

    def edge(self, source: str, port: str, target: str) -> Locator:
        cell = f'["{source}","{port}","{target}"]'
        return self.page.locator(f".flow-edge[data-cell-id='{cell}']")

    def middle_of_edge(self, source: str, port: str, target: str) -> Point:
        x, y = (
            self.edge(source, port, target)
            .locator(".edge-reach")
            .evaluate(
                """(path) => {
                const half = path.getPointAtLength(path.getTotalLength() / 2);
                const { x, y } = half.matrixTransform(path.getScreenCTM());
                return [x, y];
            }"""
            )
        )
        return x, y

    def blank(self, x: float, y: float) -> Point:
        """A place by its distance from the upper left corner of the canvas."""
        box = self.page.locator("#canvas").bounding_box()
        assert box is not None
        return box["x"] + x, box["y"] + y

    def drag(self, start: Point, end: Point) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=STEPS)
        mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def pick(self, words: str) -> None:
        """Chooses from the list that is open, by typing."""
        expect(self.page.locator("dialog.chooser input")).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")

    def hears(self, words: str) -> None:
        """What a screen reader was told last."""
        expect(self.page.locator("#announcer")).to_have_text(re.compile(re.escape(words)))

    def selected(self, *ids: str) -> None:
        """Exactly these nodes are selected."""
        expect(self.page.locator(".surface .x6-node.selected")).to_have_count(len(ids))
        for one in ids:
            expect(self.node(one)).to_have_class(re.compile(r"\bselected\b"))

    def paste(self, text: str) -> None:
        """The browser's paste with this on the clipboard."""
        self.page.evaluate(
            """(text) => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                const event = { clipboardData, bubbles: true, cancelable: true };
                document.body.dispatchEvent(new ClipboardEvent("paste", event));
            }""",
            text,
        )

    def copied(self, how: str = "copy") -> str:
        """What the browser's copy, or cut, puts on the clipboard."""
        text: str = self.page.evaluate(
            """(how) => {
                const clipboardData = new DataTransfer();
                const event = { clipboardData, bubbles: true, cancelable: true };
                document.body.dispatchEvent(new ClipboardEvent(how, event));
                return clipboardData.getData("text/plain");
            }""",
            how,
        )
        return text


def middle(element: Locator) -> Point:
    """Its middle once it rests: a canvas that has become narrower is drawn anew a frame later."""
    box = eventually(lambda: _at_rest(element))
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _at_rest(element: Locator) -> FloatRect | None:
    before = element.bounding_box()
    element.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    after = element.bounding_box()
    return after if after == before else None
