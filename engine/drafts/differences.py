"""What differs between two documents, in words a person reads before publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.model import Document
from core.schema_words import json_path

_SILENT = frozenset({"canvas", "notes", "$schema"})
"""What changes nothing of what an automation does."""
_ABSENT = object()
_SORTED = orjson.OPT_SORT_KEYS


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with another value. `path` lies below the step; None stands where there is nothing.

    `before` and `after` are JSON values; `was_there` and `is_there` tell a null from nothing.
    """

    path: str
    before: Any
    after: Any
    was_there: bool = True
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """What happened to one part: `added`, `removed` or `changed`.

    `subject` is `step`, `trigger` or `automation`; `id` is the step's.
    """

    kind: str
    subject: str
    id: str
    name: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def words(self) -> str:
        """In a line: `step sync changed: url, retry.attempts`."""
        who = f"step {self.id}" if self.subject == "step" else self.subject
        if self.kind != "changed":
            return f"{who} {self.kind}"
        return f"{who} changed: {', '.join(field.path for field in self.fields)}"


def differences(old: Document, new: Document) -> tuple[Difference, ...]:
    """Every difference that matters to what is executed. Documents may have faults."""
    return (*_frame(old, new), *_trigger(old, new), *_steps(old, new))


def layout_differs(old: Document, new: Document) -> bool:
    """Whether the drawing differs: places of steps, notes."""
    return any(old.get(name) != new.get(name) for name in _SILENT)


def _frame(old: Document, new: Document) -> Iterator[Difference]:
    ours = {"trigger", "steps"} | _SILENT
    before = {name: value for name, value in old.items() if name not in ours}
    after = {name: value for name, value in new.items() if name not in ours}
    fields = tuple(_fields(before, after, ""))
    if fields:
        yield Difference("changed", "automation", "", str(new.get("name", "")), fields)


def _trigger(old: Document, new: Document) -> Iterator[Difference]:
    before, after = _tidy(old.get("trigger")), _tidy(new.get("trigger"))
    fields = tuple(_fields(before, after, ""))
    if fields:
        yield Difference("changed", "trigger", "", "", fields)


def _steps(old: Document, new: Document) -> Iterator[Difference]:
    before, after = _by_id(old), _by_id(new)
    for step_id, step in after.items():
        if step_id not in before:
            yield Difference("added", "step", step_id, _name(step, step_id))
        elif fields := tuple(_fields(_tidy(before[step_id]), _tidy(step), "")):
            yield Difference("changed", "step", step_id, _name(step, step_id), fields)
    for step_id, step in before.items():
        if step_id not in after:
            yield Difference("removed", "step", step_id, _name(step, step_id))


def _by_id(document: Document) -> Mapping[str, Mapping[str, Any]]:
    steps = document.get("steps")
    found = steps if isinstance(steps, list) else []
    return {
        step["id"]: step
        for step in found
        if isinstance(step, Mapping) and isinstance(step.get("id"), str)
    }


def _name(step: Mapping[str, Any], step_id: str) -> str:
    name = step.get("name")
    return name if isinstance(name, str) and name else step_id


def _tidy(part: Any) -> Any:
    """A step or trigger with `next` written out, so that two ways to say one thing are equal."""
    if not isinstance(part, Mapping):
        return part
    following = part.get("next", {})
    if isinstance(following, str | list):
        following = {"success": following} if following else {}
    if isinstance(following, Mapping):
        following = {
            port: [targets] if isinstance(targets, str) else targets
            for port, targets in following.items()
            if targets
        }
    return {**part, "with": part.get("with", {}), "next": following}


def _fields(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in {**before, **after}:
            below = json_path([name], path).removeprefix(".")
            yield from _fields(before.get(name, _ABSENT), after.get(name, _ABSENT), below)
        return
    if before is not _ABSENT and after is not _ABSENT and _same(before, after):
        return
    yield FieldChange(
        path or "value",
        None if before is _ABSENT else before,
        None if after is _ABSENT else after,
        was_there=before is not _ABSENT,
        is_there=after is not _ABSENT,
    )


def _same(before: Any, after: Any) -> bool:
    """Whether two JSON values are the same; unlike in Python, 1 is not true."""
    return orjson.dumps(before, option=_SORTED) == orjson.dumps(after, option=_SORTED)
