"""A version of an automation, compiled once: all the hot path needs, with nothing left to parse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds
from core.spec import Action, WebhookTrigger
from engine.document import Definition, StepDefinition
from engine.graph import Graph
from engine.params import CompiledParams
from engine.secret_names import secret_names


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step, ready to be executed."""

    definition: StepDefinition
    action: Action
    params: CompiledParams
    effect: bool
    detached: bool
    longest: Milliseconds

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the secrets it refers to, in templates and in fields that name one."""
        referred = (
            found.reference.path[1]
            for found in self.params.references
            if found.reference.path[0] == "secrets" and len(found.reference.path) > 1
        )
        named = secret_names(self.action.SPEC.schema, self.definition.configuration)
        return frozenset((*referred, *named))


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled automation. `webhook` is there when a webhook starts it.

    `trigger_secrets` are the names of the secrets its trigger refers to.
    """

    definition: Definition
    graph: Graph
    steps: Mapping[str, PlannedStep]
    trigger_configuration: Mapping[str, Any]
    webhook: WebhookTrigger | None
    trigger_secrets: frozenset[str] = frozenset()

    @property
    def leaves(self) -> tuple[str, ...]:
        """The steps that nothing follows."""
        return tuple(step for step in self.graph.steps if not self.graph.outgoing[step])
