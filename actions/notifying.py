"""One attempt of telling people: whom earlier attempts have not reached, each at their address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.encoding import ContentError, as_text
from actions.sending import milliseconds
from core.clock import Milliseconds
from core.errors import ExpressionError
from core.notifications import Notification, NotificationFormat, NotificationType
from core.outcomes import Defer, Fail, Outcome, Retry, Succeed
from core.spec import ActionContext

LONGEST_BODY = 100_000
LONGEST_TITLE = 1_000
TIMEOUT = "15s"
SECRET_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

Sent = dict[str, Any]
"""What became of one address, as it stands in the output: `to`, `delivered` and `error`."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of one address in this attempt."""

    shown: Sent
    may_pass: bool = False
    until: Milliseconds | None = None
    """When it may be sent, where it was held back."""


def attempt(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Tells everybody whom no earlier attempt has told; the others are tried again."""
    try:
        notification = _notification(params)
        addresses = [_address(context, written) for written in params["to"]]
    except (ContentError, ExpressionError) as error:
        return Fail(str(error))
    before = _sent_before(context.earlier_output, len(addresses))
    told = [
        _Told(earlier)
        if earlier.get("delivered")
        else _tell(context, written, address, notification)
        for written, address, earlier in zip(params["to"], addresses, before, strict=True)
    ]
    return _outcome(told)


def _notification(params: Mapping[str, Any]) -> Notification:
    body, title = as_text(params["body"]), as_text(params.get("title", ""))
    if not body.strip():
        raise ContentError("body: there is nothing to say; the text is empty")
    for name, words, most in (("body", body, LONGEST_BODY), ("title", title, LONGEST_TITLE)):
        if len(words) > most:
            raise ContentError(f"{name}: it has {len(words)} characters; at most {most} are sent")
    return Notification(
        body=body,
        title=title,
        format=NotificationFormat(params.get("format", NotificationFormat.TEXT)),
        type=NotificationType(params.get("type", NotificationType.INFO)),
        timeout=milliseconds(params.get("timeout", TIMEOUT)),
    )


def _address(context: ActionContext, written: object) -> str:
    words = as_text(written)
    return context.secret(words).strip() if SECRET_NAME.fullmatch(words) else words


def _tell(context: ActionContext, written: str, address: str, notification: Notification) -> _Told:
    result = context.notify(address, notification)
    name = written if SECRET_NAME.fullmatch(written) else result.place
    shown: Sent = {"to": name, "delivered": result.delivered}
    if result.error is not None:
        shown["error"] = result.error
    return _Told(shown, result.may_pass, result.until)


def _sent_before(output: Any, count: int) -> list[Sent]:
    """What the attempt before noted for each address; nothing at the first."""
    results = output.get("results") if isinstance(output, Mapping) else None
    if not isinstance(results, list) or len(results) != count:
        return [{}] * count
    return results


def _outcome(told: list[_Told]) -> Outcome:
    output = {"results": [one.shown for one in told]}
    failed = [one for one in told if not one.shown["delivered"]]
    if not failed:
        return Succeed(output)
    reasons = "; ".join(f"{one.shown['to']}: {one.shown['error']}" for one in failed)
    words = f"{len(failed)} of {len(told)} addresses were not told: {reasons}"
    if len(told) == 1:
        words = reasons
    if any(one.may_pass and one.until is None for one in failed):
        return Retry(words, output=output)
    held = [one.until for one in failed if one.until is not None]
    if held:
        return Defer(max(held), words, output)
    return Fail(words, output)
