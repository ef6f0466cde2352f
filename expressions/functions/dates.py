"""Functions on dates. A date is RFC 3339 text; what they give is in UTC with milliseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.clock import Milliseconds, from_rfc3339, to_rfc3339
from core.duration import parse_duration
from core.errors import ExpressionError
from expressions.budget import Budget
from expressions.functions.function import function
from expressions.values import Number, bounded, describe

_LONGEST = 100
_WORK = 500
_WORK_OF_PATTERN = 5_000
_PATTERN = re.compile(r"(?:[^%\0]|%[YmdHMSfzjaAbBpIyVGu%])+")
_DIRECTIVE = re.compile(r"%.")
_EARLIEST = -30_610_224_000_000
_LATEST = 253_402_300_799_000


def date(budget: Budget, text: str, pattern: str | None = None, zone: str = "UTC") -> str:
    """The moment a text names, by a pattern like format_date()'s, else as ISO 8601.

    A text without an offset from UTC is taken to be in `zone`.
    """
    budget.work(_WORK if pattern is None else _WORK_OF_PATTERN)
    if len(text) > _LONGEST:
        raise ExpressionError("date(): the text is too long for a date")
    try:
        if pattern is None:
            stamp = datetime.fromisoformat(text)
        else:
            stamp = datetime.strptime(text, _checked(pattern))  # noqa: DTZ007
        if stamp.tzinfo is None:
            stamp = stamp.replace(tzinfo=_zone(zone))
        return to_rfc3339(_moment(stamp))
    except (ValueError, OverflowError, re.error):
        shown = describe(text, budget)
        hint = "like 2026-11-21T09:30:00Z"
        if pattern is not None:
            hint = f"by the pattern {describe(pattern, budget)}"
        raise ExpressionError(f"date(): {shown} is not a date {hint}") from None


def format_date(budget: Budget, moment: str, pattern: str, zone: str = "UTC") -> str:
    """The date written by a pattern of `%Y`, `%m`, `%d`, `%H`, `%M`, `%S` and the like.

    Also `%f %z %j %a %A %b %B %p %I %y %V %G %u`, and `%%` for the sign itself.
    """
    budget.work(_WORK_OF_PATTERN)
    try:
        return _stamp(_read(budget, moment), _zone(zone)).strftime(_checked(pattern))
    except (ValueError, OverflowError):
        raise ExpressionError("format_date(): the date cannot be written so") from None


def add_time(budget: Budget, moment: str, duration: str) -> str:
    """The date so much later; with `-` before the duration, earlier."""
    budget.work(_WORK)
    if len(duration) > _LONGEST:
        raise ExpressionError("add_time(): the duration is too long to be one")
    try:
        distance = parse_duration(duration.removeprefix("-"))
    except ValueError as error:
        reason = "the duration must be like 1h30m or -2d" if budget.discreet else str(error)
        raise ExpressionError(f"add_time(): {reason}") from None
    start = _read(budget, moment)
    return to_rfc3339(_in_range(start - distance if duration.startswith("-") else start + distance))


def seconds_between(budget: Budget, start: str, end: str) -> Number:
    """How many seconds `end` is after `start`; negative when it is before."""
    budget.work(2 * _WORK)
    return (_read(budget, end) - _read(budget, start)) / 1000


def to_unix(budget: Budget, moment: str) -> int:
    """The date as whole seconds since 1970."""
    budget.work(_WORK)
    return _read(budget, moment) // 1000


def from_unix(budget: Budget, seconds: Number) -> str:
    """The date that is so many seconds after the beginning of 1970."""
    budget.work(_WORK)
    return to_rfc3339(_in_range(round(bounded(seconds) * 1000)))


def _read(budget: Budget, text: str) -> Milliseconds:
    try:
        if len(text) <= _LONGEST:
            return _in_range(from_rfc3339(text))
    except (ValueError, OverflowError):
        pass
    shown = describe(text, budget)
    raise ExpressionError(f"{shown} is not a date like 2026-11-21T09:30:00Z; date() reads others")


def _moment(stamp: datetime) -> Milliseconds:
    return _in_range(from_rfc3339(stamp.isoformat()))


def _in_range(moment: Milliseconds) -> Milliseconds:
    if not _EARLIEST <= moment <= _LATEST:
        raise ExpressionError("the date is outside the years 1000 to 9999")
    return moment


def _stamp(moment: Milliseconds, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone)


def _checked(pattern: str) -> str:
    directives = _DIRECTIVE.findall(pattern[:_LONGEST])
    if len(pattern) > _LONGEST or len(directives) > len(set(directives)) + directives.count("%%"):
        raise ExpressionError("the pattern is too long or says a part of the date twice")
    if not _PATTERN.fullmatch(pattern):
        raise ExpressionError("the pattern may have %Y %m %d %H %M %S %f %z and the like alone")
    return pattern


def _zone(name: str) -> tzinfo:
    try:
        if len(name) <= _LONGEST:
            return _known_zone(name)
    except (ValueError, OSError, KeyError):
        pass
    raise ExpressionError("the time zone must be a name like Europe/Berlin or UTC")


@lru_cache(maxsize=1024)
def _known_zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


FUNCTIONS = (
    function(date, "date('21.11.2026', '%d.%m.%Y', 'Europe/Berlin')", '"2026-11-20T23:00:00.000Z"'),
    function(format_date, "format_date(order.placed_at, '%d.%m.%Y %H:%M')", '"21.11.2026 09:30"'),
    function(add_time, "add_time(order.placed_at, '1d12h')", '"2026-11-22T21:30:00.000Z"'),
    function(seconds_between, "seconds_between(order.placed_at, run.now)", "90.0"),
    function(to_unix, "to_unix(order.placed_at)", "1795253400"),
    function(from_unix, "from_unix(0)", '"1970-01-01T00:00:00.000Z"'),
)
