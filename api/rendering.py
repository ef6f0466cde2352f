"""Writes replies down as HTTP responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask
import orjson

from core.outcomes import Answer
from engine.replies import JsonReply, Problem

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"

CONTAINED = (
    "Content-Security-Policy",
    "sandbox allow-downloads allow-forms allow-modals allow-popups "
    "allow-popups-to-escape-sandbox allow-scripts allow-top-navigation",
)
"""Makes a page a stranger here (Content Security Policy Level 3, section 6.3.2): its scripts run,
and have no part in the session of whoever looks at it while signed in to Penstock's own pages.
"""


class Response(flask.Response):
    """A response that has the content type it is given, and none when it is given none."""

    default_mimetype = None


@dataclass(frozen=True, slots=True)
class Written:
    """A reply as it goes over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def written(reply: Answer | JsonReply | Problem) -> Written:
    """A reply of whatever kind, written down."""
    match reply:
        case JsonReply():
            headers = [*reply.headers, ("Content-Type", JSON)]
            return Written(reply.status, headers, orjson.dumps(reply.payload))
        case Answer():
            # Somebody else has made it ready, be it a page with scripts. A policy of its own holds
            # beside ours: of several a browser heeds every one.
            return Written(reply.status, [*reply.headers, CONTAINED], reply.body)
        case Problem():
            headers = [*reply.headers, ("Content-Type", PROBLEM_JSON)]
            return Written(reply.status, headers, orjson.dumps(_members(reply)))


def respond(answer: Written) -> Response:
    """The response of what was written."""
    return Response(answer.body, answer.status, answer.headers)


def render(reply: Answer | JsonReply | Problem) -> Response:
    """The response to a reply of whatever kind."""
    return respond(written(reply))


def _members(problem: Problem) -> dict[str, Any]:
    """A refusal as RFC 9457 has it; `type` is left out, which means `about:blank`."""
    members: dict[str, Any] = {
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.extra,
    }
    if problem.faults:
        members["errors"] = [
            {"path": fault.path, "message": fault.message} for fault in problem.faults
        ]
    return members
