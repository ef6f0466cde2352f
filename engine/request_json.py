"""Entries of the request log as JSON, for every surface that shows them."""

from __future__ import annotations

import base64
from typing import Any

from core.clock import to_rfc3339
from core.model import RequestEntry


def request_row(entry: RequestEntry) -> dict[str, Any]:
    """A request as a list shows it: without its bodies."""
    return {
        "id": entry.id,
        "direction": entry.direction,
        "method": entry.method,
        "url": entry.url,
        "started_at": to_rfc3339(entry.started_at),
        "duration_ms": entry.duration,
        "request_headers": entry.request_headers,
        "status": entry.status,
        "response_headers": entry.response_headers,
        "error": entry.error,
        "automation_id": entry.automation_id,
        "event_id": entry.event_id,
        "run_id": entry.run_id,
        "step_id": entry.step_id,
        "attempt": entry.attempt,
        "remote_address": entry.remote_address,
        "delivery_id": entry.delivery_id,
    }


def request_json(entry: RequestEntry) -> dict[str, Any]:
    """A request with both bodies."""
    return {
        **request_row(entry),
        **body_members("request_body", entry.request_body),
        **body_members("response_body", entry.response_body),
    }


def body_members(name: str, body: bytes | None) -> dict[str, str | None]:
    """A body as text, or as base64 where it is no UTF-8, with the encoding beside it."""
    if body is None:
        return {name: None, f"{name}_encoding": None}
    try:
        return {name: body.decode(), f"{name}_encoding": "utf-8"}
    except UnicodeDecodeError:
        return {name: base64.b64encode(body).decode(), f"{name}_encoding": "base64"}
