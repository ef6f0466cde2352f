"""The answers of a trigger URL that are not the automation's own."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from core.http import InboundRequest
from core.model import Run
from core.outcomes import Answer
from core.states import RunStatus
from core.webhooks import Rejected
from engine.answers import Ended
from engine.replies import JsonReply, Problem
from engine.routes import Match

Reply = Answer | JsonReply | Problem

_ENDS = {
    RunStatus.FAILED: "failed",
    RunStatus.HALTED: "was halted",
    RunStatus.CANCELLED: "was cancelled",
}


def preflight(matches: Sequence[Match], request: InboundRequest) -> Reply:
    """The answer to a CORS preflight: 204 where the origin may, else 405."""
    for match in matches:
        headers = match.live.webhook.preflight(request)
        if headers is not None:
            return Answer(204, headers, b"")
    return method_not_allowed(matches, "OPTIONS")


def method_not_allowed(matches: Sequence[Match], method: str) -> Problem:
    """405, with the methods that are taken."""
    allowed = ", ".join(sorted({name for one in matches for name in one.live.webhook.methods}))
    detail = f"This URL takes {allowed}, not {method}."
    return Problem(405, "Method not allowed", detail, headers=(("Allow", allowed),))


def disabled() -> Rejected:
    """403, for an automation that is switched off."""
    return Rejected(403, "Disabled", "The automation that listens here is disabled.")


def try_again() -> Problem:
    """409, for a request whose twin is being stored."""
    detail = "A request with the same Idempotency-Key is being stored; send it again."
    return Problem(409, "Being stored", detail, headers=(("Retry-After", "1"),))


def too_many_waiting() -> Problem:
    """429, when as many callers wait as may."""
    detail = "Too many callers wait for answers; nothing was stored, send it again."
    return Problem(429, "Too many waiting", detail, headers=(("Retry-After", "2"),))


def late(run: Run) -> Problem:
    """504, with the id of a run that goes on."""
    detail = "The run goes on; its result can be read later."
    return Problem(504, "No answer in time", detail, extra={"run_id": run.id})


def reply_to(run: Run, reply: Answer | Ended) -> Reply:
    """The reasons of a failure stay with the tenant: a caller learns the run's id and its end."""
    if isinstance(reply, Answer):
        return reply
    if reply.status is not RunStatus.SUCCEEDED:
        detail = f"The run {_ENDS[reply.status]}; its page says why."
        return Problem(502, "The run did not succeed", detail, extra={"run_id": run.id})
    payload = {"run_id": run.id, "status": reply.status, "output": reply.output}
    return JsonReply(200, payload)


def written(reply: Reply) -> tuple[int, bytes]:
    """The status and body of an answer, for the request log."""
    match reply:
        case Answer():
            return reply.status, reply.body
        case JsonReply():
            return reply.status, orjson.dumps(reply.payload)
        case Problem():
            members = {"title": reply.title, "status": reply.status, "detail": reply.detail}
            return reply.status, orjson.dumps({**members, **reply.extra})
