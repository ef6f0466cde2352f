"""Whether an alert stands, from what is seen: no clock, no store, nothing but numbers.

Each function says whether the alert is to be raised now or, where it is `raised` already, whether
it is to stay so. What raises one is not quite what ends it, so that an alert does not come and go
with every run.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.alerts import Span
from core.clock import Milliseconds
from engine.alerts.rules import FailureRateRule, FailuresRule, SilenceRule

QUIET_PART = 4
"""An alert of failures is over when none happened in the last of so many parts of its window."""
CLEARLY_BELOW = 0.9
"""An alert of a rate is over below this part of its threshold."""


def failures_stand(
    rule: FailuresRule,
    failures: int,
    newest: Milliseconds | None,
    now: Milliseconds,
    *,
    raised: bool,
) -> bool:
    """`failures` of the rule's window, the last at `newest`. Over once too few, and it is quiet."""
    if failures >= rule.count:
        return True
    return raised and newest is not None and newest > now - rule.within // QUIET_PART


def rate_stands(rule: FailureRateRule, failures: int, runs: int, *, raised: bool) -> bool:
    """`failures` of the `runs` of the rule's window. Over once the rate is clearly below."""
    if failures == 0:
        return False
    share = 100 * failures / max(runs, failures)
    if raised:
        # Fewer runs than the rule asks for do not end it: they may all be failures.
        return share >= rule.percent * CLEARLY_BELOW
    return runs >= rule.at_least and share >= rule.percent


def silence_stands(
    rule: SilenceRule,
    silent: Milliseconds,
    last_event: Milliseconds | None,
    raised_at: Milliseconds | None,
) -> bool:
    """`silent` as of `silent_for`. Over with the first event after `raised_at`."""
    if raised_at is not None and last_event is not None and last_event >= raised_at:
        return False
    return silent >= rule.length


def silent_for(since: Milliseconds, now: Milliseconds, spans: Iterable[Span]) -> Milliseconds:
    """How much of the time since a moment Penstock was up; spans may overlap."""
    total, reached = 0, since
    for span in sorted(spans, key=lambda one: one.begin):
        begin, end = max(span.begin, reached), min(span.end, now)
        if end > begin:
            total += end - begin
            reached = end
    return total
