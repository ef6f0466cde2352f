"""A schedule in words, of any draft: what cannot be put into words is shown as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cronsim.explain import explain

from triggers.schedules.cron import cron_faults
from triggers.schedules.moments import parse_moment
from triggers.schedules.zones import UTC

_SHOWN = 80


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `At 09:00 on Monday through Friday, Europe/Berlin`."""
    match configuration:
        case {"cron": str(expression)}:
            return f"{_cron_words(expression)}, {_text(configuration.get('timezone', UTC))}"
        case {"every": every, "from": begin}:
            return f"Every {_text(every)}, from {_moment_words(begin)}"
        case {"every": every}:
            return f"Every {_text(every)}"
        case {"at": moment}:
            return f"Once, on {_moment_words(moment)}"
    return "No time yet"


def _cron_words(expression: str) -> str:
    if cron_faults(expression):
        return _text(expression)
    try:
        return explain(expression)
    except (ValueError, IndexError):
        return _text(expression)


def _moment_words(moment: Any) -> str:
    """The moment as it is written, in its own offset: `2026-12-24 18:00 +01:00`."""
    try:
        parse_moment(moment)
    except (ValueError, TypeError):
        return _text(moment)
    stamp = datetime.fromisoformat(moment)
    seconds = ":%S" if stamp.second else ""
    return f"{stamp.strftime(f'%Y-%m-%d %H:%M{seconds}')} {stamp.isoformat()[-6:]}"


def _text(value: Any) -> str:
    return value[:_SHOWN] if isinstance(value, str) else "…"
