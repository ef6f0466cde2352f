"""The request log's entries of what was turned away: a flood of it must not fill the log."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.clock import Clock, Milliseconds
from core.model import RequestEntry
from core.store import Store

MOST_LISTED = 30
"""Of requests to one automation that were answered alike within a minute, so many are listed."""
SPAN: Milliseconds = 60_000
MOST_KINDS = 10_000

Kind = tuple[str, str | None, int | None]
"""The tenant, the automation, the status of the answer."""


@dataclass(slots=True)
class _Span:
    begin: Milliseconds
    listed: int = 0
    left_out: int = 0
    last: RequestEntry | None = None


class Rejections:
    """Lists what was turned away: the first ones of a minute, and the last with their number."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._spans: OrderedDict[Kind, _Span] = OrderedDict()

    def note(self, entry: RequestEntry) -> None:
        """Takes an entry: lists it, or counts it."""
        with self._lock:
            listed = self._take(entry)
        self._list(listed)

    def sum_up(self) -> None:
        """Lists the last one of each flood whose minute is over, with how many were left out."""
        self._sum_up(lambda span, now: not _goes_on(span, now))

    def finish(self) -> None:
        """Does so of every flood: the process ends."""
        self._sum_up(lambda _span, _now: True)

    def _sum_up(self, is_over: Callable[[_Span, Milliseconds], bool]) -> None:
        now = self._clock.now()
        with self._lock:
            over = [kind for kind, span in self._spans.items() if is_over(span, now)]
            spans = [self._spans.pop(kind) for kind in over]
        self._list([one for span in spans for one in _summary(span)])

    def _take(self, entry: RequestEntry) -> list[RequestEntry]:
        kind: Kind = (entry.tenant, entry.automation_id, entry.status)
        now = self._clock.now()
        span = self._spans.get(kind)
        listed: list[RequestEntry] = []
        if span is None or not _goes_on(span, now):
            listed += _summary(span)
            span = self._spans[kind] = _Span(now)
            listed += self._drop_oldest()
        if span.listed < MOST_LISTED:
            span.listed += 1
            return [*listed, entry]
        span.left_out += 1
        span.last = entry
        return listed

    def _drop_oldest(self) -> list[RequestEntry]:
        if len(self._spans) <= MOST_KINDS:
            return []
        _, span = self._spans.popitem(last=False)
        return _summary(span)

    def _list(self, entries: list[RequestEntry]) -> None:
        if entries:
            self._store.commit_later([self._store.requests.insert(one) for one in entries])


def _goes_on(span: _Span, now: Milliseconds) -> bool:
    return abs(now - span.begin) < SPAN


def _summary(span: _Span | None) -> list[RequestEntry]:
    """The last entry of those that were left out, which tells how many they are."""
    if span is None or span.last is None:
        return []
    if span.left_out == 1:
        return [span.last]
    others = f"and {span.left_out - 1:,} more like it within a minute, which are not listed"
    error = f"{span.last.error} ({others})" if span.last.error else others
    return [replace(span.last, error=error)]
