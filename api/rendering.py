"""Writes replies down as HTTP responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
import orjson

from core.http import Headers
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


def render(reply: Answer | JsonReply | Problem) -> Response:
    """The response to a reply of whatever kind."""
    match reply:
        case JsonReply():
            return render_json(reply.status, reply.payload, reply.headers)
        case Answer():
            return render_answer(reply)
        case Problem():
            return render_problem(reply)


def render_json(status: int, payload: Mapping[str, Any], headers: Headers = ()) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(payload), status, list(headers), content_type=JSON)


def render_problem(problem: Problem) -> Response:
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
    body = orjson.dumps(members)
    return Response(body, problem.status, list(problem.headers), content_type=PROBLEM_JSON)


def render_answer(answer: Answer) -> Response:
    """An answer whose body and headers somebody else has made ready, be it a page with scripts.

    A policy of its own holds beside ours: of several a browser heeds every one.
    """
    return Response(answer.body, answer.status, [*answer.headers, CONTAINED])
