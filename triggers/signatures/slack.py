"""`slack`: `X-Slack-Signature`, an HMAC-SHA256 of timestamp and body; and the URL's handshake."""

from __future__ import annotations

from typing import Any

import orjson

from core.http import InboundRequest
from core.signatures import SchemeSpec
from core.webhooks import Answered
from triggers.signatures.claims import HmacClaim
from triggers.signatures.reading import delivery_id_of, digest_in, moment_in

HEADER = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"


def read(request: InboundRequest, raw: bytes) -> HmacClaim:
    """The signature of version, timestamp and body. Raises InvalidError."""
    signature = digest_in(request, HEADER, prefix="v0=")
    stamp, sent_at = moment_in(request, TIMESTAMP)
    return HmacClaim((signature,), (b"v0:%b:%b" % (stamp, raw),), sent_at)


def delivery_id(_request: InboundRequest, body: Any) -> str | None:
    """The event's id, `Ev…`; commands and clicks have none."""
    return delivery_id_of(body, "event_id")


def handshake(body: Any) -> Answered | None:
    """The challenge of `url_verification`, by which Slack learns that the address is ours."""
    if not isinstance(body, dict) or body.get("type") != "url_verification":
        return None
    challenge = body.get("challenge")
    if not isinstance(challenge, str):
        return None
    return Answered(
        200,
        (("Content-Type", "application/json"),),
        orjson.dumps({"challenge": challenge}),
        "Slack verified this address; the challenge was answered.",
    )


SPEC = SchemeSpec(
    name="slack",
    title="Slack",
    description="Slack signs the moment of sending and the body with HMAC-SHA256.",
    headers=(HEADER, TIMESTAMP),
    setup="At api.slack.com/apps: the trigger's address as Request URL of Event Subscriptions, "
    "Interactivity or a slash command. Slack asks at once whether the address is yours "
    "(`url_verification`). The trigger answers that by itself once it is live, or while somebody "
    "listens for a request in the builder; it is no event and starts no run.",
    key="the app's Signing Secret, under Basic Information; not the old Verification Token",
    rotation="Slack signs with one secret at a time. Name the new one beside the old one as soon "
    "as Slack shows it, and remove the old one when requests come with the new one.",
    delivery="`event_id` in the body of an event; slash commands and interactions have none, "
    "and Slack does not repeat them",
    retries="Slack repeats an event that is not answered within 3 seconds: at once, after a "
    "minute and after 5 minutes.",
    window="10m",
    source="https://docs.slack.dev/authentication/verifying-requests-from-slack/",
    has_timestamp=True,
    note="Slash commands and interactions come as a form; of an interaction, the field `payload` "
    "holds JSON.",
    delivery_id=delivery_id,
    handshake=handshake,
)
