"""Moments as people read them."""

from __future__ import annotations

import pytest

from builder_ui.moments import relative
from tests.support.builders import NOW

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (4 * SECOND, "just now"),
        (-4 * SECOND, "just now"),
        (-59 * SECOND, "59 seconds ago"),
        (-MINUTE, "1 minute ago"),
        (-(7 * DAY - SECOND), "6 days ago"),
        (7 * DAY - SECOND, "in 7 days"),
        (10 * MINUTE - 2 * SECOND, "in 10 minutes"),
        (HOUR + 10 * MINUTE, "in 1 hour"),
        (-400 * DAY, "1 year ago"),
    ],
)
def test_a_moment_is_told_from_now(away: int, said: str) -> None:
    assert relative(NOW + away, NOW) == said
