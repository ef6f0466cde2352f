"""From a document to a plan, or to every fault that is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from core.duration import format_duration
from core.errors import Fault, InvalidError
from core.model import Document
from core.schema_words import faults_of
from core.spec import Action, ActionSpec, TriggerSpec
from engine.alerts.rules import alert_faults
from engine.document import Definition, StepDefinition, read_document
from engine.document_bounds import bound_faults
from engine.document_schema import frame_schema
from engine.graph import build_graph
from engine.graph_faults import graph_faults
from engine.order.keys import KeyTemplates, check_keys
from engine.params import CompiledParams, FoundReference, compile_params
from engine.plan import CompiledTrigger, Plan, PlannedStep
from engine.reference_faults import reference_faults
from engine.regions import Regions, find_regions
from engine.registry import Registry
from engine.secret_names import secret_names

Params = Mapping[int, CompiledParams]
"""The compiled configuration of each step, by its place in the document."""

GRAPH_FIELDS = ("trigger", "steps", "on_failure")
"""The fields of a document that make its graph."""

SPOILING = ("type", "anyOf", "maxItems")
"""Keywords that, once broken in one of these, leave nothing to make a graph from."""


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """The faults of a step's configuration; its params where their form is right."""

    faults: tuple[Fault, ...]
    params: CompiledParams | None


