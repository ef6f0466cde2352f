"""The functions of the expression language: an explicit list, grouped as the docs show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expressions.functions import dates, encoding, hashes, lists, numbers, objects, text
from expressions.functions.function import Function

GROUPS: Mapping[str, tuple[Function, ...]] = {
    "Missing values and objects": objects.FUNCTIONS,
    "Text": text.FUNCTIONS,
    "Numbers": numbers.FUNCTIONS,
    "Lists": lists.FUNCTIONS,
    "Dates": dates.FUNCTIONS,
    "JSON and encodings": encoding.FUNCTIONS,
    "Hashes": hashes.FUNCTIONS,
}
"""Every function by the heading it stands under in the docs."""


def registered(functions: Iterable[Function]) -> Mapping[str, Function]:
    """Functions by name. Raises ValueError when two have the same name."""
    by_name: dict[str, Function] = {}
    for each in functions:
        if each.name in by_name:
            raise ValueError(f"two functions are called {each.name}")
        by_name[each.name] = each
    return by_name


FUNCTIONS = registered(each for group in GROUPS.values() for each in group)
"""Every function by its name."""
