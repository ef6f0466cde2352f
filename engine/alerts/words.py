"""What is said of alerts: in the inbox, in notifications, on pages and in events."""

from __future__ import annotations

from core.alerts import Failure
from core.clock import Milliseconds, to_words
from core.duration import UNITS
from engine.alerts.deciding import QUIET_PART
from engine.alerts.rules import FailureRateRule, FailuresRule, SilenceRule
from engine.alerts.schema import MOST_FAILURES

LONGEST_ERROR = 500
NOT_WATCHED = (
    "It is not watched for this any more: the automation was disabled or deleted, or its live "
    "version has no such rule."
)
_UNIT_WORDS = {"d": "d", "h": "h", "m": "min", "s": "s", "ms": "ms"}


def failures_seen(name: str, rule: FailuresRule, failures: int, last: Failure | None) -> str:
    """Such as `5 runs of Sync partner failed within 1 h; the last: sync: …`."""
    return f"{_runs(failures)} of {name} failed within {spelled(rule.within)}{_the_last(last)}"


def failures_ended(name: str, rule: FailuresRule, failures: int) -> str:
    """Such as `No run of Sync partner failed within 1 h any more.`"""
    if not failures:
        return f"No run of {name} failed within {spelled(rule.within)} any more."
    quiet = spelled(rule.within // QUIET_PART)
    return (
        f"Only {_runs(failures)} of {name} failed within {spelled(rule.within)}, and none in the "
        f"last {quiet}."
    )


def rate_seen(
    name: str, rule: FailureRateRule, failures: int, runs: int, last: Failure | None
) -> str:
    """Such as `60 % of the runs of Sync partner failed within 1 h (12 of 20); the last: …`."""
    return f"{_share(name, rule, failures, runs)}{_the_last(last)}"


def rate_ended(name: str, rule: FailureRateRule, failures: int, runs: int) -> str:
    """Such as `5 % of the runs of Sync partner failed within 1 h (1 of 20).`"""
    if not failures:
        return f"No run of {name} failed within {spelled(rule.within)} any more."
    return f"{_share(name, rule, failures, runs)}."


def silence_seen(name: str, rule: SilenceRule, last_event: Milliseconds | None) -> str:
    """Such as `No event came for Sync partner for 2 h; the last: 2026-11-21 09:30:00 UTC`."""
    last = "there was none before" if last_event is None else f"the last: {to_words(last_event)}"
    return f"No event came for {name} for {spelled(rule.length)}; {last}"


def silence_ended(name: str, last_event: Milliseconds | None) -> str:
    """Such as `An event came for Sync partner again: 2026-11-21 09:30:00 UTC.`"""
    if last_event is None:
        return f"{name} is not silent any more."
    return f"An event came for {name} again: {to_words(last_event)}."


def spelled(duration: Milliseconds) -> str:
    """A duration with spaces: `1 h 30 min`."""
    parts = []
    for unit, size in UNITS.items():
        count, duration = divmod(duration, size)
        if count:
            parts.append(f"{count} {_UNIT_WORDS[unit]}")
    return " ".join(parts) or "0 s"


def _share(name: str, rule: FailureRateRule, failures: int, runs: int) -> str:
    runs = max(runs, failures)
    percent = f"{100 * failures / runs:.1f}".removesuffix(".0")
    within = spelled(rule.within)
    return f"{percent} % of the runs of {name} failed within {within} ({failures} of {runs})"


def _runs(count: int) -> str:
    if count > MOST_FAILURES:
        return f"More than {MOST_FAILURES} runs"
    return "1 run" if count == 1 else f"{count} runs"


def _the_last(failure: Failure | None) -> str:
    if failure is None or not failure.error:
        return ""
    first_line = failure.error.splitlines()[0]
    return f"; the last: {first_line[:LONGEST_ERROR]}"
