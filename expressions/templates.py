"""Compiled templates: one string each, or the JSON around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.errors import ExpressionError
from expressions import limits
from expressions.pieces import Piece, Scope
from expressions.scanner import Part
from expressions.values import to_text

LINE_BREAKS = re.compile(r"[\r\n\0]")
"""What may stand neither in a header nor in a URL."""


class Template(Protocol):
    """A compiled template. `secret` tells whether its twin can differ from its value."""

    @property
    def secret(self) -> bool:
        """Whether a secret goes into it."""
        ...

    def value(self, scope: Scope) -> object:
        """The resolved value. Raises ExpressionError."""
        ...

    def twins(self, scope: Scope) -> tuple[object, object]:
        """The resolved value and its masked twin. Raises ExpressionError."""
        ...


@dataclass(frozen=True, slots=True)
class WholeTemplate:
    """A string that is one piece: the value keeps its type."""

    piece: Piece
    where: str

    @property
    def secret(self) -> bool:
        """Whether the piece is made from secrets."""
        return self.piece.marker is not None

    def value(self, scope: Scope) -> object:
        """What the piece comes to."""
        try:
            return self.piece.value(scope)
        except ExpressionError as error:
            raise located(error, self.where) from None

    def twins(self, scope: Scope) -> tuple[object, object]:
        """What the piece comes to, and its marker."""
        value = self.value(scope)
        return value, value if self.piece.marker is None else self.piece.marker


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A text with pieces in it: always a text."""

    parts: tuple[Part, ...]
    where: str
    secret: bool

    def value(self, scope: Scope) -> str:
        """The text with every piece written into it."""
        try:
            return joined([as_text(part, scope) for part in self.parts], scope)
        except ExpressionError as error:
            raise located(error, self.where) from None

    def twins(self, scope: Scope) -> tuple[object, object]:
        """The text, and the text with markers for secrets."""
        try:
            texts = [as_text(part, scope) for part in self.parts]
            value = joined(texts, scope)
        except ExpressionError as error:
            raise located(error, self.where) from None
        return value, "".join(masked(self.parts, texts))


@dataclass(frozen=True, slots=True)
class HeaderTemplate:
    """The value of a header: no text in it may hold a line break."""

    inner: Template
    where: str

    @property
    def secret(self) -> bool:
        """Whether a secret goes into it."""
        return self.inner.secret

    def value(self, scope: Scope) -> object:
        """The value of the template inside."""
        return self._checked(self.inner.value(scope))

    def twins(self, scope: Scope) -> tuple[object, object]:
        """The value and twin of the template inside."""
        value, twin = self.inner.twins(scope)
        return self._checked(value), twin

    def _checked(self, value: object) -> object:
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str) and LINE_BREAKS.search(text):
                raise ExpressionError(
                    f"{self.where}: a header cannot hold a line break or NUL; "
                    "take it out, for instance with replace()"
                )
        return value


def as_text(part: Part, scope: Scope) -> str:
    """A part of a template as it stands in a text."""
    if isinstance(part, str):
        return part
    value = part.value(scope)
    return value if isinstance(value, str) else to_text(value, scope.budget)


def joined(texts: Sequence[str], scope: Scope) -> str:
    """The texts in one. Raises ExpressionError when all texts of a value together are too long."""
    scope.written += sum(map(len, texts))
    if scope.written > limits.TEXT_SIZE:
        raise ExpressionError(f"the texts come to more than {limits.TEXT_SIZE} characters")
    return "".join(texts)


def masked(parts: Sequence[Part], texts: Sequence[str]) -> list[str]:
    """The resolved texts of some parts, with markers in place of those made from secrets."""
    return [
        text if isinstance(part, str) or part.marker is None else part.marker
        for part, text in zip(parts, texts, strict=True)
    ]


def located(error: ExpressionError, where: str) -> ExpressionError:
    """The same error, saying in which string it came up."""
    return type(error)(f"{where}: {error}")
