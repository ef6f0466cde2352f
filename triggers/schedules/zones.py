"""Time zones of the IANA database: their names, and when their offset from UTC changes."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from core.clock import Milliseconds

UTC = "UTC"
DAY: Milliseconds = 86_400_000
MOST_SUGGESTIONS = 3
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})


@dataclass(frozen=True, slots=True)
class Change:
    """The moment from which on the offset from UTC is `after`; until then it was `before`."""

    at: Milliseconds
    before: Milliseconds
    after: Milliseconds


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone. Two changes within one day are not told apart; no zone has such."""

    name: str

    def offset(self, moment: Milliseconds) -> Milliseconds:
        """What is to be added to a moment to get its local time."""
        offset = datetime.fromtimestamp(moment // 1000, _zone(self.name)).utcoffset()
        return 0 if offset is None else round(offset.total_seconds() * 1000)

    def first_change(self, after: Milliseconds, until: Milliseconds) -> Change | None:
        """The first change of the offset after a moment, and not after another."""
        before = self.offset(after)
        unchanged = after
        while unchanged < until:
            looked_at = min(unchanged + DAY, until)
            if self.offset(looked_at) != before:
                return self._between(unchanged, looked_at, before)
            unchanged = looked_at
        return None

    def _between(
        self, unchanged: Milliseconds, changed: Milliseconds, before: Milliseconds
    ) -> Change:
        while changed - unchanged > 1:
            middle = (unchanged + changed) // 2
            if self.offset(middle) == before:
                unchanged = middle
            else:
                changed = middle
        return Change(changed, before, self.offset(changed))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every zone there is."""
    return frozenset(available_timezones()) - _NO_PLACES


def zone_fault(name: str) -> str | None:
    """Why a text names no time zone, and which one may be meant; None when it does."""
    if name in zone_names():
        return None
    near = _near(name)
    words = f"{name[:60]!r} is not a time zone"
    if not near:
        return f"{words}; write its name in the IANA database, such as Europe/Berlin"
    return f"{words}; do you mean {_either(near)}?"


def _near(name: str) -> Sequence[str]:
    """Names that differ in capitals, then those of that city, then those written much the same."""
    wanted = name.strip().replace(" ", "_").lower()
    whole = {one.lower(): one for one in sorted(zone_names())}
    if wanted in whole:
        return [whole[wanted]]
    cities: dict[str, str] = {}
    for lowered, one in whole.items():
        cities.setdefault(lowered.rpartition("/")[2], one)
    if wanted in cities:
        return [cities[wanted]]
    found = [whole[one] for one in difflib.get_close_matches(wanted, whole, MOST_SUGGESTIONS, 0.7)]
    found += [cities[one] for one in difflib.get_close_matches(wanted, cities, 2, 0.8)]
    return list(dict.fromkeys(found))[:MOST_SUGGESTIONS]


def _either(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
