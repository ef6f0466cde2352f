"""Where the caret stands in a template: in which reference or expression, and behind what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.trying.preview_fields import CONDITION

_FIELD_PART = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\['(.*?)'\]")
_REFERENCE = re.compile(r"(?<!\\)<([\w$.@:-]*)$")
_REFERENCE_IN_URL = re.compile(r"(?<!\\)(?:<|(?<!\{)\{)([\w$.@:-]*)$")
_REST_OF_REFERENCE = re.compile(r"[\w$.@:-]*")
_CHAIN = re.compile(r"(?:[^\W\d]|\$)[\w$]*(?:\.[\w$]*|\[\d+\]|\[\"[^\"\]]*\"\])*$")
_REST_OF_NAME = re.compile(r"[\w$]*")
_KEY = re.compile(r"\.?([\w$]*)|\[(\d+)\]|\[\"([^\"\]]*)\"\]")
_LOOKED_AT = 4_000
"""Characters before the caret in which a reference or an expression may begin."""

LONGEST_CHAIN = 300
"""Characters of a path in an expression that are completed."""


@dataclass(frozen=True, slots=True)
class FieldKind:
    """What kind of template a field is, and whether secrets may stand in it.

    `each` names the field whose list it is resolved for, if there is one. `inside`: it is resolved
    in a loop, after the steps for each item.
    """

    mode: str
    secrets: bool
    each: str | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What is being written at the caret.

    `keys` are the keys before the last one, `typed` is what there is of the last. What is chosen
    replaces the text from `start` to `end`, with `opening` before it and `closing` behind it.
    """

    expression: bool
    keys: tuple[str, ...]
    typed: str
    start: int
    end: int
    opening: str = ""
    closing: str = ""


def field_kind(schema: Mapping[str, Any], field: str) -> FieldKind | None:
    """The kind of the field at a path below `with`; None where no template may stand."""
    below: Mapping[str, Any] = schema
    for part in [None, *_FIELD_PART.finditer(field)]:
        if part is not None:
            below = _part_of(below, part)
        if isinstance(mode := below.get("x-template"), str):
            secrets, inside = bool(below.get("x-secrets")), bool(below.get("x-collect"))
            return FieldKind(mode, secrets, below.get("x-each"), inside)
    return None


def place_of(text: str, caret: int, mode: str) -> Place:
    """What is being written at the caret of a template."""
    caret = max(0, min(caret, len(text)))
    before = text[max(0, caret - _LOOKED_AT) : caret]
    if mode == CONDITION or before.rfind("{{") > before.rfind("}}"):
        return _in_expression(text, caret, before)
    found = (_REFERENCE_IN_URL if mode == "url" else _REFERENCE).search(before)
    if found is None:
        return Place(False, (), "", caret, caret, "<", ">")
    rest = _REST_OF_REFERENCE.match(text, caret)
    end = rest.end() if rest else caret
    *keys, typed = found[1].split(".")
    closing = "}" if found[0].startswith("{") else ">"
    closed = text[end : end + 1] == closing
    start = caret - len(found[1])
    return Place(False, tuple(keys), typed, start, end, "", "" if closed else closing)


def _in_expression(text: str, caret: int, before: str) -> Place:
    found = _CHAIN.search(before[-LONGEST_CHAIN:])
    rest = _REST_OF_NAME.match(text, caret)
    end = rest.end() if rest else caret
    if found is None:
        return Place(True, (), "", caret, end)
    *keys, typed = _keys(found[0])
    return Place(True, tuple(keys), typed, caret - len(found[0]), end)


def _keys(chain: str) -> list[str]:
    keys: list[str] = []
    for part in _KEY.finditer(chain):
        if part[0]:
            keys.append(next(group for group in part.groups() if group is not None))
    if chain.endswith("]"):
        keys.append("")
    return keys


def _part_of(schema: Mapping[str, Any], part: re.Match[str]) -> Mapping[str, Any]:
    if part[2] is not None:
        below = schema.get("items", {})
    else:
        name = part[1] if part[1] is not None else part[3]
        below = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
    return below if isinstance(below, Mapping) else {}
