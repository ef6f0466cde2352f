"""The generic channel: programs send events to an automation by its id."""

from __future__ import annotations

from api.operations import Body, Call, Operation, Parameter, Success
from api.schemas import TEXT, component, record
from core.event_names import NAME_PATTERN, NAME_WORDS
from engine.channel import Message
from engine.inbound_replies import Reply
from engine.service import Service

MOST_BYTES = 64 << 10
"""The longest body of a message."""

_IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "A message that comes again with the same key within 5 minutes is not taken again.",
    {
        "type": "string",
        "pattern": "^[!-~]{1,255}$",
        "x-expected": "1 to 255 visible ASCII characters without spaces",
    },
)

SCHEMAS = {
    "AcceptedMessage": record(
        {"message_id": TEXT, "automation_id": TEXT, "status": {"const": "accepted"}},
        "What is told of a message that was stored. Its id is the event's.",
    ),
    "DuplicateMessage": record(
        {"status": {"const": "duplicate"}, "event_id": TEXT},
        "The message came before.",
    ),
}

_MESSAGE = {
    "type": "object",
    "required": ["automation_id", "payload"],
    "additionalProperties": False,
    "properties": {
        "automation_id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "The id of a published automation whose trigger is `event`.",
        },
        "event": {
            "type": "string",
            "pattern": NAME_PATTERN,
            "x-expected": NAME_WORDS,
            "description": "The event's name, which must fit the trigger's filter.",
        },
        "payload": {"description": "The event's body: any JSON."},
    },
}
_EXAMPLE = {
    "automation_id": "billing",
    "event": "order.created",
    "payload": {"order": {"id": "A-7001"}},
}


def _send(service: Service, call: Call) -> Reply:
    if call.inbound is None:
        raise ValueError("the operation send_event needs the request as it came")
    message = Message(call.body["automation_id"], call.body.get("event"), call.body["payload"])
    key = call.headers["Idempotency-Key"]
    return service.channel.send(call.tenant, message, call.inbound, call.raw, key)


OPERATIONS = (
    Operation(
        id="send_event",
        method="POST",
        path="/api/v1/events",
        scope="trigger",
        summary="Send an event to an automation",
        description="The generic channel. It is off until an admin turns it on in the settings "
        f"(403). A body has at most {MOST_BYTES >> 10} KiB.",
        handle=_send,
        parameters=(_IDEMPOTENCY_KEY,),
        body=Body("The message.", _MESSAGE, _EXAMPLE, most_bytes=MOST_BYTES),
        successes=(
            Success(202, "It is stored.", component("AcceptedMessage")),
            Success(200, "It came before.", component("DuplicateMessage")),
        ),
        problems=(404, 409, 502),
        inbound=True,
    ),
)
