"""Alerts: what is raised now, and what was."""

from __future__ import annotations

from typing import Any

from api.operations import Call, Operation, Parameter, Success
from api.parameters import PAGING, automation_filter, list_query
from api.schemas import (
    OPTIONAL_TEXT,
    OPTIONAL_TIME,
    TEXT,
    TIME,
    component,
    list_of,
    page_schema,
    record,
)
from core.alerts import AlertFilter, AlertRule, AlertState, Notice, NoticeState
from core.clock import to_rfc3339
from engine.alerts.service import AlertDetail
from engine.replies import JsonReply
from engine.service import Service

_PATH = "/api/v1/alerts"

_NOTICE = record(
    {
        "secret": {**TEXT, "description": "The secret that holds the address."},
        "about": {"enum": list(AlertState), "description": "Whether it tells of the begin or end."},
        "state": {"enum": list(NoticeState)},
        "attempts": {"type": "integer"},
        "error": {**OPTIONAL_TEXT, "description": "Why the last attempt did not get there."},
    },
    "A notification of an alert.",
)

_ALERT = record(
    {
        "id": TEXT,
        "automation_id": TEXT,
        "automation_name": TEXT,
        "rule": {"enum": list(AlertRule), "description": "The rule, as in `settings.alerts`."},
        "state": {"enum": list(AlertState)},
        "seen": {**TEXT, "description": "Why it was raised, in words."},
        "raised_at": TIME,
        "resolved_at": OPTIONAL_TIME,
        "ended": {**OPTIONAL_TEXT, "description": "Why it is over, in words."},
        "notices": list_of(component("AlertNotice")),
    },
    "A rule of an automation that did not hold for a time.",
)

SCHEMAS = {"AlertNotice": _NOTICE, "Alert": _ALERT}

_STATE = Parameter(
    "state",
    "query",
    "Only alerts in this state.",
    {"type": "string", "enum": list(AlertState)},
    AlertState,
)


def alert_json(detail: AlertDetail) -> dict[str, Any]:
    """An alert as the API shows it."""
    alert = detail.alert
    return {
        "id": alert.id,
        "automation_id": alert.automation_id,
        "automation_name": alert.automation_name,
        "rule": alert.rule,
        "state": alert.state,
        "seen": alert.seen,
        "raised_at": to_rfc3339(alert.raised_at),
        "resolved_at": None if alert.resolved_at is None else to_rfc3339(alert.resolved_at),
        "ended": alert.ended,
        "notices": [_notice_json(notice) for notice in detail.notices],
    }


def _notice_json(notice: Notice) -> dict[str, Any]:
    return {
        "secret": notice.secret,
        "about": notice.about,
        "state": notice.state,
        "attempts": notice.attempts,
        "error": notice.error,
    }


def _list(service: Service, call: Call) -> JsonReply:
    which = AlertFilter(call.query["state"], call.query["automation"])
    page = service.alerts.list(call.tenant, which, list_query(call))
    return JsonReply(200, {"items": [alert_json(one) for one in page.items], "next": page.next})


OPERATIONS = (
    Operation(
        id="list_alerts",
        method="GET",
        path=_PATH,
        scope="read",
        summary="List the alerts",
        description="The newest first, those that are over too.",
        handle=_list,
        parameters=(_STATE, automation_filter(), *PAGING),
        successes=(Success(200, "A page of alerts.", page_schema(component("Alert"))),),
    ),
)
