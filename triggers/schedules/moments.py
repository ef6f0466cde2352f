"""Moments as a schedule has them: RFC 3339, with an offset from UTC."""

from __future__ import annotations

from core.clock import Milliseconds, from_rfc3339
from triggers.schedules.cron import LAST_MOMENT

EXAMPLE = "2026-12-24T18:00:00+01:00"


def parse_moment(text: str) -> Milliseconds:
    """The moment a text names. Raises ValueError with what would be right."""
    shown = f"{text[:60]!r}"
    try:
        moment = from_rfc3339(text)
    except (ValueError, OverflowError) as error:
        if "offset" in str(error):
            raise ValueError(f"{shown} has no offset from UTC; add Z or, say, +01:00") from None
        raise ValueError(f"{shown} is not a date and time; write it like {EXAMPLE}") from None
    if not 0 <= moment < LAST_MOMENT:
        raise ValueError(f"{shown} is not between the years 1970 and 9000")
    return moment
