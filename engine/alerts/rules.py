"""The rules of an automation as data, read from its settings, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.alerts import AlertRule
from core.clock import Milliseconds
from core.duration import parse_duration
from core.errors import Fault
from engine.alerts.schema import DEFAULT_AT_LEAST, DEFAULT_WITHIN, LONGEST, SHORTEST

PATH = "$.settings.alerts"

_DURATIONS = (
    (AlertRule.FAILURES, "within"),
    (AlertRule.FAILURE_RATE, "within"),
    (AlertRule.SILENCE, "for"),
)


@dataclass(frozen=True, slots=True)
class FailuresRule:
    """So many runs went wrong within a time."""

    count: int
    within: Milliseconds


@dataclass(frozen=True, slots=True)
class FailureRateRule:
    """So large a share of at least so many runs went wrong within a time."""

    percent: float
    within: Milliseconds
    at_least: int


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """No event for a time."""

    length: Milliseconds


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What an automation is watched for, and the secrets with the addresses that are notified."""

    failures: FailuresRule | None = None
    failure_rate: FailureRateRule | None = None
    silence: SilenceRule | None = None
    notify: tuple[str, ...] = ()

    @property
    def watched(self) -> frozenset[AlertRule]:
        """The rules that are set."""
        return frozenset(rule for rule in AlertRule if getattr(self, rule.value) is not None)


NO_ALERTS = AlertRules()
"""Of an automation that nobody watches."""


def alert_rules(document: Mapping[str, Any]) -> AlertRules:
    """The rules of a published document; without any where it sets none, or was not understood."""
    try:
        return _read(_alerts(document))
    except (AttributeError, KeyError, TypeError, ValueError):
        # Published by another release.
        return NO_ALERTS


def alert_faults(document: Any) -> Iterator[Fault]:
    """Durations that are too short or too long; what is none is the schema's matter."""
    for rule, name in _DURATIONS:
        part = _member(_alerts(document), rule.value)
        text = _member(part, name)
        try:
            length = parse_duration(text) if isinstance(text, str) else None
        except ValueError:
            continue
        if length is not None and not parse_duration(SHORTEST) <= length <= parse_duration(LONGEST):
            words = f"must be from {SHORTEST} to {LONGEST}, not {text}"
            yield Fault(f"{PATH}.{rule.value}.{name}", words)


def _read(alerts: Any) -> AlertRules:
    if not isinstance(alerts, Mapping):
        return NO_ALERTS
    failures, rate = alerts.get("failures"), alerts.get("failure_rate")
    silence = alerts.get("silence")
    return AlertRules(
        failures=None if failures is None else FailuresRule(failures["count"], _within(failures)),
        failure_rate=None if rate is None else _rate(rate),
        silence=None if silence is None else SilenceRule(parse_duration(silence["for"])),
        notify=tuple(alerts.get("notify", ())),
    )


def _rate(rate: Mapping[str, Any]) -> FailureRateRule:
    return FailureRateRule(rate["percent"], _within(rate), rate.get("at_least", DEFAULT_AT_LEAST))


def _within(part: Mapping[str, Any]) -> Milliseconds:
    return parse_duration(part.get("within", DEFAULT_WITHIN))


def _alerts(document: Any) -> Any:
    return _member(_member(document, "settings"), "alerts")


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None
