"""Whether Penstock lives, and whether it can take events."""

from __future__ import annotations

from api.operations import Call, Operation, Success
from api.schemas import record
from engine.replies import JsonReply
from engine.service import Service

_OK = JsonReply(200, {"status": "ok"})
_STATUS = record({"status": {"const": "ok"}})


def _health(_service: Service, _call: Call) -> JsonReply:
    return _OK


def _readiness(service: Service, _call: Call) -> JsonReply:
    service.check()
    return _OK


OPERATIONS = (
    Operation(
        id="health",
        method="GET",
        path="/healthz",
        scope=None,
        summary="Whether the process lives",
        handle=_health,
        successes=(Success(200, "It does.", _STATUS),),
    ),
    Operation(
        id="readiness",
        method="GET",
        path="/readyz",
        scope=None,
        summary="Whether events can be stored",
        handle=_readiness,
        successes=(Success(200, "They can.", _STATUS),),
        problems=(503,),
    ),
)
