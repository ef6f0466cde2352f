"""How large a document may be: what is larger gets one fault, and is looked at no further."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import Fault
from engine.document_schema import MOST_STEPS

MOST_EDGES = 10_000
"""Edges of a whole document, those of the trigger and of `on_failure` among them."""


def bound_faults(document: object) -> list[Fault]:
    """The fault of a document with too many steps or edges, whatever else stands in it."""
    steps = document.get("steps") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(steps, list):
        return []
    if len(steps) > MOST_STEPS:
        words = f"there are {len(steps)} steps; an automation has at most {MOST_STEPS}"
        return [Fault("$.steps", words)]
    edges = sum(map(_edges, (document.get("trigger"), *steps)))
    edges += _length(document["on_failure"]) if "on_failure" in document else 0
    if edges > MOST_EDGES:
        words = f"{edges} edges lead from step to step; an automation has at most {MOST_EDGES}"
        return [Fault("$.steps", words)]
    return []


def _edges(node: Any) -> int:
    following = node.get("next") if isinstance(node, Mapping) else None
    return sum(map(_length, _ports(following)))


def _ports(following: Any) -> Iterator[Any]:
    if isinstance(following, Mapping):
        yield from following.values()
    else:
        yield following


def _length(targets: Any) -> int:
    """A port counts even where nothing follows it: it has to be looked at."""
    return max(len(targets), 1) if isinstance(targets, list) else 1
