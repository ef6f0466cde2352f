"""Durations as people write them: `500ms`, `15s`, `1h30m`."""

from __future__ import annotations

import re

from core.clock import Milliseconds

UNITS: dict[str, Milliseconds] = {
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
_NUMBER = "[0-9]{1,9}"
PATTERN = rf"^(?=[0-9])({_NUMBER}d)?({_NUMBER}h)?({_NUMBER}m)?({_NUMBER}s)?({_NUMBER}ms)?(?![\s\S])"
"""The JSON Schema pattern of a duration: units from large to small, each at most once.

Its end is said so that Python and ECMAScript agree: `$` would let a final line break pass in one.
"""

_WHOLE = re.compile(PATTERN)
_PART = re.compile(r"(\d+)(ms|[dhms])")


def parse_duration(text: str) -> Milliseconds:
    """Milliseconds in a text such as `1h30m`. Raises ValueError with what would be right."""
    if not _WHOLE.match(text):
        raise ValueError(f"{text!r} is not a duration; write it like 500ms, 15s or 1h30m")
    return sum(int(count) * UNITS[unit] for count, unit in _PART.findall(text))


def format_duration(duration: Milliseconds) -> str:
    """The shortest text for a duration of at least 0 ms: `5400000` is `1h30m`, `0` is `0s`."""
    parts = []
    for unit, size in UNITS.items():
        count, duration = divmod(duration, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
