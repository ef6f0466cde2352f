"""How states are shown: a word, an icon and a shade, so that no state is told by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state as people see it. `shade` is a class of badges: good, bad, warn, busy or none."""

    word: str
    icon: str
    shade: str


STATES: Mapping[str, StateWords] = {
    "queued": StateWords("Queued", "clock", ""),
    "pending": StateWords("Not started", "clock", ""),
    "running": StateWords("Running", "play", "busy"),
    "waiting": StateWords("Waiting", "pause", "warn"),
    "held": StateWords("Held", "pin", "warn"),
    "succeeded": StateWords("Succeeded", "check", "good"),
    "failed": StateWords("Failed", "cross", "bad"),
    "halted": StateWords("Halted", "stop", "bad"),
    "cancelled": StateWords("Cancelled", "minus", ""),
    "skipped": StateWords("Not taken", "skip", ""),
    "retry": StateWords("Failed, tried again", "refresh", "warn"),
    "interrupted": StateWords("Interrupted", "alert", "warn"),
    "delivery-pending": StateWords("On its way", "clock", "busy"),
    "delivery-delivered": StateWords("Delivered", "check", "good"),
    "delivery-dead": StateWords("Dead letter", "cross", "bad"),
    "deferred": StateWords("Put off", "clock", "warn"),
    "closed": StateWords("Well", "check", "good"),
    "open": StateWords("Circuit open", "stop", "bad"),
    "half_open": StateWords("Circuit half open", "refresh", "warn"),
}
"""Every state of a run, a step and an attempt, of a delivery, and of an endpoint."""


def state_words(state: str) -> StateWords:
    """How a state is shown."""
    return STATES.get(state, StateWords(state.capitalize(), "note", ""))


def status_shade(status: int | None) -> str:
    """The shade of an HTTP status."""
    if status is None:
        return "bad"
    return "bad" if status >= 500 else "warn" if status >= 400 else "good"
