"""The list of event types: adding one is a line here, or a group of its own module."""

from __future__ import annotations

from engine.events.endpoint_events import ENDPOINT_EVENTS
from engine.events.run_events import RUN_EVENTS
from engine.events.types import by_name

EVENT_TYPES = by_name(RUN_EVENTS, ENDPOINT_EVENTS)
"""Every type that Penstock announces of itself, by name."""
