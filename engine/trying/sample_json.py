"""Sample events as JSON, as pages and streams have them."""

from __future__ import annotations

from typing import Any

from core.clock import to_rfc3339
from core.model import Event
from core.samples import Sample


def event_json(event: Event) -> dict[str, Any]:
    """An event as samples have it."""
    return {
        "method": event.method,
        "path": event.path,
        "query": dict(event.query),
        "headers": dict(event.headers),
        "params": dict(event.params),
        "body": event.body,
    }


def sample_json(sample: Sample) -> dict[str, Any]:
    """A sample as pages and streams show it."""
    return {
        "id": sample.id,
        "name": sample.name,
        "source": sample.source.value,
        "created_at": to_rfc3339(sample.created_at),
        "event": sample.event,
    }
