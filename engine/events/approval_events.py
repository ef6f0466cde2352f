"""The events that tell what people are asked, and what they decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.approvals import Approval, ApprovalState
from core.clock import to_rfc3339
from engine.events.types import EventType, data_schema

_RUN = "0192e4a0-7b1c-7abc-8def-0123456789ab"

_PROPERTIES: Mapping[str, Any] = {
    "approval_id": {"type": "string", "description": "The id of the question."},
    "automation_id": {"type": "string", "description": "The automation that asks."},
    "run_id": {"type": "string", "description": "The run that waits."},
    "step_id": {"type": "string", "description": "The step that waits."},
    "title": {"type": "string", "description": "What is asked."},
    "asked": {
        "type": "array",
        "items": {"type": "string"},
        "description": "E-mails and roles of those who are asked.",
    },
    "expires_at": {"type": "string", "format": "date-time", "description": "Until when."},
    "state": {"type": "string", "description": "Where the question stands."},
    "decided_by": {"type": ["string", "null"], "description": "Who decided."},
    "comment": {"type": "string", "description": "What was said with the decision."},
}


def _type(state: ApprovalState, name: str, title: str, description: str) -> EventType:
    decided = state in (ApprovalState.APPROVED, ApprovalState.REJECTED)
    example = {
        "approval_id": f"{_RUN}.ask",
        "automation_id": "refunds",
        "run_id": _RUN,
        "step_id": "ask",
        "title": "Refund 120 € to Zoë?",
        "asked": ["admin", "kim@shop.example"],
        "expires_at": "2026-11-22T09:30:00.000Z",
        "state": state.value,
        "decided_by": "Kim" if decided else None,
        "comment": "As agreed by phone." if decided else "",
    }
    return EventType(f"approval.{name}", 1, title, description, data_schema(_PROPERTIES), example)


APPROVAL_EVENTS = (
    _type(
        ApprovalState.PENDING,
        "requested",
        "An approval is requested",
        "A run asks people to decide, and waits.",
    ),
    _type(ApprovalState.APPROVED, "approved", "Something was approved", "Somebody said yes."),
    _type(ApprovalState.REJECTED, "rejected", "Something was rejected", "Somebody said no."),
    _type(
        ApprovalState.EXPIRED,
        "expired",
        "An approval expired",
        "Nobody decided in time; the run goes on by the port expired.",
    ),
)


def approval_data(
    approval: Approval,
    state: ApprovalState,
    decided_by: str | None = None,
    comment: str = "",
) -> Mapping[str, Any]:
    """The data of an event about a question as it stands now."""
    return {
        "approval_id": approval.id,
        "automation_id": approval.automation_id,
        "run_id": approval.run_id,
        "step_id": approval.step_id,
        "title": approval.title,
        "asked": list(approval.asked),
        "expires_at": to_rfc3339(approval.expires_at),
        "state": state.value,
        "decided_by": decided_by,
        "comment": comment,
    }
