"""The pieces a template is made of beside its own text, and what they resolve to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import ExpressionError
from expressions import limits
from expressions.budget import CHARACTERS_PER_UNIT, Budget
from expressions.expression import CompiledExpression
from expressions.paths import SECRETS, Reference, secret_marker, walk
from expressions.values import is_number


class Scope:
    """One resolving: the context, the budget, and what was made so far.

    `written` counts the characters of the texts, `sensitive` holds those made from secrets.
    """

    __slots__ = ("_budget", "context", "sensitive", "written")

    def __init__(self, context: Mapping[str, object]) -> None:
        self.context = context
        self.sensitive: list[tuple[str, str]] = []
        self.written = 0
        self._budget: Budget | None = None

    @property
    def budget(self) -> Budget:
        """The budget all expressions of this resolving share."""
        if self._budget is None:
            self._budget = Budget()
        return self._budget

    @property
    def spent(self) -> int:
        """The units of work of its expressions and of the texts it wrote."""
        written = self.written // CHARACTERS_PER_UNIT
        return written if self._budget is None else written + self._budget.spent


class Piece(Protocol):
    """Something to look up or compute. `marker` stands for it in the twin; None without secrets."""

    @property
    def source(self) -> str:
        """The piece as it was written."""
        ...

    @property
    def marker(self) -> str | None:
        """What is shown of it when it is made from secrets."""
        ...

    def value(self, scope: Scope) -> object:
        """What it comes to. Raises ExpressionError."""
        ...


@dataclass(frozen=True, slots=True)
class ReferencePiece:
    """`<path>`: a value of the context as it is."""

    source: str
    path: tuple[str, ...]
    marker: str | None = None

    def value(self, scope: Scope) -> object:
        """The value at the path."""
        return walk(scope.context, self.path)


@dataclass(frozen=True, slots=True)
class CandidatePiece:
    """`<path>` inside a longer text: a value when the context has the root, else text."""

    source: str
    path: tuple[str, ...]
    marker: None = None

    def value(self, scope: Scope) -> object:
        """The value at the path, or the source."""
        if self.path[0] in scope.context:
            return walk(scope.context, self.path)
        return self.source


@dataclass(frozen=True, slots=True)
class SecretPiece:
    """`<secrets.NAME>`: the secret's text."""

    source: str
    path: tuple[str, ...]
    marker: str

    def value(self, scope: Scope) -> object:
        """The secret, which is noted as sensitive."""
        secret = walk(scope.context, self.path)
        if not isinstance(secret, str):
            raise ExpressionError(f"{'.'.join(self.path)} is no text")
        scope.sensitive.append((secret, self.marker))
        return secret


@dataclass(frozen=True, slots=True)
class ExpressionPiece:
    """`{{ … }}`: whatever the expression gives."""

    source: str
    expression: CompiledExpression
    marker: str | None

    def value(self, scope: Scope) -> object:
        """The result; when it is made from secrets, every text and number in it is noted."""
        result = self.expression.evaluate(scope.context, scope.budget)
        if self.marker is not None:
            scope.sensitive += [(text, self.marker) for text in _texts(result)]
        return result


def piece_of_reference(reference: Reference) -> Piece:
    """The piece for a path, by what kind of reference it is."""
    if reference.path[0] == SECRETS:
        return SecretPiece(reference.source, reference.path, secret_marker(reference.path[1]))
    kind = ReferencePiece if reference.certain else CandidatePiece
    return kind(reference.source, reference.path)


def piece_of_expression(source: str, expression: CompiledExpression) -> Piece:
    """The piece for an expression; one that is a path alone becomes that path's."""
    if expression.path is not None:
        return piece_of_reference(Reference(expression.path, source, ""))
    marker = "".join(map(secret_marker, expression.secrets)) or None
    return ExpressionPiece(source, expression, marker)


def _texts(value: object) -> list[str]:
    """The texts and numbers inside a value that is made from secrets."""
    found, waiting = [], [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) or is_number(item):
            found.append(str(item))
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        if len(found) > limits.SECRET_VALUES:
            raise ExpressionError(
                f"an expression that uses a secret gives at most {limits.SECRET_VALUES} values"
            )
    return found
