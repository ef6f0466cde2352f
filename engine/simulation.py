"""A simulated event: stored as its request would have been, for whoever executes to take up."""

from __future__ import annotations

from core.clock import Clock
from core.errors import ConflictError, NotFoundError
from core.masking import Masker
from core.model import Event, Run
from core.webhooks import WebhookTrigger
from engine.arrival import Automaton, make_run
from engine.automation_changes import AutomationDetail
from engine.compiler import Compiler
from engine.plan import Plan
from engine.service import Service
from engine.simulated_event import Sample, open_to_all, simulated_event
from engine.transitions import Transitions


class Simulator:
    """Simulates events for a tenant's live automations. Nobody has to prove who sends them."""

    def __init__(self, service: Service, compiler: Compiler, clock: Clock) -> None:
        self._service = service
        self._compiler = compiler
        self._clock = clock

    def send(self, tenant: str, automation_id: str, sample: Sample) -> tuple[Event, Run]:
        """Stores the event of a sample with a queued run of it.

        Raises NotFoundError, ConflictError when the automation is disabled, and InvalidError when
        the trigger would not take such a request.
        """
        detail = self._service.automations.get(tenant, automation_id)
        plan, version = self._live(detail)
        if plan.webhook is None:
            return self._service.runs.start(tenant, automation_id, sample.body)
        automaton = Automaton(tenant, automation_id, version, plan)
        event = self._event(automaton, plan.webhook, sample)
        run = make_run(automaton, event, event.received_at)
        store = self._service.store
        note = self._service.runs.note_start(run)
        store.commit([store.events.insert(event), Transitions(store.runs).start(run), note])
        return event, run

    def _live(self, detail: AutomationDetail) -> tuple[Plan, int]:
        automation = detail.automation
        if automation.published is None or detail.published is None:
            raise NotFoundError(f"automation {automation.id} is not published")
        if not automation.enabled:
            raise ConflictError(f"automation {automation.id} is disabled")
        return self._compiler.compile(open_to_all(detail.published)), automation.published

    def _event(self, automaton: Automaton, webhook: WebhookTrigger, sample: Sample) -> Event:
        masker = Masker(self._service.store.secrets.reveal_all(automaton.tenant))
        return simulated_event(automaton, webhook, sample, masker, self._clock.now())
