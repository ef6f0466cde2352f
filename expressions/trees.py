"""The JSON around templates: built anew at every resolving, so that no result shares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expressions.pieces import Scope
from expressions.templates import Template


@dataclass(frozen=True, slots=True)
class Literal:
    """A value without templates that cannot be changed: null, a boolean, a number, a text."""

    literal: object
    secret: bool = False

    def value(self, scope: Scope) -> object:
        """The literal."""
        return self.literal

    def twins(self, scope: Scope) -> tuple[object, object]:
        """The literal, twice."""
        return self.literal, self.literal


class ListTemplate:
    """A list of templates."""

    __slots__ = ("_literals", "_templates", "secret")

    def __init__(self, items: Sequence[Template]) -> None:
        self._literals = [item.literal if isinstance(item, Literal) else None for item in items]
        self._templates = [
            (at, item) for at, item in enumerate(items) if not isinstance(item, Literal)
        ]
        self.secret = any(item.secret for item in items)

    def value(self, scope: Scope) -> list[object]:
        """A new list with every item resolved."""
        values = self._literals.copy()
        for position, template in self._templates:
            values[position] = template.value(scope)
        return values

    def twins(self, scope: Scope) -> tuple[object, object]:
        """A new list with every item resolved, and one with their twins."""
        values, twins = self._literals.copy(), self._literals.copy()
        for position, template in self._templates:
            values[position], twins[position] = both(template, scope)
        return values, twins


class ObjectTemplate:
    """An object whose values are templates; its keys are literal."""

    __slots__ = ("_literals", "_templates", "secret")

    def __init__(self, entries: Mapping[str, Template]) -> None:
        self._literals = {
            key: item.literal if isinstance(item, Literal) else None
            for key, item in entries.items()
        }
        self._templates = [
            (key, item) for key, item in entries.items() if not isinstance(item, Literal)
        ]
        self.secret = any(item.secret for item in entries.values())

    def value(self, scope: Scope) -> dict[str, object]:
        """A new object with every value resolved, keys in their order."""
        values = self._literals.copy()
        for key, template in self._templates:
            values[key] = template.value(scope)
        return values

    def twins(self, scope: Scope) -> tuple[object, object]:
        """A new object with every value resolved, and one with their twins."""
        values, twins = self._literals.copy(), self._literals.copy()
        for key, template in self._templates:
            values[key], twins[key] = both(template, scope)
        return values, twins


def both(template: Template, scope: Scope) -> tuple[object, object]:
    """The value and twin of a template, the same object twice when no secret goes into it."""
    if template.secret:
        return template.twins(scope)
    value = template.value(scope)
    return value, value
