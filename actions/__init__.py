"""What steps can do: one module an action, each with its SPEC and run(context, params)."""

from __future__ import annotations

from collections.abc import Mapping

from actions import (
    choose,
    emit_event,
    empty_ping,
    for_each,
    respond,
    send_webhook,
    set_values,
    stop,
)
from core.errors import ConflictError
from core.spec import Action


def by_name(*actions: Action) -> Mapping[str, Action]:
    """The actions under their names. Raises ConflictError when two have the same one."""
    registry: dict[str, Action] = {}
    for action in actions:
        name = action.SPEC.name
        if registry.setdefault(name, action) is not action:
            raise ConflictError(f"two actions are called {name}; rename one of them")
    return registry


ACTIONS: Mapping[str, Action] = by_name(
    send_webhook,
    empty_ping,
    respond,
    set_values,
    choose,
    for_each,
    emit_event,
    stop,
)
"""Every action there is, in the order in which the builder offers them."""
