"""What is told of ticks holds the schema that is told of it."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from core.schedules import LeftOut, Schedule, WhyLeftOut
from engine.events.catalogue import EVENT_TYPES
from engine.events.schedule_events import FIRED, SCHEDULE_EVENTS, SKIPPED, fired_data, skipped_data
from engine.events.types import EventType
from tests.support.builders import NOW, make_run

SCHEDULE = Schedule("acme", "nightly", 1, NOW, NOW + 1)


@pytest.mark.parametrize("event_type", SCHEDULE_EVENTS, ids=lambda one: one.name)
def test_an_example_is_what_is_told(event_type: EventType) -> None:
    assert EVENT_TYPES[event_type.name] is event_type
    Draft202012Validator.check_schema(event_type.schema)
    assert Draft202012Validator(event_type.schema).is_valid(event_type.example)


@pytest.mark.parametrize("why", WhyLeftOut)
def test_what_is_told_of_a_tick_has_every_member_of_its_type(why: WhyLeftOut) -> None:
    told = {
        FIRED: fired_data(SCHEDULE, "Nightly", make_run(), NOW, 3),
        SKIPPED: skipped_data(SCHEDULE, "Nightly", LeftOut(NOW, 2, why)),
    }
    for name, data in told.items():
        schema = EVENT_TYPES[name].schema
        assert list(Draft202012Validator(schema).iter_errors(data)) == []
        assert data.keys() == schema["properties"].keys()
