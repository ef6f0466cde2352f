"""The kinds of steps and triggers an engine works with, as wiring hands them over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import Fault
from core.spec import Action, TriggerSpec, ValueCheck, WebhookTrigger

CompileSchema = Callable[[Any, str], ValueCheck]
"""The check of a JSON Schema; raises InvalidError with its faults, by path from the second."""


class Trigger(Protocol):
    """A module of `triggers/`."""

    @property
    def SPEC(self) -> TriggerSpec:  # noqa: N802  a module's constant
        """What the kind is called and what it takes."""
        ...


@dataclass(frozen=True, slots=True)
class Registry:
    """Actions and triggers by name, and how the trigger kinds and JSON Schemas are made ready."""

    actions: Mapping[str, Action]
    triggers: Mapping[str, Trigger]
    compile_webhook: Callable[[Mapping[str, Any]], WebhookTrigger]
    check_manual: Callable[[Mapping[str, Any], Any], list[Fault]]
    compile_schema: CompileSchema
