"""Functions on text."""

from __future__ import annotations

from core.errors import ExpressionError
from expressions import operators
from expressions.budget import Budget, text_size
from expressions.functions.function import List, Object, function
from expressions.values import to_text

_BYTES_PER_PART = 64
_WIDEST_CASE = 3
_WORK_PER_SCALAR = 20
_WORK_PER_JSON = 150


def upper(budget: Budget, text: str) -> str:
    """The text in capital letters."""
    budget.text(_WIDEST_CASE * text_size(text))
    return text.upper()


def lower(budget: Budget, text: str) -> str:
    """The text in small letters."""
    budget.text(_WIDEST_CASE * text_size(text))
    return text.lower()


def trim(budget: Budget, text: str) -> str:
    """The text without the white space at its two ends."""
    budget.text(text_size(text))
    return text.strip()


def replace(budget: Budget, text: str, old: str, new: str) -> str:
    """The text with every `old` replaced by `new`."""
    if not old:
        raise ExpressionError("replace(): old must not be empty")
    budget.search(text, old)
    budget.search(text, old)
    budget.text(text_size(text) + text.count(old) * text_size(new))
    return text.replace(old, new)


def split(budget: Budget, text: str, separator: str) -> List:
    """The list of the parts between the separators."""
    if not separator:
        raise ExpressionError("split(): separator must not be empty")
    budget.search(text, separator)
    budget.search(text, separator)
    budget.items(text.count(separator) + 1, size=_BYTES_PER_PART)
    budget.memory(text_size(text))
    return list(text.split(separator))


def join(budget: Budget, items: List, separator: str) -> str:
    """One text of all items with the separator between them; items that are no text become JSON."""
    budget.items(len(items), work=5)
    texts = [item if isinstance(item, str) else _item_text(item, budget) for item in items]
    budget.text(sum(map(text_size, texts)) + len(items) * text_size(separator))
    return separator.join(texts)


def contains(budget: Budget, whole: str | List | Object, part: object) -> bool:
    """Whether a text has a part, a list an item, or an object a key."""
    return operators.contains(budget, whole, part)


def starts_with(budget: Budget, text: str, beginning: str) -> bool:
    """Whether the text begins so."""
    budget.work(len(beginning) // 1000)
    return text.startswith(beginning)


def ends_with(budget: Budget, text: str, ending: str) -> bool:
    """Whether the text ends so."""
    budget.work(len(ending) // 1000)
    return text.endswith(ending)


def substring(budget: Budget, text: str, start: int, stop: int | None = None) -> str:
    """The characters from `start` up to but without `stop`; negative counts from the end."""
    part = text[start:stop]
    budget.text(text_size(part))
    return part


def length(budget: Budget, value: str | List | Object) -> int:
    """How many characters a text, items a list, or keys an object has."""
    return len(value)


def pad_start(budget: Budget, text: str, width: int, fill: str = " ") -> str:
    """The text with the character `fill` before it until it is `width` characters long."""
    _check_fill("pad_start", fill)
    budget.text(text_size(text) + max(width, 0) * text_size(fill))
    return text.rjust(width, fill)


def pad_end(budget: Budget, text: str, width: int, fill: str = " ") -> str:
    """The text with the character `fill` behind it until it is `width` characters long."""
    _check_fill("pad_end", fill)
    budget.text(text_size(text) + max(width, 0) * text_size(fill))
    return text.ljust(width, fill)


def as_text(budget: Budget, value: object) -> str:
    """Any value as it would stand inside a longer text: a text as it is, anything else as JSON."""
    return to_text(value, budget)


def _item_text(item: object, budget: Budget) -> str:
    budget.work(_WORK_PER_JSON if isinstance(item, list | dict) else _WORK_PER_SCALAR)
    return to_text(item, budget)


def _check_fill(name: str, fill: str) -> None:
    if len(fill) != 1:
        raise ExpressionError(f"{name}(): fill must be one character")


FUNCTIONS = (
    function(upper, "upper(order.currency)", '"EUR"'),
    function(lower, "lower('ABC')", '"abc"'),
    function(trim, "trim('  x ')", '"x"'),
    function(replace, "replace('a-b-c', '-', '/')", '"a/b/c"'),
    function(split, "split('a,b', ',')", '["a","b"]'),
    function(join, "join(order.tags, ' | ')", '"new | paid"'),
    function(contains, "contains(order.tags, 'paid')", "true"),
    function(starts_with, "starts_with(order.id, 'A-')", "true"),
    function(ends_with, "ends_with(order.id, '7')", "true"),
    function(substring, "substring('abcdef', 1, 3)", '"bc"'),
    function(length, "length(order.lines)", "2"),
    function(pad_start, "pad_start('7', 3, '0')", '"007"'),
    function(pad_end, "pad_end('7', 3, '.')", '"7.."'),
    function(as_text, "'No. ' + text(12)", '"No. 12"', name="text"),
)
