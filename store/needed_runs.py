"""Which runs that have ended something needs still: conditions on a row of `runs`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from core.states import RUN_FAILURES
from store.schema.automations import automations
from store.schema.quarantine import quarantine_keys as keys
from store.schema.runs import runs as table

_other = table.alias("other")


def is_not_needed() -> ColumnElement[bool]:
    """Nothing needs it."""
    return (
        is_not_needed_by_replays()
        & or_(table.c.replay_of.is_not(None), _is_not_the_last_event())
        & ~_has_parent_that_goes_on()
        & ~_has_child_that_goes_on()
        & ~waits_for_its_key_to_be_released()
    )


def is_not_needed_by_replays() -> ColumnElement[bool]:
    """A replay is of the same event; whoever looks at one wants to see what it repeats."""
    repeats = (_other.c.event_id == table.c.event_id) & _other.c.replay_of.is_not(None)
    return or_(table.c.replay_of.is_not(None), ~_some(_other, repeats))


def _is_not_the_last_event() -> ColumnElement[bool]:
    """Silence of a live automation is counted from its last event (`store.alert_signs`)."""
    later = (
        (_other.c.tenant == table.c.tenant)
        & (_other.c.automation_id == table.c.automation_id)
        & (_other.c.id > table.c.id)
        & _other.c.replay_of.is_(None)
    )
    live = (
        (automations.c.tenant == table.c.tenant)
        & (automations.c.id == table.c.automation_id)
        & automations.c.published.is_not(None)
    )
    return or_(_some(_other, later), ~_some(automations, live))


def _has_parent_that_goes_on() -> ColumnElement[bool]:
    """It may be about to look at what became of the run."""
    goes_on = (_other.c.id == table.c.parent_run_id) & _other.c.finished_at.is_(None)
    return table.c.parent_run_id.is_not(None) & _some(_other, goes_on)


def _has_child_that_goes_on() -> ColumnElement[bool]:
    """Its end is told to the run."""
    goes_on = (_other.c.parent_run_id == table.c.id) & _other.c.finished_at.is_(None)
    return _some(_other, goes_on & _other.c.parent_run_id.is_not(None))


def waits_for_its_key_to_be_released() -> ColumnElement[bool]:
    """Whoever releases a quarantined key may have its failures repeated."""
    of_key = (
        (keys.c.tenant == table.c.tenant)
        & (keys.c.automation_id == table.c.automation_id)
        & (keys.c.key == table.c.quarantine_key)
    )
    held = _some(keys, of_key & keys.c.held_at.is_not(None))
    failed = or_(*(table.c.status == status for status in sorted(RUN_FAILURES)))
    return table.c.quarantine_key.is_not(None) & failed & held


def _some(among: Any, which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(1).select_from(among).where(which).correlate(table))
