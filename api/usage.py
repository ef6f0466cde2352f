"""What is used of a month, beside its quotas."""

from __future__ import annotations

from typing import Any

from api.operations import Call, Operation, Parameter, Success
from api.schemas import OPTIONAL_NUMBER, TEXT, TIME, component, list_of, record
from core.clock import to_rfc3339
from core.usage import MONTH_PATTERN, Counted
from engine.limits.usage import UsageReport
from engine.replies import JsonReply
from engine.service import Service

_NUMBER = {"type": "integer"}
_COUNT = record(
    {
        "used": {**_NUMBER, "description": "How much is used."},
        "quota": {**OPTIONAL_NUMBER, "description": "How much may be; null for any number."},
    }
)
_CROSSING = record(
    {
        "quota": {"enum": list(Counted)},
        "size": {**_NUMBER, "description": "How large the quota was."},
        "threshold": {**_NUMBER, "description": "In percent."},
        "used": _NUMBER,
        "crossed_at": TIME,
    }
)
SCHEMAS = {
    "Usage": record(
        {
            "month": TEXT,
            "begins_at": TIME,
            "ends_at": TIME,
            "events": {**_COUNT, "description": "What trigger URLs and the channel took in."},
            "runs": {**_COUNT, "description": "Runs, whatever started them."},
            "when_reached": {"enum": ["warn", "refuse"]},
            "crossings": {**list_of(_CROSSING), "description": "Thresholds that were crossed."},
        },
        "What a tenant has used of a month.",
    )
}

_MONTH = Parameter(
    "month",
    "query",
    "Which month, in UTC; the present one by default.",
    {"type": "string", "pattern": MONTH_PATTERN, "x-expected": "a month; write it like 2026-11"},
)


def usage_json(report: UsageReport) -> dict[str, Any]:
    """A month as the API shows it."""
    return {
        "month": report.month.name,
        "begins_at": to_rfc3339(report.month.begin),
        "ends_at": to_rfc3339(report.month.end),
        **{
            one.value: {"used": report.used.of(one), "quota": report.quotas.get(one)}
            for one in Counted
        },
        "when_reached": "refuse" if report.refuses else "warn",
        "crossings": [
            {
                "quota": one.counted.value,
                "size": one.size,
                "threshold": one.percent,
                "used": one.used,
                "crossed_at": to_rfc3339(one.crossed_at),
            }
            for one in report.crossings
        ],
    }


def _read(service: Service, call: Call) -> JsonReply:
    return JsonReply(200, usage_json(service.usage.report(call.tenant, call.query["month"])))


OPERATIONS = (
    Operation(
        id="read_usage",
        method="GET",
        path="/api/v1/usage",
        scope="read",
        summary="Read what is used of a month",
        handle=_read,
        parameters=(_MONTH,),
        successes=(Success(200, "The month.", component("Usage")),),
    ),
)
