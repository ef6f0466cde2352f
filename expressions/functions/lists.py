"""Functions on lists."""

from __future__ import annotations

from core.errors import ExpressionError
from expressions.budget import BYTES_PER_ITEM, Budget
from expressions.functions.function import List, function
from expressions.json_text import to_json
from expressions.operators import comparison_work
from expressions.paths import MissingValue, member
from expressions.values import describe

_WORK_PER_STEP = 20
_WORK_PER_ROW_WRITTEN = 150


def first(budget: Budget, items: List) -> object:
    """The first item. An empty list is a missing value, which default() answers to."""
    return _at(items, 0, "first")


def last(budget: Budget, items: List) -> object:
    """The last item. An empty list is a missing value, which default() answers to."""
    return _at(items, -1, "last")


def pluck(budget: Budget, rows: List, key: str) -> List:
    """The list of what every item holds under a key; `customer.name` goes deeper."""
    return _column(budget, rows, key)


def where(budget: Budget, rows: List, key: str, value: object) -> List:
    """The items that hold the value under a key; items without the key are left out."""
    keys = key.split(".")
    work = 3 + comparison_work(value, budget)
    if len(keys) > 1:
        budget.items(len(rows), work=work + _WORK_PER_STEP * len(keys))
        return [row for row in rows if _holds(row, keys, value)]
    budget.items(len(rows), work=work)
    return [row for row in rows if isinstance(row, dict) and key in row and row[key] == value]


def unique(budget: Budget, items: List) -> List:
    """The items without repetitions, each where it stands first."""
    budget.items(len(items), work=8, size=100)
    found: dict[object, object] = {}
    for item in items:
        found.setdefault(_identity(budget, item), item)
    return list(found.values())


def sort(budget: Budget, items: List, key: str | None = None) -> List:
    """The items in rising order, all numbers or all texts; with a key, by what is under it."""
    values = items if key is None else _column(budget, items, key)
    comparisons = len(items) * len(items).bit_length() // 2
    budget.work(comparisons * _comparable_size(budget, values))
    budget.items(len(items), work=4, size=6 * BYTES_PER_ITEM)
    order = sorted(range(len(items)), key=values.__getitem__)  # type: ignore[arg-type]
    return [items[position] for position in order]


def reverse(budget: Budget, items: List) -> List:
    """The items from the last to the first."""
    budget.items(len(items))
    return items[::-1]


def slice_(budget: Budget, items: List, start: int, stop: int | None = None) -> List:
    """The items from `start` up to but without `stop`; negative counts from the end."""
    budget.items(len(range(len(items))[start:stop]))
    return items[start:stop]


def flatten(budget: Budget, items: List) -> List:
    """One list of all items, with the items of the lists among them in their place."""
    budget.items(sum(len(item) if isinstance(item, list) else 1 for item in items), work=2)
    budget.work(2 * len(items))
    return [inner for item in items for inner in (item if isinstance(item, list) else (item,))]


def _at(items: List, position: int, name: str) -> object:
    if not items:
        raise MissingValue(f"{name}() of an empty list; default({name}(…), …) gives a way out")
    return items[position]


def _column(budget: Budget, rows: List, key: str) -> List:
    keys = key.split(".")
    budget.items(len(rows), work=2)
    if len(keys) == 1 and all(isinstance(row, dict) and key in row for row in rows):
        return [row[key] for row in rows]  # type: ignore[index]
    budget.work(_WORK_PER_STEP * len(keys) * len(rows))
    return [_inside(budget, row, keys, position) for position, row in enumerate(rows)]


def _inside(budget: Budget, row: object, keys: list[str], position: int) -> object:
    try:
        for key in keys:
            row = member(row, key, discreet=budget.discreet)
    except MissingValue as error:
        raise MissingValue(f"item {position}: {error}") from None
    return row


def _holds(row: object, keys: list[str], value: object) -> bool:
    for key in keys:
        if not isinstance(row, dict) or key not in row:
            return False
        row = row[key]
    return row == value


def _identity(budget: Budget, item: object) -> object:
    if isinstance(item, str):
        budget.work(len(item) // 64)
        return item
    if isinstance(item, list | dict):
        budget.work(_WORK_PER_ROW_WRITTEN)
        return (item.__class__, to_json(item, budget, sort_keys=True))
    return (item.__class__, item)


def _comparable_size(budget: Budget, values: List) -> int:
    """Units that one comparison of these values may take. Raises ExpressionError when unlike."""
    budget.work(2 * len(values))
    kinds = set(map(type, values))
    if kinds == {str}:
        return 1 + max(map(len, values)) // 1000  # type: ignore[arg-type]
    if kinds <= {int, float}:
        return 1
    like = (str,) if isinstance(values[0], str) else (int, float)
    unlike = next((value for value in values if type(value) not in like), values[0])
    shown = f"{describe(values[0], budget)} and {describe(unlike, budget)}"
    raise ExpressionError(f"sort() takes all numbers or all texts, not {shown}")


FUNCTIONS = (
    function(first, "first(order.tags)", '"new"'),
    function(last, "last(order.tags)", '"paid"'),
    function(pluck, "pluck(order.lines, 'sku')", '["A","B"]'),
    function(where, "length(where(order.lines, 'sku', 'B'))", "1"),
    function(unique, "unique([1, 2, 1])", "[1,2]"),
    function(sort, "pluck(sort(order.lines, 'price'), 'price')", "[5.1,19.9]"),
    function(reverse, "reverse([1, 2, 3])", "[3,2,1]"),
    function(slice_, "slice(order.tags, 0, 1)", '["new"]', name="slice"),
    function(flatten, "flatten([1, [2, 3], []])", "[1,2,3]"),
)
