"""Reads a form as the browser does: what each control holds, by the rules of static/islands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

ABSENT = object()
_VOID = {"input", "br", "hr", "use", "path", "meta", "link", "img"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass
class Element:
    """An element with what stands in it; templates are left out."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def walk(self) -> Iterator[Element]:
        for child in self.children:
            yield child
            yield from child.walk()

    def find(self, attribute: str) -> list[Element]:
        return [one for one in self.walk() if attribute in one.attributes]

    def above(self, attribute: str) -> Element | None:
        found = self.parent
        while found is not None and attribute not in found.attributes:
            found = found.parent
        return found

    def data(self, name: str) -> str:
        return self.attributes.get(f"data-{name}", "")


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("root", {})
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "template":
            self.hidden += 1
        if self.hidden:
            return
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(made)
        if tag not in _VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.hidden -= 1
        elif not self.hidden and tag not in _VOID and self.at.parent is not None:
            self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.at.text += data


def parse(html: str) -> Element:
    builder = _Builder()
    # HTML reads every kind of line break as one line feed.
    builder.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
    builder.close()
    return builder.root


def owners(root: Element) -> list[Element]:
    """The elements that own a value."""
    return [one for one in root.find("data-value") if one.above("data-value") is None]


def keys_of(owner: Element) -> tuple[Any, ...]:
    return tuple(json.loads(owner.data("keys")))


def value_of(owner: Element) -> Any:
    """What an owner holds; ABSENT for nothing."""
    return _READERS[owner.data("value")](owner)


def _control(owner: Element) -> Any:
    text = _line(owner)
    if owner.tag == "textarea":
        text = owner.text.removeprefix("\n")
    kind, keep = owner.data("kind"), "data-keep" in owner.attributes
    if not text:
        return "" if keep else ABSENT
    if kind == "text":
        return text
    if kind == "expression":
        return f"{{{{ {text.strip()} }}}}"
    if kind == "auto":
        return json.loads(text) if _NUMBER.fullmatch(text.strip()) else text
    return json.loads(text)


def _rows(owner: Element) -> Any:
    found = {name: _value(row) for row in owner.find("data-row") if (name := _name(row))}
    return found if found or _present(owner) else ABSENT


def _list(owner: Element) -> Any:
    found = [_value(row) for row in owner.find("data-row")]
    return found if found or _present(owner) else ABSENT


def _branches(owner: Element) -> Any:
    found = [{"port": _name(row), "when": _value(row)} for row in owner.find("data-row")]
    return found if found or _present(owner) else ABSENT


def _chips(owner: Element) -> Any:
    found = [one.data("chip") for one in owner.find("data-chip")]
    return found if _present(owner) else ABSENT


def _checkboxes(owner: Element) -> Any:
    if not _present(owner):
        return ABSENT
    chosen = [one.attributes["value"] for one in owner.find("checked")]
    order = [name for name in json.loads(owner.data("order")) if name in chosen]
    return order + [name for name in chosen if name not in order]


def _choice(owner: Element) -> Any:
    chosen = next((one.attributes["value"] for one in owner.find("selected")), "")
    changed = _present(owner) or chosen != owner.data("default")
    return chosen if changed and chosen else ABSENT


def _switch(owner: Element) -> Any:
    checked = "checked" in owner.attributes
    changed = _present(owner) or checked != (owner.data("default") == "true")
    return checked if changed else ABSENT


def _present(owner: Element) -> bool:
    return "data-present" in owner.attributes


def _name(row: Element) -> str:
    return _line(row.find("data-name")[0])


def _line(owner: Element) -> str:
    """What an input of one line holds: browsers take line breaks out of it."""
    return owner.attributes.get("value", "").replace("\n", "")


def _value(row: Element) -> Any:
    return _control(next(one for one in row.find("data-value")))


_READERS = {
    "control": _control,
    "rows": _rows,
    "list": _list,
    "branches": _branches,
    "chips": _chips,
    "checkboxes": _checkboxes,
    "choice": _choice,
    "switch": _switch,
}
