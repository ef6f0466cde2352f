"""What can be added to an automation, as the builder needs it."""

from __future__ import annotations

from typing import Any

from core.spec import ActionSpec, TriggerSpec
from engine.drafts.sketches import port_title
from engine.registry import Registry


def catalog(registry: Registry) -> dict[str, Any]:
    """Every action and trigger in words, without its schema."""
    return {
        "actions": [_action(action.SPEC) for action in registry.actions.values()],
        "triggers": [_trigger(trigger.SPEC) for trigger in registry.triggers.values()],
    }


def _action(spec: ActionSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title,
        "description": spec.description,
        "icon": spec.icon,
        "ports": [{"name": name, "title": port_title(name)} for name in spec.ports.names({})],
        "retries": spec.retries,
        "effect": spec.effect,
        "loops": spec.loops,
    }


def _trigger(spec: TriggerSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "family": spec.family.value,
        "title": spec.title,
        "description": spec.description,
        "icon": spec.icon,
    }
