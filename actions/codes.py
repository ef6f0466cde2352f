"""What a status code of a partner means to a step: done, try again, end the run, or a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

PATTERN = r"^[1-5]([0-9]{2}|[xX]{2}|[0-9]{2}-[1-5][0-9]{2})$"
"""The JSON Schema pattern of `204`, `2xx` and `500-503`."""


class CodeClass(StrEnum):
    """The classes a step sorts status codes into; what is in none leaves by the `error` port."""

    SUCCESS = "success"
    RETRY = "retry"
    HALT = "halt"


DEFAULTS: Mapping[CodeClass, tuple[str, ...]] = {
    CodeClass.SUCCESS: ("2xx",),
    CodeClass.RETRY: ("408", "425", "429", "500", "502", "503", "504"),
    CodeClass.HALT: (),
}

Codes = Mapping[str, Sequence[str]]
"""A step's `codes`: a class's name and its patterns; a class that is absent keeps its default."""


@dataclass(frozen=True, slots=True)
class _Listing:
    code_class: CodeClass
    index: int
    pattern: str
    matched: range

    @property
    def path(self) -> str:
        return f"codes.{self.code_class}[{self.index}]"


def classify(status: int, codes: Codes) -> CodeClass | None:
    """The class of a status code, or None when it is in none.

    Of the patterns that match, the one that matches the fewest codes decides; a pattern of the step
    goes before any default one.
    """
    listed = tuple(
        None if (patterns := codes.get(code_class)) is None else tuple(patterns)
        for code_class in CodeClass
    )
    return _table(listed).get(status)


def listed(configuration: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The patterns of each class for a step's `with`, defaults filled in, faults left out."""
    own = configuration.get("codes")
    lists = own if isinstance(own, Mapping) else {}
    return {
        code_class.value: _readable(lists.get(code_class.value), DEFAULTS[code_class])
        for code_class in CodeClass
    }


def _readable(patterns: Any, default: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(patterns, list):
        return default
    return tuple(one for one in patterns if isinstance(one, str) and re.match(PATTERN, one))


def faults_of(codes: Codes) -> list[tuple[str, str]]:
    """Ranges that run backwards, and patterns of two classes that claim a code with equal right.

    As (path below `with`, message).
    """
    listings = list(_listings({CodeClass(name): tuple(codes[name]) for name in codes}))
    backwards = [
        (listing.path, f"{listing.pattern!r} runs backwards; write the lower code first")
        for listing in listings
        if not listing.matched
    ]
    return backwards + _conflicts(listings)


def _conflicts(listings: list[_Listing]) -> list[tuple[str, str]]:
    """One fault for each pattern that meets an earlier one of another class and is no narrower."""
    faults: dict[str, str] = {}
    for status in range(100, 600):
        tied = _narrowest(listings, status)
        for other in tied[1:]:
            if other.code_class != tied[0].code_class:
                faults.setdefault(other.path, _conflict(other, tied[0], status))
    return list(faults.items())


def _narrowest(listings: list[_Listing], status: int) -> list[_Listing]:
    matching = [listing for listing in listings if status in listing.matched]
    width = min((len(listing.matched) for listing in matching), default=0)
    return [listing for listing in matching if len(listing.matched) == width]


def _conflict(listing: _Listing, other: _Listing, status: int) -> str:
    return (
        f"{listing.pattern!r} and {other.pattern!r} in {other.code_class} both claim {status}; "
        "a code belongs to one class, so remove it from the other or list it there on its own"
    )


@lru_cache(maxsize=1024)
def _table(listed: tuple[tuple[str, ...] | None, ...]) -> Mapping[int, CodeClass]:
    """The class of every status code that has one, for the patterns of each class in turn."""
    own, kept = {}, {}
    for code_class, patterns in zip(CodeClass, listed, strict=True):
        if patterns is None:
            kept[code_class] = DEFAULTS[code_class]
        else:
            own[code_class] = patterns
    return _resolved(kept) | _resolved(own)


def _resolved(patterns: Mapping[CodeClass, Sequence[str]]) -> dict[int, CodeClass]:
    widest_first = sorted(_listings(patterns), key=lambda listing: -len(listing.matched))
    return {status: listing.code_class for listing in widest_first for status in listing.matched}


def _listings(patterns: Mapping[CodeClass, Sequence[str]]) -> Iterator[_Listing]:
    for code_class, listed in patterns.items():
        for index, pattern in enumerate(listed):
            yield _Listing(code_class, index, pattern, _codes_of(pattern))


def _codes_of(pattern: str) -> range:
    if pattern[1:3] in ("xx", "XX", "xX", "Xx"):
        hundred = int(pattern[0]) * 100
        return range(hundred, hundred + 100)
    lowest, _, highest = pattern.partition("-")
    return range(int(lowest), int(highest or lowest) + 1)