class Compiler:
    """Compiles documents for the actions and triggers there are; validators are built once."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        frame = frame_schema(registry)
        self._frame = Draft202012Validator(frame)
        graph_fields = {name: frame["properties"][name] for name in GRAPH_FIELDS}
        self._graph_fields = Draft202012Validator({"properties": graph_fields})
        self._actions = {
            name: Draft202012Validator(dict(action.SPEC.schema))
            for name, action in registry.actions.items()
        }
        self._triggers = {
            name: Draft202012Validator(dict(trigger.SPEC.schema))
            for name, trigger in registry.triggers.items()
        }

    def compile(self, document: Document) -> Plan:
        """The plan of a document. Raises InvalidError with every fault and its JSON path."""
        if too_large := bound_faults(document):
            raise InvalidError("the automation is too large", too_large)
        params: dict[int, CompiledParams] = {}
        faults = list(self._form_faults(document, params))
        definition = self._read(document)
        if definition is not None:
            regions = self.regions(definition)
            faults += self.graph_faults(definition, regions, _references(definition, params))
            faults += self._wait_faults(definition, params)
            keys = check_keys(definition)
            faults += keys.faults
        if faults or definition is None:
            raise InvalidError("the automation has faults", in_order(faults))
        return self._plan(definition, regions, params, keys.templates)

    def faults(self, document: Document) -> tuple[Fault, ...]:
        """Every fault of a document, none when it can be published."""
        try:
            self.compile(document)
        except InvalidError as error:
            return error.faults
        return ()

    def _read(self, document: Document) -> Definition | None:
        """The definition, as far as a document with faults can be read; None when it cannot."""
        spoilt = (error.validator in SPOILING for error in self._graph_fields.iter_errors(document))
        if any(spoilt):
            return None
        try:
            return read_document(document)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def _form_faults(
        self, document: Document, params: dict[int, CompiledParams]
    ) -> Iterator[Fault]:
        yield from faults_of(self._frame.iter_errors(document))
        if isinstance(document, Mapping):
            yield from alert_faults(document)
            yield from self.trigger_faults(document.get("trigger"))
            yield from self._step_faults(document.get("steps"), params)

    def trigger_faults(self, trigger: Any) -> Iterator[Fault]:
        """The faults of what stands in a trigger's `with`, whatever stands there."""
        kind = trigger.get("type") if isinstance(trigger, Mapping) else None
        if isinstance(kind, str) and kind in self._triggers:
            spec = self._registry.triggers[kind].SPEC
            configuration = trigger.get("with", {})
            yield from _configuration_faults(
                self._triggers[kind], spec, configuration, "$.trigger.with"
            )

    def trigger(self, kind: str, configuration: Mapping[str, Any]) -> CompiledTrigger:
        """A trigger made ready; its `with` has no faults."""
        module = self._registry.triggers[kind]
        return CompiledTrigger(module.SPEC.family, module.compile_trigger(configuration))

    def trigger_of(self, document: Document) -> CompiledTrigger:
        """The trigger of a document without faults."""
        trigger = document["trigger"]
        return self.trigger(trigger["type"], trigger.get("with", {}))

    def _step_faults(self, steps: Any, params: dict[int, CompiledParams]) -> Iterator[Fault]:
        for index, step in enumerate(steps if isinstance(steps, list) else []):
            checked = self.check_step(step, f"$.steps[{index}]")
            yield from checked.faults
            if checked.params is not None:
                params[index] = checked.params

    def check_step(self, step: Any, path: str) -> CheckedStep:
        """What a step's action makes of its configuration; `path` is where the step stands."""
        action = step.get("action") if isinstance(step, Mapping) else None
        if not isinstance(action, str) or action not in self._actions:
            return CheckedStep((), None)
        spec, params = self._registry.actions[action].SPEC, None
        configuration = step.get("with", {})
        below = f"{path}.with"
        faults = list(_configuration_faults(self._actions[action], spec, configuration, below))
        if isinstance(configuration, Mapping) and not faults:
            compile_schema = self._registry.compile_schema
            params = compile_params(spec.schema, configuration, below, compile_schema)
            faults += params.faults
        if "retry" in step and not spec.retries:
            faults.append(Fault(f"{path}.retry", f"{action} is not tried again; remove it"))
        return CheckedStep(tuple(faults), params)

    def regions(self, definition: Definition) -> Regions:
        """The graph of a definition in its regions, with what the actions say of its steps."""
        specs = {
            step.id: (self._registry.actions[step.action].SPEC, step)
            for step in definition.steps
            if step.action in self._registry.actions
        }
        detached = frozenset(one for one, (spec, step) in specs.items() if _is_detached(spec, step))
        loops = frozenset(one for one, (spec, _) in specs.items() if spec.loops)
        return find_regions(build_graph(definition, detached, loops))

    def callback_steps(self, definition: Definition) -> frozenset[str]:
        """The steps that others can tell something."""
        actions = self._registry.actions
        return frozenset(
            step.id
            for step in definition.steps
            if step.action in actions and actions[step.action].SPEC.callback
        )

    def graph_faults(
        self,
        definition: Definition,
        regions: Regions,
        references: Iterable[tuple[str, FoundReference]],
    ) -> Iterator[Fault]:
        """The faults of edges, and of references, which are given with their steps."""
        yield from graph_faults(definition, regions, self._registry.actions)
        yield from reference_faults(regions, self.callback_steps(definition), references)

    def _wait_faults(self, definition: Definition, params: Params) -> Iterator[Fault]:
        """Steps that would wait longer than a run may take; those with other faults are left."""
        for index in params:
            step = definition.steps[index]
            waits = self._registry.actions[step.action].SPEC.waits
            longest = waits(step.configuration) if waits else None
            if longest is not None and longest >= definition.timeout:
                limit = format_duration(definition.timeout)
                words = f"waits longer than a run may take, {limit}; raise settings.timeout"
                yield Fault(f"$.steps[{index}].with", words)

    def _plan(
        self, definition: Definition, regions: Regions, params: Params, keys: KeyTemplates | None
    ) -> Plan:
        trigger = definition.trigger
        kind = self._registry.triggers[trigger.type]
        steps = {
            step.id: planned_step(step, self._registry.actions[step.action], params[index])
            for index, step in enumerate(definition.steps)
        }
        return Plan(
            definition=definition,
            regions=regions,
            steps=steps,
            trigger_configuration=trigger.configuration,
            trigger=self.trigger(trigger.type, trigger.configuration),
            trigger_secrets=frozenset(secret_names(kind.SPEC.schema, trigger.configuration)),
            step_secrets=frozenset[str]().union(*(step.secrets for step in steps.values())),
            keys=keys,
        )


def _configuration_faults(
    validator: Draft202012Validator,
    spec: ActionSpec | TriggerSpec,
    configuration: Any,
    path: str,
) -> Iterator[Fault]:
    found = faults_of(validator.iter_errors(configuration), path)
    yield from found
    if not found and spec.check is not None:
        for below, message in spec.check(configuration):
            yield Fault(f"{path}.{below}", message)


def _references(definition: Definition, params: Params) -> Iterator[tuple[str, FoundReference]]:
    for index, compiled in params.items():
        for found in compiled.references:
            yield definition.steps[index].id, found


def planned_step(step: StepDefinition, action: Action, params: CompiledParams) -> PlannedStep:
    """A step without faults, ready to be executed."""
    spec = action.SPEC
    return PlannedStep(
        definition=step,
        action=action,
        params=params,
        effect=spec.effect,
        detached=_is_detached(spec, step),
        longest=spec.longest(step.configuration) if spec.longest else 0,
        starts=spec.starts(step.configuration) if spec.starts else None,
    )


def _is_detached(spec: ActionSpec, step: StepDefinition) -> bool:
    return spec.detached is not None and spec.detached(step.configuration)


def in_order(faults: Sequence[Fault]) -> list[Fault]:
    """Each fault once, by path."""
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.path)
