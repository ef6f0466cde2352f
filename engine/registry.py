"""The kinds of steps and triggers an engine works with, as wiring hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.spec import Action, TriggerSpec


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
    """Actions and triggers by name."""

    actions: Mapping[str, Action]
    triggers: Mapping[str, Trigger]
