"""Notes when Penstock is up, so that nobody is called silent for the time in which it was not."""

from __future__ import annotations

from collections.abc import Sequence

from core.alerts import Span
from core.clock import Milliseconds
from core.duration import parse_duration
from core.ids import new_id
from core.store import Store
from engine.alerts.schema import LONGEST

GAP: Milliseconds = 60_000
"""Nothing noted for longer than this is a time in which Penstock was down, or the clock jumped."""
KEPT: Milliseconds = parse_duration(LONGEST) + 86_400_000
"""How long spans are kept: longer than the longest silence."""


class Uptime:
    """Keeps the spans in which any process of this installation was up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, now: Milliseconds) -> Sequence[Span]:
        """Notes this moment, and gives every span. Raises StorageUnavailable.

        Two processes may each begin a span after an outage: spans may overlap.
        """
        signs = self._store.alert_signs
        spans = list(signs.spans(now - KEPT))
        going_on = [span for span in spans if span.begin <= now <= span.end + GAP]
        if not going_on:
            begun = Span(new_id(), now, now)
            self._store.commit([signs.begin_span(begun), signs.forget_spans(now - KEPT)])
            return [*spans, begun]
        newest = max(going_on, key=lambda span: span.end)
        if newest.end < now:
            self._store.commit([signs.extend_span(newest, now)])
        return [
            *(one for one in spans if one is not newest),
            Span(newest.id, newest.begin, max(now, newest.end)),
        ]
