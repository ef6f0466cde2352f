"""What a partner's answer, or the lack of one, makes of a sending step."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from actions.codes import CodeClass, Codes, classify
from actions.media import decode, is_json
from core.clock import Clock, Milliseconds
from core.errors import JsonError
from core.http import OutboundResponse, SendFailure, SendResult
from core.outcomes import Defer, Fail, Halt, Outcome, Retry, Succeed
from core.retry_after import parse_retry_after
from core.strict_json import loads

OUTPUT: Mapping[str, Any] = {
    "type": "object",
    "required": ["status", "headers", "body", "duration_ms"],
    "properties": {
        "status": {
            "type": ["integer", "null"],
            "description": "The status code; null when no whole answer came.",
            "examples": [200],
        },
        "headers": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The answer's headers, names lower-cased.",
            "examples": [{"content-type": "application/json"}],
        },
        "body": {
            "description": "The value of a JSON answer, the text of any other, null of an empty "
            "one.",
            "examples": [{"id": "rem-1", "synced": True}],
        },
        "duration_ms": {
            "type": "integer",
            "description": "How long the attempt took, in milliseconds.",
            "examples": [84],
        },
        "truncated": {
            "const": True,
            "description": "Only there when the answer was longer than `max_response`; the body "
            "is then the text of its beginning, even of a JSON answer.",
        },
        "body_encoding": {
            "const": "base64",
            "description": "Only there when the answer is not text; the body is then its base64.",
        },
        "failure": {
            "type": "string",
            "description": "Only there when no whole answer came: what kind of failure it was, "
            "such as timeout, connect, refused_address or (no access token) authentication.",
        },
    },
}
"""The JSON Schema of a sending step's output, on the port `error` too."""


def outcome_of(result: SendResult, shown_url: str, codes: Codes, clock: Clock) -> Outcome:
    """The outcome of an attempt, in words that name the partner of `shown_url`."""
    if isinstance(result, SendFailure):
        return _outcome_of_failure(result)
    output = _output(result)
    match classify(result.status, codes):
        case CodeClass.SUCCESS:
            return Succeed(output)
        case CodeClass.RETRY:
            after = parse_retry_after(result.headers.get("retry-after"), clock.now())
            return Retry(_words(result, shown_url), after, output)
        case CodeClass.HALT:
            return Halt(_words(result, shown_url), output)
        case None:
            return Fail(_words(result, shown_url), output)


def _outcome_of_failure(failure: SendFailure) -> Outcome:
    if failure.until is not None:
        return Defer(failure.until, failure.message)
    output = unanswered(failure.kind.value, failure.duration)
    if failure.may_pass:
        return Retry(failure.message, output=output)
    return Fail(failure.message, output)


def unanswered(failure: str, duration: Milliseconds) -> dict[str, Any]:
    """The output where no whole answer came; `failure` is its kind."""
    return {
        "status": None,
        "headers": {},
        "body": None,
        "duration_ms": duration,
        "failure": failure,
    }


def _output(response: OutboundResponse) -> dict[str, Any]:
    output: dict[str, Any] = {
        "status": response.status,
        "headers": dict(response.headers),
        "body": None,
        "duration_ms": response.duration,
    }
    if response.truncated:
        output["truncated"] = True
    return output | _body(response)


def _body(response: OutboundResponse) -> dict[str, Any]:
    """The output's `body`, and `body_encoding` where it needs one."""
    if not response.body:
        return {}
    content_type = response.headers.get("content-type", "")
    if is_json(content_type) and not response.truncated:
        try:
            return {"body": loads(response.body, duplicate_keys_allowed=True)}
        except JsonError:
            # What says JSON and is none is still an answer a person wants to see.
            pass
    text = decode(response.body, content_type, response.truncated)
    if text is None:
        return {"body": base64.b64encode(response.body).decode(), "body_encoding": "base64"}
    return {"body": text}


def _words(response: OutboundResponse, shown_url: str) -> str:
    """Such as `partner.example answered 503 Service Unavailable`."""
    return f"{_host(shown_url)} answered {response.status} {_phrase(response.status)}".rstrip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the partner"
    except ValueError:  # a mask such as [secret:HOST] reads as a broken IPv6 address
        return "the partner"
