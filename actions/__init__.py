"""What steps can do: one module an action, each with its SPEC and run(context, params)."""

from __future__ import annotations

from collections.abc import Mapping

from actions import (
    approve,
    choose,
    create_record,
    delete_record,
    emit_event,
    empty_ping,
    find_records,
    for_each,
    parse,
    respond,
    run_automation,
    send_notification,
    send_webhook,
    set_values,
    stop,
    update_record,
    validate,
    wait,
    wait_for_callback,
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
    send_notification,
    respond,
    set_values,
    parse,
    validate,
    choose,
    for_each,
    emit_event,
    run_automation,
    wait,
    wait_for_callback,
    approve,
    create_record,
    update_record,
    find_records,
    delete_record,
    stop,
)
"""Every action there is, in the order in which the builder offers them."""
