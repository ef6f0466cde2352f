"""Sample events and pinned results, with which implementers try their automations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from core.clock import Clock
from core.errors import ConflictError, Fault, GuardMissed, InvalidError, NotFoundError
from core.ids import new_id
from core.model import Document
from core.samples import Pin, Sample, SampleSource
from core.store import Store
from engine.arrival import Automaton
from engine.compiler import Compiler
from engine.simulated_event import Sample as SampleRequest
from engine.simulated_event import open_to_all, simulated_event
from engine.trying.sample_json import event_json
from engine.trying.trial_input import check_event, results_of
from engine.vault import Vault

MOST_SAMPLES = 50
"""Samples of one automation."""
LARGEST_SAMPLE = 1 << 20
"""Bytes of JSON of one sample, or of one pinned result."""
MOST_PINS = 1000
LONGEST_NAME = 200


class SampleService:
    """A tenant's samples and pins. Secrets and credentials are masked before anything is kept."""

    def __init__(self, store: Store, vault: Vault, compiler: Compiler, clock: Clock) -> None:
        self._store = store
        self._compiler = compiler
        self._vault = vault
        self._clock = clock

    def list(self, tenant: str, automation_id: str) -> Sequence[Sample]:
        """An automation's samples, the newest first."""
        return self._store.samples.list(tenant, automation_id)

    def get(self, tenant: str, automation_id: str, sample_id: str) -> Sample:
        """One sample. Raises NotFoundError."""
        sample = self._store.samples.get(tenant, automation_id, sample_id)
        if sample is None:
            raise NotFoundError("there is no such sample; it may have been deleted")
        return sample

    def save(
        self,
        tenant: str,
        automation_id: str,
        name: str,
        event: Any,
        source: SampleSource = SampleSource.WRITTEN,
    ) -> Sample:
        """Keeps an event as a sample.

        Raises InvalidError for an event of wrong form or too large, ConflictError when there are
        as many samples as may be.
        """
        check_event(event)
        sample = Sample(
            id=new_id(),
            tenant=tenant,
            automation_id=automation_id,
            name=_checked_name(name),
            source=source,
            event=self._masked(tenant, event),
            created_at=self._clock.now(),
        )
        _check_size(sample.event, "$.event")
        try:
            self._store.commit(self._store.samples.insert(sample, MOST_SAMPLES))
        except GuardMissed:
            raise ConflictError(
                f"there are {MOST_SAMPLES} samples, the most an automation may have; delete one"
            ) from None
        return sample

    def save_example(
        self, tenant: str, automation_id: str, name: str, document: Document, request: SampleRequest
    ) -> Sample:
        """Keeps what the trigger of a document without faults makes of a request nobody sent.

        Raises InvalidError when it would not take it, and what `save` raises.
        """
        plan, now = self._compiler.compile(open_to_all(document)), self._clock.now()
        event: dict[str, Any] = {"body": request.body}
        if plan.webhook is not None:
            automaton = Automaton(tenant, automation_id, 0, plan)
            masker = self._vault.of(tenant).masker
            event = event_json(simulated_event(automaton, plan.webhook, request, masker, now))
        return self.save(tenant, automation_id, name, event, SampleSource.EXAMPLE)

    def save_of_run(self, tenant: str, automation_id: str, run_id: str, name: str) -> Sample:
        """Keeps the event of a run. Raises NotFoundError, and what `save` raises."""
        run = self._store.runs.get(tenant, run_id)
        if run is None or run.automation_id != automation_id:
            raise NotFoundError(f"the automation has no run {run_id}")
        return self._save_event(tenant, automation_id, run.event_id, name)

    def save_of_request(
        self, tenant: str, automation_id: str, request_id: str, name: str
    ) -> Sample:
        """Keeps what a request in the log brought. Raises NotFoundError, and what `save` raises."""
        entry = self._store.requests.get(tenant, request_id)
        if entry is None or entry.automation_id != automation_id or entry.event_id is None:
            raise NotFoundError(f"no event of the automation came with the request {request_id}")
        return self._save_event(tenant, automation_id, entry.event_id, name)

    def rename(self, tenant: str, automation_id: str, sample_id: str, name: str) -> Sample:
        """Gives a sample another name. Raises NotFoundError, InvalidError."""
        checked = _checked_name(name)
        write = self._store.samples.rename(tenant, automation_id, sample_id, checked)
        try:
            self._store.commit([write])
        except GuardMissed:
            raise NotFoundError("there is no such sample; it may have been deleted") from None
        return self.get(tenant, automation_id, sample_id)

    def delete(self, tenant: str, automation_id: str, sample_id: str) -> None:
        """Removes a sample. Raises NotFoundError."""
        try:
            self._store.commit([self._store.samples.delete(tenant, automation_id, sample_id)])
        except GuardMissed:
            raise NotFoundError("there is no such sample; it may have been deleted") from None

    def pins(self, tenant: str, automation_id: str) -> Mapping[str, Mapping[str, Any]]:
        """The pinned results by step id."""
        return {pin.step_id: pin.result for pin in self._store.samples.pins(tenant, automation_id)}

    def pin(self, tenant: str, automation_id: str, step_id: str, result: Any) -> None:
        """Pins a result to a step in place of any before. Raises InvalidError, ConflictError."""
        results_of({step_id: result})
        _check_size(result, "$.result")
        known = self.pins(tenant, automation_id)
        if step_id not in known and len(known) >= MOST_PINS:
            raise ConflictError(f"there are {MOST_PINS} pinned results, the most there may be")
        masked = self._vault.of(tenant).masker.mask_json(result)
        pin = Pin(tenant, automation_id, step_id, masked, self._clock.now())
        self._store.commit([self._store.samples.pin(pin)])

    def unpin(self, tenant: str, automation_id: str, step_id: str) -> None:
        """Removes a pin. Raises NotFoundError."""
        try:
            self._store.commit([self._store.samples.unpin(tenant, automation_id, step_id)])
        except GuardMissed:
            raise NotFoundError(f"nothing is pinned to the step {step_id}") from None

    def _save_event(self, tenant: str, automation_id: str, event_id: str, name: str) -> Sample:
        event = self._store.events.get(tenant, event_id)
        if event is None:
            raise NotFoundError("the event is no longer there")
        return self.save(tenant, automation_id, name, event_json(event), SampleSource.RUN)

    def _masked(self, tenant: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        masker = self._vault.of(tenant).masker
        masked = dict(masker.mask_json(event))
        headers = event.get("headers")
        if headers:
            masked["headers"] = dict(masker.mask_headers(headers.items()))
        return masked


def _checked_name(name: str) -> str:
    shown = " ".join(name.replace("\0", "").split())
    if not 0 < len(shown) <= LONGEST_NAME:
        words = f"a name has 1 to {LONGEST_NAME} characters"
        raise InvalidError("the sample needs a name", [Fault("$.name", words)])
    return shown


def _check_size(value: Any, path: str) -> None:
    size = len(orjson.dumps(value))
    if size > LARGEST_SAMPLE:
        words = f"has {size} bytes as JSON; at most {LARGEST_SAMPLE} (1 MiB) are kept"
        raise InvalidError("it is too large", [Fault(path, words)])
