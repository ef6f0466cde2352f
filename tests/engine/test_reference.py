"""The page on triggers and actions says what the code takes."""

from __future__ import annotations

from pathlib import Path

from engine.reference import render_reference
from wiring import action_and_trigger_registry

PAGE = Path(__file__).parents[2] / "docs" / "triggers-and-actions.md"


def test_the_page_is_what_the_specs_say() -> None:
    """When it is not: scripts/reference writes it anew."""
    assert PAGE.read_text() == render_reference(action_and_trigger_registry())
