"""Runs and events as they may be shown: a secret that a sender put into them stands masked."""

from __future__ import annotations

from dataclasses import replace

from core.masking import Masker
from core.model import Event, Run


def with_masked_keys(run: Run, masker: Masker) -> Run:
    """A run as it may be shown: a sender may have put a secret into what its keys are made of."""
    if not run.has_key:
        return run
    keys = (run.order_key, run.quarantine_key)
    order, quarantine = (None if key is None else masker.mask_text(key) for key in keys)
    return replace(run, order_key=order, quarantine_key=quarantine)


def masked_event(event: Event, masker: Masker) -> Event:
    """An event as it may be shown: a secret that its sender put into it stands masked.

    What is stored stays as it came: the run needs it so.
    """
    return replace(
        event,
        path=masker.mask_text(event.path),
        query=masker.mask_json(event.query),
        params=masker.mask_json(event.params),
        body=masker.mask_json(event.body),
        raw=masker.mask_bytes(event.raw),
    )
