"""The types of events: each says the truth about itself, and the page on them is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from core.errors import ConflictError
from core.event_names import is_name, is_reserved
from engine.events.catalogue import EVENT_TYPES
from engine.events.reference import render_events
from engine.events.types import EventType, by_name

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_page_is_what_the_types_say() -> None:
    """When it is not: scripts/reference writes it anew."""
    assert PAGE.read_text() == render_events(EVENT_TYPES)


@pytest.mark.parametrize("one", EVENT_TYPES.values(), ids=lambda one: one.name)
def test_a_type_has_a_name_of_penstocks_and_an_example_that_fits(one: EventType) -> None:
    assert is_name(one.name)
    assert is_reserved(one.name), "automations must not be able to announce it"
    assert one.version >= 1
    assert one.title
    assert one.description.endswith(".")
    Draft202012Validator.check_schema(dict(one.schema))
    validator = Draft202012Validator(
        dict(one.schema), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    assert list(validator.iter_errors(one.example)) == []
    assert set(one.example) <= set(one.schema["properties"])


def test_a_name_is_given_once() -> None:
    one = next(iter(EVENT_TYPES.values()))
    other = EventType(one.name, 2, "Another", "Another.", {}, {})
    with pytest.raises(ConflictError, match=f"two event types are called {one.name}"):
        by_name([one], [other])
