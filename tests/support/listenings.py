"""Who listens for a request, as the store has it."""

from __future__ import annotations

from typing import Any

from core.listenings import Heard, StoredListening
from tests.support.builders import NOW

TRIGGER = {"type": "webhook", "with": {"path": "orders"}, "next": ["answer"]}


def make_listening(**changes: Any) -> StoredListening:
    """A listening of the process `one` that is open at `NOW`."""
    values: dict[str, Any] = {
        "id": "listening-1",
        "tenant": "acme",
        "automation_id": "orders",
        "holder": "one",
        "trigger": TRIGGER,
        "until": NOW + 15_000,
    }
    return StoredListening(**{**values, **changes})


def make_heard(**changes: Any) -> Heard:
    """What was heard for the listening that `make_listening` makes."""
    values: dict[str, Any] = {
        "id": "heard-1",
        "tenant": "acme",
        "listening_id": "listening-1",
        "name": "refused",
        "data": {"status": 401, "detail": "who are you? ü", "errors": []},
        "kept_until": NOW + 600_000,
    }
    return Heard(**{**values, **changes})
