"""The pages that are made from SPECs say what the code takes."""

from __future__ import annotations

from pathlib import Path

from engine.reference import render_reference
from engine.signature_reference import render_signatures
from triggers.signatures import SPECS
from wiring import action_and_trigger_registry

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_triggers_and_actions_is_what_the_specs_say() -> None:
    """When it is not: scripts/reference writes it anew."""
    page = (DOCS / "triggers-and-actions.md").read_text()
    assert page == render_reference(action_and_trigger_registry())


def test_the_page_of_signatures_is_what_the_specs_say() -> None:
    """When it is not: scripts/reference writes it anew."""
    assert (DOCS / "signatures.md").read_text() == render_signatures(SPECS)
