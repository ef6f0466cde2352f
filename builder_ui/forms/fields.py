"""What a form is made of: plain descriptions, which templates draw and tests read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from core.schema_words import json_path

Keys = tuple[str | int, ...]
"""The way to a value, from a step's or the trigger's `with` (or from the step itself) down."""


class Absence(Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT
"""Stands for a value that the document does not have; None is the JSON null."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a field says of itself: `hint` is shown at once, `more` is opened by a `?`."""

    title: str
    hint: str = ""
    more: str = ""

    @property
    def folded(self) -> Words:
        """The same words with nothing but the title at once."""
        return Words(self.title, more=f"{self.hint} {self.more}".strip())


@dataclass(frozen=True, slots=True)
class Option:
    """One of several values to choose from. `value` is what stands in the control.

    `meaning` is told while it is chosen.
    """

    value: str
    title: str
    chosen: bool = False
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """One input: what stands in it, and how it is read (`kinds`).

    `kinds` are those it can be switched to, its own among them. `template` is the `x-template` of
    what it holds, empty for a literal. With `keep`, an emptied control holds the empty text;
    without it, nothing. `prune` counts the objects above that vanish with their last value.
    """

    keys: Keys
    kind: str
    text: str
    kinds: tuple[str, ...] = ()
    template: str = ""
    secrets: bool = False
    placeholder: str = ""
    keep: bool = False
    lines: int = 1
    prune: int = 0
    present: bool = True

    @property
    def path(self) -> str:
        """The path below `with` as faults and previews have it."""
        return path_of(self.keys)


@dataclass(frozen=True, slots=True)
class Row:
    """A name and its value, a branch, or (without a name) an item of a list."""

    control: Control
    name: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a form, drawn by `builder/fields/<widget>.html`.

    Which of the members are filled depends on the widget: `control` for a single input, `rows`
    (with `blank`, what a new one looks like), `fields` for objects, `options` for choices.
    `data` is what else its island needs.
    """

    widget: str
    keys: Keys
    words: Words
    required: bool = False
    present: bool = False
    advanced: bool = False
    prune: int = 0
    control: Control | None = None
    blank: Row | None = None
    rows: Sequence[Row] = ()
    fields: Sequence[Field] = ()
    options: Sequence[Option] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path below `with` as faults and previews have it."""
        return path_of(self.keys)

    @property
    def id(self) -> str:
        """The id of its element: the same for the same path, unique within an inspector."""
        return "field-" + "-".join(map(str, self.keys)) if self.keys else "field"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one `with`: those that are always shown, the folded ones, unknown keys."""

    fields: Sequence[Field]
    advanced: Sequence[Field]
    others: Sequence[Field]

    @property
    def advanced_set(self) -> int:
        """How many of the folded fields the document sets."""
        return sum(1 for one in self.advanced if one.present)


def path_of(keys: Keys) -> str:
    """`headers['X-Order']` for `("headers", "X-Order")`."""
    return json_path(keys, "").removeprefix(".")
