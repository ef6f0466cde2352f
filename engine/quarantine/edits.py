"""Editing what is held: a run gets another event in place of the one that came, which stays."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson

from core.errors import ConflictError, Fault, GuardMissed, InvalidError, NotFoundError
from core.ids import new_id
from core.masking import Masker
from core.model import Event
from engine.quarantine.service import QuarantineTools

MOST_BYTES = 1 << 20
"""The longest body that a held event can be given."""

_MARKER = re.compile(rb"\[secret:[^\]]{1,100}\]")


class EditService:
    """Gives held events another body."""

    def __init__(self, tools: QuarantineTools) -> None:
        self._tools = tools
        self._store = tools.store

    def edit(self, tenant: str, quarantine_id: str, run_id: str, body: Any) -> Event:
        """Replaces the body of a held event; the run stays in its place. The new event, masked.

        Raises NotFoundError, ConflictError when it is held no more, InvalidError for a body that
        cannot be taken.
        """
        held = self._tools.existing(tenant, quarantine_id)
        run = self._tools.existing_run(held, run_id)
        event = self._store.events.get(tenant, run.event_id)
        if event is None:
            raise NotFoundError(f"the event of run {run_id} is no longer there")
        masker = self._tools.masker(tenant)
        edited = _edited(event, body, masker)
        facts = {"run_id": run.id, "event_id": edited.id, "replaces": edited.replaces}
        try:
            self._store.commit(
                [
                    self._store.events.insert(edited),
                    self._store.runs.give_event(run, edited.id),
                    self._tools.note("edited", held, facts),
                ]
            )
        except GuardMissed:
            raise ConflictError("the event was edited or released in the same moment") from None
        return replace(edited, body=masker.mask_json(body), raw=masker.mask_bytes(edited.raw))


def _edited(event: Event, body: Any, masker: Masker) -> Event:
    """The event with another body. Raises InvalidError."""
    raw = orjson.dumps(body)
    if len(raw) > MOST_BYTES:
        words = f"is {len(raw)} bytes; an event's body has at most {MOST_BYTES}"
        raise InvalidError("the event cannot be edited so", [Fault("$", words)])
    masked = set(_MARKER.findall(masker.mask_bytes(event.raw)))
    for marker in sorted(masked.difference(_MARKER.findall(event.raw)) & set(_MARKER.findall(raw))):
        words = (
            f"holds {marker.decode()}, which only stands for a secret's value that came with the "
            "event; write the value itself, or leave it out"
        )
        raise InvalidError("the event cannot be edited so", [Fault("$", words)])
    original = event.id if event.replaces is None else event.replaces
    return replace(event, id=new_id(), body=body, raw=raw, is_json=True, replaces=original)
