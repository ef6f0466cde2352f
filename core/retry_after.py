"""How long a partner asks to be left alone: the header Retry-After (RFC 9110, section 10.2.3)."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from core.clock import Milliseconds

LONGEST: Milliseconds = 24 * 3_600_000
"""What is obeyed at most; a partner that asks for more is asked again after a day."""

_DIGITS_OF_A_DAY = 5


def parse_retry_after(value: str | None, now: Milliseconds) -> Milliseconds | None:
    """The wait in a header's value, seconds or an HTTP date, between 0 and `LONGEST`.

    None when there is no header or it is neither. `now` is the moment from which a date counts.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return _seconds(text)
    moment = _http_date(text)
    return None if moment is None else min(max(moment - now, 0), LONGEST)


def _seconds(digits: str) -> Milliseconds:
    significant = digits.lstrip("0") or "0"
    if len(significant) > _DIGITS_OF_A_DAY:
        return LONGEST
    return min(int(significant) * 1000, LONGEST)


def _http_date(text: str) -> Milliseconds | None:
    try:
        stamp = parsedate_to_datetime(text)
        # The form of asctime() names no zone; HTTP dates are in UTC (RFC 9110, section 5.6.7).
        aware = stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
        return int(aware.timestamp() * 1000)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
