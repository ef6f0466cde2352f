"""A place in a form: the schema of a value, the value, and what is around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder_ui.forms.fields import ABSENT, Control, Field, Keys, Words
from builder_ui.forms.kinds import JSON, kind_of, written

Schema = Mapping[str, Any]

MOST_ROWS = 100
"""Entries of a list or an object that a form draws; a longer one is edited as JSON."""
LONGEST_HINT = 110
"""Characters of a description that is shown at once; a longer one is opened by its `?`."""

_CAPITALS = frozenset({"csv", "hmac", "html", "id", "json", "url", "xml"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a field is to be made. `value` is ABSENT where the document has none.

    `prune`: how many of the objects above vanish when their last value does. `secrets` are the
    names a field for secrets offers. `around` is the object the value stands in.
    """

    keys: Keys
    schema: Schema
    value: Any
    required: bool = False
    prune: int = 0
    secrets: Sequence[str] = ()
    around: Mapping[str, Any] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        """Whether the document sets the value."""
        return self.value is not ABSENT

    @property
    def is_long(self) -> bool:
        """Whether the value has more entries than a form draws."""
        return isinstance(self.value, Mapping | list) and len(self.value) > MOST_ROWS

    @property
    def words(self) -> Words:
        """Title and description of the field."""
        name = str(self.keys[-1]) if self.keys else ""
        description = str(self.schema.get("description", ""))
        title = str(self.schema.get("title") or readable(name))
        if len(description) > LONGEST_HINT:
            return Words(title, more=description)
        return Words(title, hint=description)

    @property
    def placeholder(self) -> str:
        """The default, else an example: `15s`, `e.g. orders`."""
        if (default := self.schema.get("default", ABSENT)) not in (ABSENT, "", {}, []):
            return default if isinstance(default, str) else written(JSON, default) or ""
        for example in self.schema.get("examples", ()):
            if isinstance(example, str | int | float):
                return f"e.g. {example}"
        return ""

    def below(self, key: str, schema: Schema, value: Any, **changed: Any) -> Spot:
        """The place of a member or an item."""
        return Spot((*self.keys, key), schema, value, secrets=self.secrets, **changed)

    def control(self, kinds: Sequence[str], *, lines: int = 1, **members: Any) -> Control:
        """An input for the value: of the first of the kinds that can hold it, else JSON."""
        single = lines == 1 and "template" not in members
        kind = kind_of(self.value, kinds, single=single) if self.present else kinds[0]
        text = written(kind, self.value) if self.present else ""
        switchable = tuple(dict.fromkeys((*kinds, kind)))
        return Control(
            keys=self.keys,
            kind=kind,
            text=text or "",
            kinds=switchable if len(switchable) > 1 else (),
            placeholder=self.placeholder,
            lines=lines,
            prune=self.prune,
            present=self.present,
            **members,
        )

    def field(self, widget: str, **members: Any) -> Field:
        """A field of the value."""
        return Field(
            widget=widget,
            keys=self.keys,
            words=self.words,
            required=self.required,
            present=self.present,
            prune=self.prune,
            **members,
        )


def readable(name: str) -> str:
    """A name as a title: `max_response` is `Max response`."""
    if name in _CAPITALS:
        return name.upper()
    spaced = name.replace("_", " ").replace("-", " ").strip()
    return spaced[:1].upper() + spaced[1:]
