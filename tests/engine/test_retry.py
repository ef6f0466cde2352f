"""Back-off: bounded, spread downwards, never earlier than a partner asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.retry import LONGEST_WAIT, RetryPolicy

POLICY = RetryPolicy(attempts=6, initial=1_000, factor=3, max=600_000, jitter=0.2)


def test_each_wait_is_longer_until_the_last_attempt() -> None:
    waits = [POLICY.delay(attempt, None, lambda: 0.0) for attempt in range(1, 7)]

    assert waits == [1_000, 3_000, 9_000, 27_000, 81_000, None]


def test_jitter_shortens_by_its_share_at_most() -> None:
    assert POLICY.delay(1, None, lambda: 1.0) == 800
    assert POLICY.delay(1, None, lambda: 0.5) == 900


@pytest.mark.parametrize(("asked", "wait"), [(5_000, 5_000), (10, 1_000), (10**12, LONGEST_WAIT)])
def test_a_partner_that_asks_to_wait_is_obeyed_for_a_day(asked: int, wait: int) -> None:
    assert POLICY.delay(1, asked, lambda: 0.0) == wait


def test_what_is_left_out_has_its_default() -> None:
    assert RetryPolicy.of({"attempts": 2, "max": "5s"}) == RetryPolicy(attempts=2, max=5_000)


@given(
    st.builds(
        RetryPolicy,
        attempts=st.integers(1, 100),
        initial=st.integers(0, 10**9),
        factor=st.floats(1, 100),
        max=st.integers(0, 10**9),
        jitter=st.floats(0, 1),
    ),
    st.integers(1, 100),
    st.floats(0, 1),
)
def test_no_wait_is_negative_or_beyond_its_bound(
    policy: RetryPolicy, attempt: int, chance: float
) -> None:
    wait = policy.delay(attempt, None, lambda: chance)

    assert (wait is None) == (attempt >= policy.attempts)
    assert wait is None or 0 <= wait <= min(policy.max, LONGEST_WAIT)
