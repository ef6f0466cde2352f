"""What starts automations: one module a trigger kind, with its SPEC and compile_trigger()."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from core.errors import ConflictError
from core.spec import TriggerSpec
from triggers import event, manual, schedule, webhook


class TriggerKind(Protocol):
    """A module of `triggers/`."""

    SPEC: TriggerSpec

    def compile_trigger(self, configuration: Mapping[str, Any], /) -> object:
        """Makes a `with` without faults ready, as the SPEC's family says."""
        ...


def by_name(*kinds: TriggerKind) -> Mapping[str, TriggerKind]:
    """The kinds under their names. Raises ConflictError when two have the same one."""
    registry: dict[str, TriggerKind] = {}
    for kind in kinds:
        name = kind.SPEC.name
        if registry.setdefault(name, kind) is not kind:
            raise ConflictError(f"two trigger kinds are called {name}; rename one of them")
    return registry


TRIGGERS: Mapping[str, TriggerKind] = by_name(webhook, event, schedule, manual)
"""Every trigger kind there is, in the order in which the builder offers them."""
