"""What a step of a draft would see: the event, the results of the steps before it, no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.clock import Clock
from core.masking import Masker
from core.model import Run, StepRun
from engine.compiler import callback_steps
from engine.context import build_context, context_at, event_context
from engine.drafts.draft import read_draft
from engine.graph import build_graph
from engine.regions import find_regions
from engine.registry import Registry
from engine.trying.trial_input import (
    check_event,
    event_of,
    results_of,
    trial_run,
    tried_failure,
)
from engine.vault import TenantSecrets, Vault
from expressions import secret_marker

SETTINGS = "$settings"
"""What stands in place of a step's id where the settings are meant; no step id has a `$`."""
PREVIEWED_RUN = "preview"
"""Stands for the id of a run that is not there yet."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a draft: everything as JSON, as somebody sent it.

    `step` is a step's id, `trigger` or SETTINGS; `results` are those of `trial_input.results_of`.
    """

    tenant: str
    automation_id: str
    document: Any
    step: str
    event: Mapping[str, Any]
    results: Mapping[str, Any]


CALLBACK_SHOWN = "https://penstock.example/callback/made-for-each-run"
"""What stands in a preview or a trial for the one-time address of a step."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a step sees, fit to be shown: for each secret there is its marker.

    `waiting` are the steps before it that have no result yet.
    """

    run: Run
    context: Mapping[str, object]
    secrets: TenantSecrets
    waiting: frozenset[str]

    def with_item(self, item: object) -> Sight:
        """The same with an item of a list in sight, as the first of them."""
        return replace(self, context={**self.context, "item": item, "index": 0})

    @property
    def masker(self) -> Masker:
        """Hides nothing: no secret is in sight, and hiding what was asked would confirm a guess."""
        return self.secrets.masker


def sight_of(question: Question, registry: Registry, vault: Vault, clock: Clock) -> Sight:
    """What the step sees. Raises InvalidError for an event or results of wrong form."""
    check_event(question.event)
    secrets = vault.of(question.tenant)
    results = results_of(question.results)
    definition = read_draft(question.document)
    regions = find_regions(build_graph(definition))
    earlier = regions.visible_to(question.step)
    now = clock.now()
    run = trial_run(question.tenant, question.automation_id, PREVIEWED_RUN, now)
    event = event_of(run, question.event, definition.trigger.type)
    markers = {name: secret_marker(name) for name in secrets.values}
    known: list[StepRun] = [results[step] for step in results if step in earlier]
    callbacks = dict.fromkeys(callback_steps(definition, registry), CALLBACK_SHOWN)
    context = build_context(event, run, known, markers, callbacks)
    if regions.follows_failure(question.step):
        context["failure"] = tried_failure(run).root
    of_settings = question.step == SETTINGS
    return Sight(
        run=run,
        context=event_context(event) if of_settings else context_at(context, now),
        secrets=TenantSecrets(markers, Masker({}), secrets.read_at),
        waiting=earlier - results.keys(),
    )
