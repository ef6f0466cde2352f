"""Moments, durations and sizes as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

from core.clock import Milliseconds, to_rfc3339

NOTHING = "\N{EN DASH}"
"""What stands where there is no value."""
_UNITS = (
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
)
_SIZES = ("bytes", "KiB", "MiB", "GiB")


def relative(moment: Milliseconds, now: Milliseconds) -> str:
    """How long ago, or how far ahead: `just now`, `5 minutes ago`, `in 3 hours`.

    What is past is told in whole units; what is ahead to the nearest one, so that a link made for
    seven days does not end in six.
    """
    seconds = round(abs(now - moment) / 1000)
    if seconds < 5:
        return "just now"
    name, length = next(unit for unit in _UNITS if seconds >= unit[1])
    if moment <= now:
        return f"{_plural(seconds // length, name)} ago"
    return f"in {_plural(round(seconds / length), name)}"


def absolute(moment: Milliseconds) -> str:
    """Date and time to the second, in UTC: `2026-11-21 03:37:39 UTC`."""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def machine(moment: Milliseconds) -> str:
    """For the `datetime` attribute (RFC 3339)."""
    return to_rfc3339(moment)


def spent(duration: Milliseconds | None) -> str:
    """A measured duration: `8 ms`, `1.4 s`, `3 min 5 s`, `2 h 10 min`."""
    if duration is None:
        return NOTHING
    if duration < 1_000:
        return f"{duration} ms"
    if duration < 10_000:
        return f"{duration / 1000:.1f} s"
    seconds = round(duration / 1000)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return _two(seconds // 60, "min", seconds % 60, "s")
    if seconds < 86_400:
        return _two(seconds // 3600, "h", seconds % 3600 // 60, "min")
    return _two(seconds // 86_400, "d", seconds % 86_400 // 3600, "h")


def size(count: int) -> str:
    """A number of bytes: `512 bytes`, `1.5 KiB`."""
    power = max(count.bit_length() - 1, 0) // 10
    unit = _SIZES[min(power, len(_SIZES) - 1)]
    return f"{count} {unit}" if power == 0 else f"{count / 1024 ** _SIZES.index(unit):.1f} {unit}"


def _plural(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"
