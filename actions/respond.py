"""`respond`: answers the caller whose request started the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.answering import (
    BODILESS_STATUSES,
    REDIRECT_LIST,
    REDIRECT_STATUS,
    REDIRECT_STATUSES,
    STATUS,
    answer_of,
)
from actions.encoding import ContentError
from actions.headers import NAMES as HEADER_NAMES
from actions.headers import RESERVED_IN_ANSWERS, name_faults, own_value
from actions.summaries import address, one_line, outline, text
from core.http import Headers
from core.outcomes import Fail, Outcome, Succeed
from core.spec import ActionContext, ActionSpec


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """The answer to send; the output repeats it, header names lower-cased."""
    try:
        answer = answer_of(params)
    except ContentError as error:
        return Fail(str(error))
    output = {
        "status": answer.status,
        "headers": _joined(answer.headers),
        "body": params.get("body"),
    }
    return Succeed(output, answer=answer)


def _joined(headers: Headers) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        earlier = joined.get(name.lower())
        joined[name.lower()] = value if earlier is None else f"{earlier}, {value}"
    return joined


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `202 {id, status}` or `302 → shop.example/thanks`."""
    if "redirect" in configuration:
        status = text(configuration.get("status", REDIRECT_STATUS))
        return one_line(f"{status} → {address(configuration['redirect'])}")
    status = text(configuration.get("status", STATUS))
    return one_line(
        f"{status} {outline(configuration['body'])}" if "body" in configuration else status
    )


def check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields that contradict each other, as (path below `with`, message)."""
    headers = configuration.get("headers", {})
    faults = name_faults(headers, RESERVED_IN_ANSWERS)
    if "redirect" in configuration:
        return faults + _redirect_faults(configuration)
    status = configuration.get("status", STATUS)
    if "body" in configuration and status in BODILESS_STATUSES:
        faults.append(("body", f"an answer with status {status} has no body; remove it"))
    return faults


def _redirect_faults(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    faults = []
    if "body" in configuration:
        faults.append(("body", "an answer has either a body or a redirect; remove one of the two"))
    status = configuration.get("status", REDIRECT_STATUS)
    if isinstance(status, int) and status not in REDIRECT_STATUSES:
        faults.append(("status", f"{status} does not redirect; use one of {REDIRECT_LIST}"))
    if own_value(configuration.get("headers", {}), "location") is not None:
        faults.append(("headers.Location", "redirect sets this header; remove one of the two"))
    return faults


SPEC = ActionSpec(
    name="respond",
    title="Respond",
    description="Answers the caller of a trigger that waits (respond: step); the run goes on "
    "behind it.",
    icon="reply",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "status": {
                "title": "Status",
                "description": "The status code, or a template that gives one. 200 by default, "
                "302 with a redirect.",
                "anyOf": [
                    {"type": "integer", "minimum": 200, "maximum": 599},
                    {"type": "string", "minLength": 1},
                ],
                "examples": [200, "<steps.sync.status>"],
                "x-expected": "a status code between 200 and 599 or a template that gives one",
                "x-template": "text",
                "x-widget": "status",
            },
            "headers": {
                "title": "Headers",
                "description": "Header fields of the answer; null leaves one out. Without a "
                "Content-Type a text is sent as text/plain in UTF-8 and anything else as JSON.",
                "type": "object",
                "propertyNames": HEADER_NAMES,
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                "default": {},
                "examples": [{"Cache-Control": "no-store"}],
                "x-template": "header",
                "x-widget": "rows",
            },
            "body": {
                "title": "Body",
                "description": "What to answer; without this field the answer is empty. With a "
                "Content-Type of JSON a text becomes a JSON string, so that the answer is always "
                "JSON.",
                "examples": [{"remote": "<steps.sync.body.id>"}],
                "x-template": "body",
                "x-widget": "json",
            },
            "redirect": {
                "title": "Redirect to",
                "description": "Sends the caller to this URL instead of a body.",
                "type": "string",
                "minLength": 1,
                "maxLength": 8192,
                "examples": ["https://shop.example/thanks?order=<order.id>"],
                "x-template": "url",
                "x-widget": "url",
            },
        },
    },
    output={
        "type": "object",
        "required": ["status", "headers", "body"],
        "properties": {
            "status": {"type": "integer", "description": "The status answered.", "examples": [200]},
            "headers": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "The headers answered, names lower-cased.",
                "examples": [{"content-type": "application/json"}],
            },
            "body": {"description": "The body answered; null when there was none."},
        },
    },
    check=check,
    answers=True,
    summary=summary,
)
