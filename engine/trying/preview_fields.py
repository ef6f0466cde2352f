"""Every templated text of a step, resolved on its own, so that each shows what it comes to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson

from core.errors import ExpressionError, InvalidError
from core.schema_words import json_path
from engine.trying.sights import Sight
from expressions import (
    ITEM_ROOTS,
    CompiledExpression,
    CompiledValue,
    MissingValue,
    Reference,
    TemplateMode,
    compile_expression,
    compile_value,
)

LONGEST_SECONDS = 0.25
"""What is not resolved by then is not shown; one text alone is bounded by the expression limits."""
MOST_FIELDS = 500
LONGEST_TEXT = 200
"""Characters of a value as it stands in one line."""
LARGEST_VALUE = 64 * 1024
"""Bytes of JSON of a value that is shown whole."""

LONGEST_REMEMBERED = 4_000
"""Characters of a template that is kept compiled."""

CONDITION = "condition"
_MAY_BE_TEMPLATE = ("<", "{", "\\")
_NO_RESULT = "the step {} has no result yet; try it first, or pin a result to it"
_NO_SECRETS = "secrets can be used only where something is sent"

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TemplateField:
    """A text below `with`: its path, the kind of template, and whether secrets may stand in it.

    `listed` is what stands for the list where it is resolved once for each item of one. `inside`:
    it is resolved in a loop, after the steps for each item.
    """

    path: str
    source: str
    mode: str
    secrets: bool
    listed: Any = None
    inside: bool = False


def template_fields(
    schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[TemplateField]:
    """The texts of a `with` that may hold references, by the hints of its schema."""
    mode = schema.get("x-template")
    if isinstance(mode, str):
        found = _texts(value, path, mode, bool(schema.get("x-secrets")))
        inside = bool(schema.get("x-collect"))
        yield from (replace(field, inside=inside) for field in found)
    elif isinstance(value, Mapping):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        for name, item in value.items():
            below = properties.get(name, others if isinstance(others, Mapping) else {})
            listed = value.get(below.get("x-each"))
            for field in template_fields(below, item, (*path, name)):
                yield field if listed is None else replace(field, listed=listed)
    elif isinstance(value, list):
        items = schema.get("items", {})
        for index, item in enumerate(value):
            yield from template_fields(items, item, (*path, index))


def show_fields(fields: Iterator[TemplateField], sight: Sight) -> dict[str, Shown]:
    """What each text comes to, by its path: `{"value", "text"}`, or `{"error"}` in words.

    `"waiting": True` beside an error: nothing is wrong, a step that it reads has no result yet.
    A value too large to be shown whole is None, with `"truncated": True` beside its text.
    """
    last_moment = time.monotonic() + LONGEST_SECONDS
    shown: dict[str, Shown] = {}
    for field in fields:
        if len(shown) >= MOST_FIELDS:
            break
        if time.monotonic() > last_moment:
            shown[field.path] = {"error": "not shown: the fields before it took too long"}
        else:
            inside = sight.inside if field.inside else None
            shown[field.path] = show_field(field, inside or sight)
    return shown


def show_field(field: TemplateField, sight: Sight) -> Shown:
    """What one text comes to."""
    try:
        compiled = _compiled(field.source, field.mode, field.path)
    except InvalidError as error:
        return {"error": "; ".join(fault.message for fault in error.faults)}
    roots = {one.path[0] for one in compiled.references}
    if not field.secrets and "secrets" in roots:
        return {"error": _NO_SECRETS}
    if field.listed is not None and roots & ITEM_ROOTS:
        sight, gap = _at_first_item(field.listed, sight)
        if gap is not None:
            return gap
    try:
        return display(_resolved(compiled, sight))
    except ExpressionError as error:
        return _gap(compiled, error, field.path, sight)


def first_item(listed: Any, sight: Sight) -> Any:
    """The first item of what stands for a list. Raises InvalidError, ExpressionError."""
    return _first_of(_resolved(compile_value(listed, TemplateMode.BODY), sight))


def _at_first_item(listed: Any, sight: Sight) -> tuple[Sight, Shown | None]:
    """What the first item of a list sees; or, without one, what is shown instead."""
    try:
        compiled = compile_value(listed, TemplateMode.BODY)
    except InvalidError:
        return sight, {"error": "for_each has a fault, so there is no item to show"}
    try:
        return sight.with_item(_first_of(_resolved(compiled, sight))), None
    except ExpressionError as error:
        return sight, _gap(compiled, error, "$", sight)


def _first_of(items: Any) -> Any:
    if not isinstance(items, list):
        raise ExpressionError("for_each is not a list, so there is no item to show")
    if not items:
        raise ExpressionError("the list of for_each is empty, so there is no item to show")
    return items[0]


def _gap(
    compiled: CompiledValue | CompiledExpression, error: ExpressionError, path: str, sight: Sight
) -> Shown:
    """What is shown in place of what cannot be resolved."""
    if isinstance(error, MissingValue) and (waiting := _waited_for(compiled, sight)):
        return {"error": _NO_RESULT.format(waiting[0]), "waiting": True}
    words = _words(error, compiled.references)
    return {"error": sight.masker.mask_text(words.removeprefix(f"{path}: "))}


def display(value: Any) -> Shown:
    """A masked value with its text in one line."""
    written = orjson.dumps(value) if not isinstance(value, str) else value.encode(errors="replace")
    line = " ".join(written[: 8 * LONGEST_TEXT].decode(errors="ignore").split())
    text = line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"
    if len(written) > LARGEST_VALUE:
        return {"value": None, "text": text, "truncated": True}
    return {"value": value, "text": text}


def _compiled(source: str, mode: str, path: str) -> CompiledValue | CompiledExpression:
    short = len(source) <= LONGEST_REMEMBERED
    return _remembered(source, mode, path) if short else _compile(source, mode, path)


@lru_cache(maxsize=2048)
def _remembered(source: str, mode: str, path: str) -> CompiledValue | CompiledExpression:
    return _compile(source, mode, path)


def _compile(source: str, mode: str, path: str) -> CompiledValue | CompiledExpression:
    if mode == CONDITION:
        return compile_expression(source, path)
    return compile_value(source, TemplateMode(mode), path)


def _resolved(compiled: CompiledValue | CompiledExpression, sight: Sight) -> Any:
    if isinstance(compiled, CompiledExpression):
        return compiled.holds(sight.context)
    shown = compiled.resolve(sight.context).masked
    return sight.masker.mask_text(shown) if isinstance(shown, str) else shown


def _waited_for(compiled: CompiledValue | CompiledExpression, sight: Sight) -> list[str]:
    """The steps without a result that it reads."""
    read = {one.path[1] for one in compiled.references if one.path[0] == "steps" and one.path[1:]}
    return sorted(read & sight.waiting)


def _words(error: ExpressionError, references: Sequence[Reference]) -> str:
    """Why it cannot be resolved, in words that tell what to do about it."""
    if not isinstance(error, MissingValue) and any(one.path[0] == "secrets" for one in references):
        return f"{error} (a preview does not know what a secret holds; a run does)"
    return str(error)


def _texts(
    value: Any, path: tuple[str | int, ...], mode: str, secrets: bool
) -> Iterator[TemplateField]:
    if isinstance(value, str):
        if mode == CONDITION or any(mark in value for mark in _MAY_BE_TEMPLATE):
            yield TemplateField(field_path(path), value, mode, secrets)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, str(key)), mode, secrets)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index), mode, secrets)


def field_path(path: Sequence[str | int]) -> str:
    """A path below `with`, as faults have it: `headers['X-Order']`, `body.lines[0].sku`."""
    return json_path(path, "").removeprefix(".")
