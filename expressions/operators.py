"""The operators of expressions. Each gets the budget first and raises ExpressionError alone."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from core.errors import ExpressionError
from expressions.budget import Budget, text_size
from expressions.json_text import measure
from expressions.values import Number, bounded, describe, is_number

SYMBOLS: Mapping[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.UAdd: "+",
    ast.USub: "-",
    ast.Not: "not",
    ast.And: "and",
    ast.Or: "or",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
"""Every operator there is, with its sign."""


def truth(value: object, sign: str, budget: Budget) -> bool:
    """The value itself when it is true or false; the language knows no other truth."""
    if isinstance(value, bool):
        return value
    shown = describe(value, budget)
    raise ExpressionError(
        f"`{sign}` takes true or false, not {shown}; compare it first, as in order.status == 'paid'"
    )


def equal(budget: Budget, left: object, right: object) -> bool:
    """Whether two JSON values are the same, down to the last item."""
    budget.work(comparison_work(left, budget))
    return left == right


def contains(budget: Budget, whole: object, part: object) -> bool:
    """Whether a text has a part, a list an item, or an object a key."""
    if isinstance(whole, str) and isinstance(part, str):
        budget.search(whole, part)
        return part in whole
    if isinstance(whole, dict) and isinstance(part, str):
        return part in whole
    if isinstance(whole, list):
        return _has_item(budget, whole, part)
    raise _unfit("in", part, whole, budget)


def _has_item(budget: Budget, items: list[object], part: object) -> bool:
    budget.work(len(items) * (1 + comparison_work(part, budget)))
    return part in items


def comparison_work(value: object, budget: Budget) -> int:
    """Units that comparing a value with any other takes, beyond the first."""
    if isinstance(value, list | dict):
        size = measure(value, budget)
        return size.count + size.total // 1000
    return len(value) // 1000 if isinstance(value, str) else 0


def _arithmetic(
    compute: Callable[[Any, Any], Number], sign: str, budget: Budget, left: object, right: object
) -> Number:
    if not (is_number(left) and is_number(right)):
        raise _unfit(sign, left, right, budget)
    try:
        return bounded(compute(left, right))
    except ZeroDivisionError:
        raise ExpressionError(f"`{sign}` divides by zero") from None
    except OverflowError:
        raise ExpressionError("the result is too large for a number") from None


def _add(budget: Budget, left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        budget.text(text_size(left) + text_size(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        budget.items(len(left) + len(right))
        return left + right
    return _arithmetic(operator.add, "+", budget, left, right)


def _order(
    compare: Callable[[Any, Any], bool], sign: str, budget: Budget, left: object, right: object
) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        budget.work(comparison_work(left, budget))
    elif not (is_number(left) and is_number(right)):
        raise _unfit(sign, left, right, budget)
    return compare(left, right)


def _sign(compute: Callable[[Any], Number], sign: str, budget: Budget, value: object) -> Number:
    if not is_number(value):
        raise ExpressionError(f"`{sign}` takes a number, not {describe(value, budget)}")
    return bounded(compute(value))


def _negate(budget: Budget, value: object) -> bool:
    return not truth(value, "not", budget)


def _differ(budget: Budget, left: object, right: object) -> bool:
    return not equal(budget, left, right)


def _within(budget: Budget, part: object, whole: object) -> bool:
    return contains(budget, whole, part)


def _without(budget: Budget, part: object, whole: object) -> bool:
    return not contains(budget, whole, part)


def _unfit(sign: str, left: object, right: object, budget: Budget) -> ExpressionError:
    hint = "; text(x) makes a text of a number" if sign == "+" else ""
    shown = f"{describe(left, budget)} and {describe(right, budget)}"
    return ExpressionError(f"`{sign}` does not go with {shown}{hint}")


Operator = Callable[..., object]

_OPERATORS: Mapping[type[ast.AST], Operator] = {
    ast.Add: _add,
    ast.Sub: partial(_arithmetic, operator.sub, "-"),
    ast.Mult: partial(_arithmetic, operator.mul, "*"),
    ast.Div: partial(_arithmetic, operator.truediv, "/"),
    ast.FloorDiv: partial(_arithmetic, operator.floordiv, "//"),
    ast.Mod: partial(_arithmetic, operator.mod, "%"),
    ast.UAdd: partial(_sign, operator.pos, "+"),
    ast.USub: partial(_sign, operator.neg, "-"),
    ast.Not: _negate,
    ast.Eq: equal,
    ast.NotEq: _differ,
    ast.Lt: partial(_order, operator.lt, "<"),
    ast.LtE: partial(_order, operator.le, "<="),
    ast.Gt: partial(_order, operator.gt, ">"),
    ast.GtE: partial(_order, operator.ge, ">="),
    ast.In: _within,
    ast.NotIn: _without,
}


class BudgetedOperators:
    """The operators of one evaluation, each with its budget, in the shape simpleeval asks for."""

    __slots__ = ("_budget",)

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def __getitem__(self, kind: type[ast.AST]) -> Operator:
        return partial(_OPERATORS[kind], self._budget)
