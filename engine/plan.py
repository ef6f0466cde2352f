"""A version of an automation, compiled once: all the hot path needs, with nothing left to parse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from core.clock import Milliseconds
from core.spec import Action, Family
from core.trigger_kinds import EventTrigger, FormTrigger, ScheduleTrigger
from core.webhooks import WebhookTrigger
from engine.document import Definition, StepDefinition
from engine.graph import Graph
from engine.order.keys import KeyTemplates
from engine.params import CompiledParams
from engine.regions import Regions
from engine.secret_names import secret_names


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step, ready to be executed. `starts` is the id of the automation that it starts."""

    definition: StepDefinition
    action: Action
    params: CompiledParams
    effect: bool
    detached: bool
    longest: Milliseconds
    starts: str | None = None

    @property
    def is_quick(self) -> bool:
        """Whether it is taken without going outside, be it that it is only stored for sending."""
        return self.detached or not self.effect

    @property
    def hears(self) -> bool:
        """Whether it can be told something while it waits: by a partner, a person, another run."""
        spec = self.action.SPEC
        return spec.callback or spec.asks or self.starts is not None

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the secrets it refers to, in templates and in fields that name one."""
        referred = (
            found.reference.path[1]
            for found in self.params.references
            if found.reference.path[0] == "secrets" and len(found.reference.path) > 1
        )
        spec, configuration = self.action.SPEC, self.definition.configuration
        named = secret_names(spec.schema, configuration)
        read = spec.secrets(configuration) if spec.secrets else ()
        return frozenset((*referred, *named, *read))


@dataclass(frozen=True, slots=True)
class CompiledTrigger:
    """A trigger made ready; one of its faces is there, by its family."""

    family: Family
    compiled: object

    @property
    def webhook(self) -> WebhookTrigger | None:
        """What takes requests."""
        return cast(WebhookTrigger, self._of(Family.REQUEST))

    @property
    def form(self) -> FormTrigger | None:
        """What checks what a person sends."""
        return cast(FormTrigger, self._of(Family.PERSON))

    @property
    def event(self) -> EventTrigger | None:
        """What chooses among the events that happen inside."""
        return cast(EventTrigger, self._of(Family.EVENT))

    @property
    def schedule(self) -> ScheduleTrigger | None:
        """What knows the next tick."""
        return cast(ScheduleTrigger, self._of(Family.SCHEDULE))

    def _of(self, family: Family) -> object:
        return self.compiled if self.family is family else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled automation. Without a `trigger` it is a part of one that is tried out.

    `trigger_secrets` are the names of the secrets its trigger refers to, `step_secrets` those that
    its steps do; `keys` are those of its events, where they run in order or can be held.
    """

    definition: Definition
    regions: Regions
    steps: Mapping[str, PlannedStep]
    trigger_configuration: Mapping[str, Any]
    trigger: CompiledTrigger | None
    trigger_secrets: frozenset[str] = frozenset()
    step_secrets: frozenset[str] = frozenset()
    keys: KeyTemplates | None = None

    @property
    def graph(self) -> Graph:
        """The whole graph, whatever leads to its steps."""
        return self.regions.whole

    @property
    def webhook(self) -> WebhookTrigger | None:
        """What takes requests, where a webhook starts it."""
        return self.trigger.webhook if self.trigger else None

    @property
    def asks(self) -> bool:
        """Whether a step asks people."""
        return any(step.action.SPEC.asks for step in self.steps.values())

    @property
    def callbacks(self) -> tuple[str, ...]:
        """The steps that others can tell something."""
        return tuple(name for name, step in self.steps.items() if step.action.SPEC.callback)
