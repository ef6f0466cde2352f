"""Functions on numbers."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

from core.errors import ExpressionError
from expressions.budget import Budget
from expressions.functions.function import List, function
from expressions.paths import MissingValue
from expressions.values import Number, bounded, describe, is_number

_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,4})?")
_EXACT = Context(prec=1000, rounding=ROUND_HALF_UP)
_MOST_DECIMALS = 15


def number(budget: Budget, value: str | Number) -> Number:
    """The number a text names, such as `"12.50"`; a number stays as it is."""
    if not isinstance(value, str):
        return bounded(value)
    text = value.strip() if len(value) < 1000 else value
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ExpressionError(f"number(): {describe(value, budget)} is not a number such as 12.50")
    return bounded(float(text) if match[1] or match[2] else int(text))


def integer(budget: Budget, value: str | Number) -> int:
    """The whole number a text or a number names. A fraction is an error; round() takes it."""
    found = number(budget, value)
    if found != int(found):
        shown = describe(value, budget)
        raise ExpressionError(f"integer(): {shown} has a fraction; use round(), floor() or ceil()")
    return int(bounded(int(found)))


def round_half_up(budget: Budget, value: Number, decimals: int = 0) -> Number:
    """The number rounded to so many decimals (0 to 15), halves away from zero."""
    rounded = _rounded(value, decimals)
    return bounded(float(rounded) if decimals else int(rounded))


def fixed(budget: Budget, value: Number, decimals: int) -> str:
    """The number as text with exactly so many decimals (0 to 15), rounded like round()."""
    return f"{_rounded(value, decimals):f}"


def floor(budget: Budget, value: Number) -> Number:
    """The largest whole number that is not above the number."""
    return bounded(math.floor(bounded(value)))


def ceil(budget: Budget, value: Number) -> Number:
    """The smallest whole number that is not below the number."""
    return bounded(math.ceil(bounded(value)))


def absolute(budget: Budget, value: Number) -> Number:
    """The number without its sign."""
    return bounded(abs(value))


def smallest(budget: Budget, *values: Number | List) -> Number:
    """The smallest of some numbers, or of the numbers in one list."""
    return min(_numbers(budget, "min", values))


def largest(budget: Budget, *values: Number | List) -> Number:
    """The largest of some numbers, or of the numbers in one list."""
    return max(_numbers(budget, "max", values))


def total(budget: Budget, numbers: List) -> Number:
    """The sum of the numbers in a list; 0 for an empty one."""
    _check_numbers(budget, "sum", numbers)
    add = math.fsum if float in map(type, numbers) else sum
    try:
        return bounded(add(numbers))  # type: ignore[arg-type]
    except OverflowError:
        raise ExpressionError("sum(): the result is too large for a number") from None


def _rounded(value: Number, decimals: int) -> Decimal:
    if not 0 <= decimals <= _MOST_DECIMALS:
        raise ExpressionError(f"decimals must be 0 to {_MOST_DECIMALS}, not {decimals}")
    rounded = Decimal(repr(bounded(value))).quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    return rounded or abs(rounded)


def _numbers(budget: Budget, name: str, values: tuple[Number | List, ...]) -> list[Number]:
    first = values[0]
    items = first if len(values) == 1 and isinstance(first, list) else list[object](values)
    if not items:
        raise MissingValue(f"{name}() of an empty list; default({name}(…), …) gives a way out")
    _check_numbers(budget, name, items)
    return items  # type: ignore[return-value]


def _check_numbers(budget: Budget, name: str, items: list[object]) -> None:
    budget.work(len(items))
    if set(map(type, items)) <= {int, float}:
        return
    position = next(at for at, item in enumerate(items) if not is_number(item))
    shown = describe(items[position], budget)
    raise ExpressionError(f"{name}() takes numbers; item {position} is {shown}")


FUNCTIONS = (
    function(number, "number('12.50')", "12.5"),
    function(integer, "integer('42')", "42"),
    function(round_half_up, "round(2.345, 2)", "2.35", name="round"),
    function(fixed, "fixed(12.5, 2)", '"12.50"'),
    function(floor, "floor(2.7)", "2"),
    function(ceil, "ceil(2.1)", "3"),
    function(absolute, "abs(-4)", "4", name="abs"),
    function(smallest, "min(4, 2, 8)", "2", name="min"),
    function(largest, "max(pluck(order.lines, 'price'))", "19.9", name="max"),
    function(total, "sum(pluck(order.lines, 'price'))", "25.0", name="sum"),
)
