"""The kinds of steps and triggers an engine works with, as wiring hands them over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.spec import Action, TriggerSpec, ValueCheck

CompileSchema = Callable[[Any, str], ValueCheck]
"""The check of a JSON Schema; raises InvalidError with its faults, by path from the second."""


class Trigger(Protocol):
    """A module of `triggers/`."""

    @property
    def SPEC(self) -> TriggerSpec:  # noqa: N802  a module's constant
        """What the kind is called and what it takes."""
        ...

    def compile_trigger(self, configuration: Mapping[str, Any], /) -> object:
        """Makes a `with` without faults ready, as the SPEC's family says."""
        ...


@dataclass(frozen=True, slots=True)
class Registry:
    """Actions and triggers by name, and how JSON Schemas are made ready."""

    actions: Mapping[str, Action]
    triggers: Mapping[str, Trigger]
    compile_schema: CompileSchema
