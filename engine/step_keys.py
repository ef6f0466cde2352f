"""The keys of journal entries: a step's id, in a loop's body followed by indexes, `sync[3][1]`."""

from __future__ import annotations

import re

Path = tuple[int, ...]
"""The items in which something is executed, from the outermost loop inwards; empty outside."""

_INDEX = re.compile(r"\[(\d+)\]")


def key_of(step_id: str, path: Path) -> str:
    """The key of a step at a path."""
    return step_id + "".join(f"[{index}]" for index in path)


def split_key(key: str) -> tuple[str, Path]:
    """The step and the path of a key."""
    step_id, bracket, rest = key.partition("[")
    return step_id, tuple(map(int, _INDEX.findall(bracket + rest)))
