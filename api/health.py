"""Whether Penstock lives, and whether it can take events."""

from __future__ import annotations

from dataclasses import replace

from api.operations import Call, Operation, Success
from api.schemas import record
from engine.replies import JsonReply, Problem
from engine.service import Service

_OK = JsonReply(200, {"status": "ok"})
_STATUS = record({"status": {"const": "ok"}})
_READY = {
    "type": "object",
    "required": ["status"],
    "additionalProperties": False,
    "properties": {"status": {"const": "ok"}, "detail": {"type": "string"}},
}


def _health(_service: Service, _call: Call) -> JsonReply:
    return _OK


def _readiness(service: Service, _call: Call) -> JsonReply:
    """Events can be stored, and are, however old the oldest due run: to that it only points."""
    service.check()
    lag = service.gauges.lag()
    return _OK if lag is None else JsonReply(200, {"status": "ok", "detail": lag})


def _worker_readiness(service: Service, _call: Call) -> JsonReply | Problem:
    service.check()
    lag = service.gauges.lag()
    return _OK if lag is None else Problem(503, "Behind", lag, headers=(("Retry-After", "5"),))


_HEALTH = Operation(
    id="health",
    method="GET",
    path="/healthz",
    scope=None,
    summary="Whether the process lives",
    handle=_health,
    successes=(Success(200, "It does.", _STATUS),),
)
_READINESS = Operation(
    id="readiness",
    method="GET",
    path="/readyz",
    scope=None,
    summary="Whether events can be stored",
    description="`detail` is there when the oldest due run is older than it should be.",
    handle=_readiness,
    successes=(Success(200, "They can.", _READY),),
    problems=(503,),
)

OPERATIONS = (_HEALTH, _READINESS)
WORKER_OPERATIONS = (_HEALTH, replace(_READINESS, handle=_worker_readiness))
"""Nobody sends a worker events: one that does not keep up is not ready."""
