"""What went out, as the request log keeps it: masked, bodies capped."""

from __future__ import annotations

from dataclasses import replace

from core.clock import Milliseconds
from core.http import OutboundRequest, SendFailure, SendResult
from core.ids import new_id
from core.masking import Masker
from core.model import RequestEntry

KEPT_BODY = 256 * 1024
"""Bytes of a body that the request log keeps."""


def sent_entry(
    tenant: str,
    shown: OutboundRequest,
    result: SendResult,
    started: Milliseconds,
    masker: Masker,
) -> RequestEntry:
    """The entry of a request whose masked twin is `shown`; what it was sent for is not in it yet.

    The twin's headers may hold markers; what `masker` knows is masked in all of it.
    """
    entry = replace(
        begun_entry(tenant, shown.method, shown.url, started, masker),
        duration=result.duration,
        request_headers=dict(masker.mask_headers(shown.headers, keep=True)),
        request_body=kept_body(shown.body, masker),
    )
    if isinstance(result, SendFailure):
        return replace(entry, error=masker.mask_text(result.message))
    return replace(
        entry,
        status=result.status,
        response_headers=dict(masker.mask_headers(result.headers.items())),
        response_body=kept_body(result.body, masker),
    )


def begun_entry(
    tenant: str, method: str, url: str, started: Milliseconds, masker: Masker
) -> RequestEntry:
    """An entry that says no more than where something went."""
    return RequestEntry(
        id=new_id(),
        tenant=tenant,
        direction="out",
        method=method,
        url=masker.mask_text(url),
        started_at=started,
        request_headers={},
    )


def kept_body(body: bytes | None, masker: Masker) -> bytes | None:
    """A body as the log keeps it: masked first, so that no cut leaves half a secret."""
    return None if body is None else masker.mask_bytes(body)[:KEPT_BODY]
