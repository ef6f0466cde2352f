"""The list of event types: adding one is a line here, or a group of its own module."""

from __future__ import annotations

from engine.events.alert_events import ALERT_EVENTS
from engine.events.approval_events import APPROVAL_EVENTS
from engine.events.automation_events import AUTOMATION_EVENTS
from engine.events.endpoint_events import ENDPOINT_EVENTS
from engine.events.quarantine_events import QUARANTINE_EVENTS
from engine.events.quota_events import QUOTA_EVENTS
from engine.events.record_events import RECORD_EVENTS
from engine.events.run_events import RUN_EVENTS
from engine.events.schedule_events import SCHEDULE_EVENTS
from engine.events.subscription_events import SUBSCRIPTION_EVENTS
from engine.events.types import by_name

EVENT_TYPES = by_name(
    RUN_EVENTS,
    AUTOMATION_EVENTS,
    APPROVAL_EVENTS,
    SCHEDULE_EVENTS,
    RECORD_EVENTS,
    SUBSCRIPTION_EVENTS,
    ALERT_EVENTS,
    QUOTA_EVENTS,
    QUARANTINE_EVENTS,
    ENDPOINT_EVENTS,
)
"""Every type that Penstock announces of itself, by name."""
