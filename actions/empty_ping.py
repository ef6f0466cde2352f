"""`empty-ping`: a request without a body, for health checks, refreshes and "still here"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions import codes, sending, sending_checks, sending_schema
from actions.replies import OUTPUT
from core.outcomes import Outcome
from core.spec import ActionContext, ActionSpec


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """One attempt; the output holds the partner's answer, whichever way the step leaves."""
    return sending.attempt(context, params)


SPEC = ActionSpec(
    name="empty-ping",
    title="Empty ping",
    description="Sends an HTTP request without a body, POST unless the method says otherwise: a "
    'health check, a refresh, a sign of "still here".',
    icon="pulse",
    schema=sending_schema.schema_of(),
    output=OUTPUT,
    effect=True,
    retries=True,
    check=sending_checks.faults_of,
    longest=sending.longest,
    detached=sending.detached,
    summary=sending.summary,
    codes=codes.listed,
)
