"""A draft in short, as the builder draws it: what each step is, does and leads to, and its faults.

Nothing here raises, whatever stands in the document: it is asked for while somebody types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.errors import Fault
from core.spec import ActionSpec, Ports, TriggerSpec
from engine.document import StepDefinition
from engine.drafts.draft import draft_steps, read_draft, text
from engine.drafts.faults import DraftFaults
from engine.registry import Registry

UNKNOWN_ICON = "unknown"
TRIGGER = "trigger"
"""What stands in place of a step's id where the trigger is meant."""
ON_FAILURE = "on_failure"
"""The same for what follows a failure."""

_STEP_PATH = re.compile(r"\$\.steps\[(\d+)\]")
_ENTRIES = {"$.trigger": TRIGGER, "$.on_failure": ON_FAILURE}
_BELOW_WITH = re.compile(r"\.with(?:\.|(?=\[))")

Sketch = dict[str, Any]


class SketchService:
    """Sketches drafts."""

    def __init__(self, registry: Registry, faults: DraftFaults) -> None:
        self._registry = registry
        self._faults = faults

    def sketch(self, tenant: str, document: Any) -> Sketch:
        """`{"steps": {id: {…}}, "trigger": {…}, "faults": […]}` of any JSON value.

        A step has `title`, `icon`, `action`, `summary`, `effect`, `ports` (each `name`, `title`);
        a fault has `path`, `message` and where it lies: `step` (an id, `trigger`, `on_failure`
        or None) and `field` (the path below `with`, or None).
        """
        faults = list(_placed(document, self._faults.find(document)))
        return {**self.outline(tenant, document), "faults": faults}

    def outline(self, tenant: str, document: Any) -> Sketch:
        """A sketch without the faults, which take longer to find."""
        definition = read_draft(document)
        trigger_spec = self._trigger_spec(definition.trigger.type)
        return {
            "steps": {step.id: self._step(step) for step in definition.steps},
            "trigger": _trigger(tenant, trigger_spec, definition.trigger.configuration),
        }

    def trigger(self, tenant: str, document: Any) -> Sketch:
        """The trigger alone of any JSON value, without looking for faults."""
        trigger = read_draft(document).trigger
        return _trigger(tenant, self._trigger_spec(trigger.type), trigger.configuration)

    def _step(self, step: StepDefinition) -> Sketch:
        action = self._registry.actions.get(step.action)
        if action is None:
            ports: Sequence[str] = tuple(step.next)
            title = step.name if step.name != step.id else step.action or step.id
            words = "there is no such action" if step.action else "no action yet"
            return _entry(title, UNKNOWN_ICON, words, ports) | {
                "action": step.action,
                "effect": False,
            }
        spec = action.SPEC
        title = step.name if step.name != step.id else spec.title
        ports = port_names(spec.ports, step.configuration)
        return _entry(title, spec.icon, summary_of(spec, step.configuration), ports) | {
            "action": step.action,
            "effect": spec.effect,
        }

    def _trigger_spec(self, kind: str) -> TriggerSpec | None:
        trigger = self._registry.triggers.get(kind)
        return None if trigger is None else trigger.SPEC


def summary_of(spec: ActionSpec | TriggerSpec, configuration: Mapping[str, Any]) -> str:
    """What a step or trigger configured so does, in one line; empty where its kind says nothing."""
    return "" if spec.summary is None else spec.summary(configuration)


def port_names(ports: Ports, configuration: Mapping[str, Any]) -> Sequence[str]:
    """The ports of a step, each once."""
    return tuple(dict.fromkeys(ports.names(configuration)))


def _trigger(tenant: str, spec: TriggerSpec | None, configuration: Mapping[str, Any]) -> Sketch:
    if spec is None:
        return _entry("Trigger", UNKNOWN_ICON, "not chosen yet", ("success",))
    summary = summary_of(spec, configuration).replace("<tenant>", tenant, 1)
    return _entry(spec.title, spec.icon, summary, ("success",))


def _entry(title: str, icon: str, summary: str, ports: Sequence[str]) -> Sketch:
    shown = [{"name": port, "title": port_title(port)} for port in ports]
    return {"title": title, "icon": icon, "summary": summary, "ports": shown}


def port_title(name: str) -> str:
    """A port's name as the builder shows it: `Success`, `Very large`."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _placed(document: Any, faults: Sequence[Fault]) -> Iterator[Sketch]:
    ids = {index: step_id for index, step_id, _ in draft_steps(document)}
    for fault in faults:
        step, rest = _owner(fault.path, ids)
        below = _BELOW_WITH.match(rest)
        yield {
            "path": fault.path,
            "message": fault.message,
            "step": step,
            "field": rest[below.end() :] if below and step else None,
        }


def _owner(path: str, ids: Mapping[int, str]) -> tuple[str | None, str]:
    """Whose fault it is, and the rest of its path."""
    if found := _STEP_PATH.match(path):
        return ids.get(int(found[1])), path[found.end() :]
    for beginning, entry in _ENTRIES.items():
        if path.startswith(beginning):
            return entry, path.removeprefix(beginning)
    return None, text(path)
