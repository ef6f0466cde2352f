"""What the filters of a list ask for, read from the address, and the addresses of other parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from flask import request

from core.clock import Milliseconds
from core.model import Page
from core.writes import ListQuery

Row = TypeVar("Row")

ROWS = 50
LONGEST_TEXT = 200
HOUR: Milliseconds = 3_600_000
PERIODS: Mapping[str, str] = {
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
}
"""What may be chosen as the time, in words."""
_LENGTHS = {"1h": HOUR, "24h": 24 * HOUR, "7d": 7 * 24 * HOUR, "30d": 30 * 24 * HOUR}
_PLACE = ("cursor", "back")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was filled in, by the names of the fields; what is empty or unknown is left out."""

    path: str
    fields: Mapping[str, str]
    query: ListQuery

    def get(self, name: str) -> str | None:
        """A field, or None."""
        return self.fields.get(name)

    @property
    def is_first_part(self) -> bool:
        """Whether the list is shown from its newest row on."""
        return self.query.cursor is None

    def since(self, now: Milliseconds) -> Milliseconds | None:
        """From when on: what was filled in, or the begin of the period."""
        if (given := _moment(self.get("since"))) is not None:
            return given
        length = _LENGTHS.get(self.get("period") or "")
        return None if length is None else now - length

    def until(self) -> Milliseconds | None:
        """Until when."""
        return _moment(self.get("until"))

    def address(self, **changes: str | None) -> str:
        """The address of this list with other fields; None leaves one out."""
        fields = {name: value for name, value in {**self.fields, **changes}.items() if value}
        return f"{self.path}?{urlencode(fields)}" if fields else self.path

    def newer(self, page: Page[Row]) -> str | None:
        """The address of the part before a page."""
        return self.address(cursor=page.previous, back="1") if page.previous else None

    def older(self, page: Page[Row]) -> str | None:
        """The address of the part behind a page."""
        return self.address(cursor=page.next) if page.next else None


def asked(path: str, names: Sequence[str]) -> Asked:
    """What the address asks for. What makes no sense is as if it were not there."""
    fields = {
        name: value
        for name in names
        if (value := request.args.get(name, "").replace("\0", "").strip()[:LONGEST_TEXT])
    }
    cursor, back = (request.args.get(name, "").replace("\0", "") or None for name in _PLACE)
    return Asked(path, fields, ListQuery(cursor, ROWS, backwards=back is not None))


def is_part() -> bool:
    """Whether htmx asks for a part of a page, and not for a whole one that it lost."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def _moment(text: str | None) -> Milliseconds | None:
    """A field of a date and time in UTC, as a browser sends it; None when it is none."""
    try:
        stamp = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return round(stamp.replace(tzinfo=stamp.tzinfo or UTC).timestamp() * 1000)
