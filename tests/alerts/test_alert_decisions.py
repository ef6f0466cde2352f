"""Whether an alert stands: whatever is seen in whatever order, it comes and goes with reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts import Span
from engine.alerts.deciding import failures_stand, rate_stands, silence_stands, silent_for
from engine.alerts.rules import (
    NO_ALERTS,
    AlertRules,
    FailureRateRule,
    FailuresRule,
    SilenceRule,
    alert_faults,
    alert_rules,
)

NOW = 1_000_000
COUNTS = st.integers(0, 1_000)
MOMENTS = st.integers(0, NOW)
SPANS = st.lists(st.tuples(MOMENTS, MOMENTS), max_size=8).map(
    lambda pairs: [Span(str(pairs), min(pair), max(pair)) for pair in pairs]
)


@given(COUNTS, st.integers(1, 1_000), st.integers(1, NOW), MOMENTS, st.booleans())
def test_failures_raise_at_their_number_and_end_in_quiet(
    count: int, needed: int, within: int, newest: int, raised: bool
) -> None:
    rule = FailuresRule(needed, within)
    last = newest if count else None
    stands = failures_stand(rule, count, last, NOW, raised=raised)
    if count >= needed:
        assert stands
    elif not raised or last is None or last <= NOW - within // 4:
        assert not stands
    else:
        assert stands


@given(COUNTS, COUNTS, st.floats(0.1, 100), st.integers(1, 1_000))
def test_a_rate_that_raises_also_keeps_raised(
    failures: int, succeeded: int, percent: float, at_least: int
) -> None:
    rule = FailureRateRule(percent, 60_000, at_least)
    runs = failures + succeeded
    if rate_stands(rule, failures, runs, raised=False):
        assert runs >= at_least
        assert rate_stands(rule, failures, runs, raised=True)
    if failures == 0:
        assert not rate_stands(rule, failures, runs, raised=True)


@given(st.integers(0, NOW), st.integers(0, 99), st.booleans())
def test_more_success_never_raises_a_rate(failures: int, percent: int, raised: bool) -> None:
    rule = FailureRateRule(percent + 1, 60_000, 1)
    if not rate_stands(rule, failures, failures, raised=raised):
        assert not rate_stands(rule, failures, failures + 1, raised=raised)


@given(st.integers(0, NOW), st.integers(0, NOW), st.integers(1, NOW))
def test_an_event_after_it_was_raised_ends_silence(
    silent: int, raised_at: int, length: int
) -> None:
    rule = SilenceRule(length)
    assert not silence_stands(rule, silent, raised_at, raised_at)
    assert silence_stands(rule, silent, None, None) == (silent >= length)


@given(MOMENTS, SPANS)
def test_silence_is_the_time_that_lies_in_any_span(since: int, spans: list[Span]) -> None:
    silent = silent_for(since, NOW, spans)
    assert 0 <= silent <= NOW - since
    assert silent == silent_for(since, NOW, [*spans, *spans])
    assert silent <= sum(span.end - max(span.begin, since) for span in spans if span.end > since)
    assert silent_for(since, NOW, [*spans, Span("whole", 0, NOW)]) == NOW - since


def test_rules_are_read_with_their_defaults() -> None:
    alerts = {
        "failures": {"count": 5},
        "failure_rate": {"percent": 12.5},
        "silence": {"for": "2h"},
        "notify": ["OPS_CHAT"],
    }
    assert alert_rules({"settings": {"alerts": alerts}}) == AlertRules(
        FailuresRule(5, 3_600_000),
        FailureRateRule(12.5, 3_600_000, 10),
        SilenceRule(7_200_000),
        ("OPS_CHAT",),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below),
    max_leaves=6,
)
PARTS = st.sampled_from(["failures", "failure_rate", "silence", "notify"])


@given(JSON | st.dictionaries(PARTS, JSON | st.fixed_dictionaries({"within": JSON, "for": JSON})))
def test_whatever_stands_there_raises_nothing(alerts: Any) -> None:
    document = {"settings": {"alerts": alerts}}
    assert isinstance(alert_rules(document), AlertRules)
    list(alert_faults(document))


@pytest.mark.parametrize("document", [{}, {"settings": {}}, {"settings": None}, {"settings": []}])
def test_without_rules_nothing_is_watched(document: dict[str, Any]) -> None:
    assert alert_rules(document) == NO_ALERTS
    assert NO_ALERTS.watched == frozenset()


@pytest.mark.parametrize("length", ["5s", "31d", "0s", "59s999ms"])
def test_a_time_that_is_too_short_or_too_long_is_a_fault(length: str) -> None:
    alerts = {
        "failures": {"count": 1, "within": length},
        "failure_rate": {"percent": 1, "within": length},
        "silence": {"for": length},
    }
    faults = list(alert_faults({"settings": {"alerts": alerts}}))
    assert [fault.path for fault in faults] == [
        "$.settings.alerts.failures.within",
        "$.settings.alerts.failure_rate.within",
        "$.settings.alerts.silence.for",
    ]
    assert {fault.message for fault in faults} == {f"must be from 1m to 30d, not {length}"}
