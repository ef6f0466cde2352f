"""How large a JSON value would be once it is written out."""

from __future__ import annotations

from typing import Any

MOST_BYTES = 16 << 20
DEEPEST = 100


class TooLarge(ValueError):
    """A value that is larger, or nests deeper, than anything may be kept or sent."""


def check_size(value: Any, most: int = MOST_BYTES, deepest: int = DEEPEST) -> int:
    """About how many bytes of JSON a value is.

    Raises TooLarge for a value beyond `most` bytes, or `deepest` levels.

    A part that stands in several places counts in each: sharing it costs nothing here, but writing
    it out would. Stops as soon as the bound is passed.
    """
    left = most
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, str):
            left -= len(item)
        elif isinstance(item, dict):
            left -= sum(map(len, item))
            waiting.extend([(inner, depth + 1) for inner in item.values()])
        elif isinstance(item, list | tuple):
            waiting.extend([(inner, depth + 1) for inner in item])
        left -= 3
        if depth > deepest:
            raise TooLarge(f"it nests deeper than {deepest} levels")
        if left < len(waiting):
            raise TooLarge(f"it is larger than {most >> 20} MiB")
    return most - left
