"""What a step of a draft would see: the event, the results of the steps before it, no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.clock import Clock
from core.masking import Masker
from core.model import Run, StepRun
from engine.compiler import Compiler
from engine.context import (
    Context,
    build_context,
    context_at,
    event_context,
    visible_output,
    with_callbacks,
)
from engine.drafts.draft import read_draft
from engine.failing import context_after
from engine.trying.first_items import Loops, compiled_loops, in_first_items
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

    `waiting` are the steps before it that have no result yet. `inside` is what a loop sees in what
    it resolves after the steps for each item. Of the items of a list the first is in sight.
    """

    run: Run
    context: Context
    secrets: TenantSecrets
    waiting: frozenset[str]
    inside: Sight | None = None

    def with_item(self, item: object) -> Sight:
        """The same with an item of a list in sight, as the first of them."""
        return replace(self, context={**self.context, "item": item, "index": 0})

    @property
    def masker(self) -> Masker:
        """Hides nothing: no secret is in sight, and hiding what was asked would confirm a guess."""
        return self.secrets.masker


def sight_of(question: Question, compiler: Compiler, vault: Vault, clock: Clock) -> Sight:
    """What the step sees. Raises InvalidError for an event or results of wrong form."""
    check_event(question.event)
    secrets = vault.of(question.tenant)
    results = results_of(question.results)
    definition = read_draft(question.document)
    regions = compiler.regions(definition)
    earlier = regions.visible_to(question.step)
    now = clock.now()
    run = trial_run(question.tenant, question.automation_id, PREVIEWED_RUN, now)
    event = event_of(run, question.event, definition.trigger.type)
    markers = {name: secret_marker(name) for name in secrets.values}
    known: list[StepRun] = [results[step] for step in results if step in earlier]
    waiting = compiler.callback_steps(definition)
    seen = [one for one in waiting if not regions.loops_between(question.step, one)]
    context = build_context(event, run, known, markers)
    context = with_callbacks(context, dict.fromkeys(seen, CALLBACK_SHOWN))
    if regions.follows_failure(question.step):
        context = context_after(tried_failure(run), context)
    around = regions.loops_around(question.step)
    loops = compiled_loops(compiler, question.document, around)
    seen_now = context_at(in_first_items(context, loops), now)
    sight = Sight(
        run=run,
        context=event_context(event) if question.step == SETTINGS else seen_now,
        secrets=TenantSecrets(markers, Masker({}), secrets.read_at),
        waiting=earlier - results.keys() - frozenset(around),
    )
    if question.step not in regions.whole.loops:
        return sight
    body = frozenset(regions.graph_of(question.step).steps)
    inside = {step: results[step] for step in results if step in body}
    own = compiled_loops(compiler, question.document, [question.step])
    lacking = replace(sight, waiting=sight.waiting | (body - inside.keys()))
    return replace(sight, inside=_inside(lacking, own, inside, waiting & body))


def _inside(
    sight: Sight, loop: Loops, results: Mapping[str, StepRun], callbacks: frozenset[str]
) -> Sight:
    """What is seen in a loop once the steps for its first item are done."""
    context = in_first_items(sight.context, loop)
    context = with_callbacks(context, dict.fromkeys(callbacks, CALLBACK_SHOWN))
    outputs = {step: visible_output(result) for step, result in results.items()}
    return replace(sight, context={**context, "steps": {**context["steps"], **outputs}})
