"""An expression, compiled once and evaluated often."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import ExpressionError, Fault, InvalidError
from expressions.budget import Budget
from expressions.chains import ChainFinder, PathNode
from expressions.evaluator import Evaluator
from expressions.grammar import parse
from expressions.json_text import measure
from expressions.paths import SECRETS, MissingValue, Reference, walk
from expressions.values import describe, shorten

_GROWING_FUNCTIONS = frozenset({"flatten", "merge"})
_FAULTS_OF_VALUES = (ArithmeticError, LookupError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class CompiledExpression:
    """A checked expression; may be evaluated by many threads at once.

    `references` is what it reads of the context and `secrets` the names of the secrets among it.
    """

    source: str
    references: tuple[Reference, ...]
    secrets: tuple[str, ...]
    _tree: ast.expr
    _grows: bool

    @property
    def path(self) -> tuple[str, ...] | None:
        """The path it stands for, when it is no more than that."""
        return self._tree.path if isinstance(self._tree, PathNode) else None

    def evaluate(self, context: Mapping[str, object], budget: Budget | None = None) -> object:
        """The JSON value it comes to. Never changes the context; may give a part of it.

        Raises ExpressionError alone: MissingValue among them when something that is read is not
        there.
        """
        if isinstance(self._tree, PathNode):
            return walk(context, self._tree.path)
        return self._evaluate(context, budget or Budget())

    def holds(self, context: Mapping[str, object]) -> bool:
        """Whether it is true. Raises ExpressionError, also when it is neither true nor false."""
        budget = Budget()
        result = self.evaluate(context, budget)
        if isinstance(result, bool):
            return result
        budget.discreet = bool(self.secrets)
        raise ExpressionError(
            f"{shorten(self.source)} came to {describe(result, budget)}, not true or false; "
            "compare it, as in order.status == 'paid' or order.total > 0"
        )

    def _evaluate(self, context: Mapping[str, object], budget: Budget) -> object:
        budget.discreet = bool(self.secrets)
        try:
            result: object = Evaluator(context, budget).eval(self.source, self._tree)
            if self._grows and isinstance(result, list | dict):
                measure(result, budget)
        except MissingValue as error:
            raise MissingValue(f"{shorten(self.source)}: {error}") from None
        except ExpressionError as error:
            raise ExpressionError(f"{shorten(self.source)}: {error}") from None
        except _FAULTS_OF_VALUES as error:
            kind = type(error).__name__
            message = f"{shorten(self.source)}: the values do not fit ({kind})"
            raise ExpressionError(message) from None
        return result


def compile_expression(source: str, path: str = "$") -> CompiledExpression:
    """An expression such as a condition, with or without `{{ }}` around it.

    `path` is the JSON path of the string, for faults. Raises InvalidError with one fault.
    """
    bare = source.strip()
    if bare.startswith("{{") and bare.endswith("}}"):
        bare = bare[2:-2].strip()
    try:
        return checked_expression(bare, path)
    except ExpressionError as error:
        message = str(error)
    raise InvalidError(f"{path}: {message}", [Fault(path, message)])


def checked_expression(source: str, path: str) -> CompiledExpression:
    """The expression without its braces, compiled. Raises ExpressionError."""
    source = source.strip()
    finder = ChainFinder(path, [])
    tree = finder.visit(parse(source))
    references = tuple(finder.references)
    secrets = sorted({each.path[1] for each in references if each.path[0] == SECRETS})
    return CompiledExpression(source, references, tuple(secrets), tree, _may_grow(tree))


def _may_grow(tree: ast.expr) -> bool:
    """Whether the result can hold a value twice, and so be larger than all there is."""
    return any(
        isinstance(node, ast.List | ast.Dict | ast.Add)
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in _GROWING_FUNCTIONS)
        for node in ast.walk(tree)
    )
