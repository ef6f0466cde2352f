"""Months of the calendar, in UTC."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import from_rfc3339
from core.usage import month_named, month_of

FIRST_MOMENT = from_rfc3339("2000-01-01T00:00:00Z")
LAST_MOMENT = from_rfc3339("8999-10-31T23:59:59.999Z")


@given(st.integers(FIRST_MOMENT, LAST_MOMENT))
def test_a_moment_lies_in_its_month_and_the_next_month_begins_where_it_ends(moment: int) -> None:
    month = month_of(moment)

    assert month.begin <= moment < month.end
    assert month_of(month.begin) == month_of(month.end - 1) == month_named(month.name) == month
    assert month_of(month.end).begin == month.end
    assert month_of(month.end).name > month.name


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2026-11-30T23:59:59.999Z", "2026-11"),
        ("2026-12-01T00:00:00Z", "2026-12"),
        ("2026-12-31T23:59:59.999Z", "2026-12"),
        ("2027-01-01T00:00:00Z", "2027-01"),
        ("2028-02-29T12:00:00Z", "2028-02"),
    ],
)
def test_a_month_ends_with_its_last_day_in_utc(moment: str, name: str) -> None:
    assert month_of(from_rfc3339(moment)).name == name


@pytest.mark.parametrize(
    "name", ["2026-13", "2026-1", "2026", "November", "", "2026-11-01", "2026-00"]
)
def test_what_names_no_month_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no month; write it like 2026-11"):
        month_named(name)
