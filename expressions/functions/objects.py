"""Functions on objects."""

from __future__ import annotations

from core.errors import ExpressionError
from expressions.budget import Budget
from expressions.functions.function import Lazy, List, Object, function
from expressions.paths import MissingValue, member
from expressions.values import describe

_BYTES_PER_ENTRY = 110


def keys(budget: Budget, entries: Object) -> List:
    """The list of an object's keys."""
    budget.items(len(entries))
    return list(entries)


def values(budget: Budget, entries: Object) -> List:
    """The list of what an object holds under its keys."""
    budget.items(len(entries))
    return list(entries.values())


def get(budget: Budget, container: Object | List, key: str | int) -> object:
    """What an object holds under a key that is no plain name, or a list at an index."""
    return member(container, key, discreet=budget.discreet)


def merge(budget: Budget, *objects: Object) -> Object:
    """One object with the entries of all; of equal keys the last object's counts."""
    budget.items(sum(map(len, objects)), work=2, size=_BYTES_PER_ENTRY)
    return {key: value for each in objects for key, value in each.items()}


def pick(budget: Budget, entries: Object, names: List) -> Object:
    """The object with these keys alone; a key it does not have is left out."""
    wanted = _names(budget, "pick", entries, names)
    return {key: value for key, value in entries.items() if key in wanted}


def omit(budget: Budget, entries: Object, names: List) -> Object:
    """The object without these keys."""
    unwanted = _names(budget, "omit", entries, names)
    return {key: value for key, value in entries.items() if key not in unwanted}


def default(budget: Budget, value: Lazy, otherwise: Lazy) -> object:
    """The value, or `otherwise` when it is missing or null."""
    try:
        found = value()
    except MissingValue:
        return otherwise()
    return otherwise() if found is None else found


def exists(budget: Budget, value: Lazy) -> bool:
    """Whether the value is there. A null is there."""
    try:
        value()
    except MissingValue:
        return False
    return True


def _names(budget: Budget, function_name: str, entries: Object, names: List) -> frozenset[str]:
    budget.items(len(entries) + len(names), work=2, size=_BYTES_PER_ENTRY)
    for name in names:
        if not isinstance(name, str):
            shown = describe(name, budget)
            raise ExpressionError(f"{function_name}(): names must be texts, not {shown}")
    return frozenset(name for name in names if isinstance(name, str))


FUNCTIONS = (
    function(keys, "keys({'a': 1, 'b': 2})", '["a","b"]'),
    function(values, "values({'a': 1, 'b': 2})", "[1,2]"),
    function(get, "get(trigger.headers, 'x-shop')", '"north"'),
    function(merge, "merge({'a': 1}, {'b': 2})", '{"a":1,"b":2}'),
    function(pick, "pick(order, ['id', 'total'])", '{"id":"A-7","total":25.0}'),
    function(omit, "omit({'a': 1, 'b': 2}, ['b'])", '{"a":1}'),
    function(default, "default(order.note, 'none')", '"none"'),
    function(exists, "exists(order.note)", "false"),
)
