"""The faults of a draft that changes with every keystroke: unchanged steps are not checked again.

They are those of `Compiler.faults`, found a step at a time and remembered by the step's content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from core.errors import Fault
from core.schema_words import faults_of
from engine.alerts.rules import alert_faults
from engine.compiler import GRAPH_FIELDS, SPOILING, Compiler, in_order
from engine.document import Definition, read_document
from engine.document_bounds import bound_faults
from engine.document_schema import frame_schema
from engine.order.keys import check_keys
from engine.params import FoundReference
from engine.registry import Registry

REMEMBERED = 2048
"""Steps whose faults are kept."""
LONGEST_REMEMBERED = 16 * 1024
"""Bytes of JSON of a step whose faults are kept."""

Document = Any
"""What somebody sent: a document, or anything else."""


@dataclass(frozen=True, slots=True)
class StepFaults:
    """What a step's own content tells. Paths begin at the step (`$`).

    `spoilt`: no graph can be made with it. `references` is None where its form is at fault.
    """

    faults: tuple[Fault, ...]
    spoilt: bool
    references: tuple[FoundReference, ...] | None


class DraftFaults:
    """Finds the faults of drafts; may be asked by many threads at once."""

    def __init__(self, registry: Registry, compiler: Compiler) -> None:
        self._registry = registry
        self._compiler = compiler
        frame = frame_schema(registry)
        steps = dict(frame["properties"]["steps"])
        self._step = Draft202012Validator(steps.pop("items"))
        properties = {**frame["properties"], "steps": steps}
        self._frame = Draft202012Validator({**frame, "properties": properties})
        graph_fields = {name: properties[name] for name in GRAPH_FIELDS}
        self._graph_fields = Draft202012Validator({"properties": graph_fields})
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._of_json)

    def find(self, document: Document) -> tuple[Fault, ...]:
        """Every fault with its JSON path, by path. Raises nothing, whatever is given."""
        if too_large := bound_faults(document):
            return tuple(too_large)
        faults = faults_of(self._frame.iter_errors(document))
        if not isinstance(document, Mapping):
            return tuple(in_order(faults))
        faults += alert_faults(document)
        faults += self._compiler.trigger_faults(document.get("trigger"))
        written = document.get("steps")
        steps = [self._of_step(step) for step in (written if isinstance(written, list) else [])]
        for index, step in enumerate(steps):
            faults += [_moved(fault, index) for fault in step.faults]
        definition = self._read(document, steps)
        if definition is not None:
            regions = self._compiler.regions(definition)
            references = _references(definition, steps)
            faults += self._compiler.graph_faults(definition, regions, references)
            faults += check_keys(definition).faults
        return tuple(in_order(faults))

    def _of_step(self, step: Any) -> StepFaults:
        try:
            written = orjson.dumps(step)
        except orjson.JSONEncodeError:
            return self._check(step)
        return self._check(step) if len(written) > LONGEST_REMEMBERED else self._remembered(written)

    def _of_json(self, written: bytes) -> StepFaults:
        return self._check(orjson.loads(written))

    def _check(self, step: Any) -> StepFaults:
        errors = list(self._step.iter_errors(step))
        checked = self._compiler.check_step(step, "$")
        return StepFaults(
            faults=(*faults_of(errors), *checked.faults),
            spoilt=any(error.validator in SPOILING for error in errors),
            references=None if checked.params is None else checked.params.references,
        )

    def _read(self, document: Document, steps: Sequence[StepFaults]) -> Definition | None:
        errors = self._graph_fields.iter_errors(document)
        if any(step.spoilt for step in steps) or any(one.validator in SPOILING for one in errors):
            return None
        try:
            return read_document(document)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None


def _references(
    definition: Definition, steps: Sequence[StepFaults]
) -> Iterator[tuple[str, FoundReference]]:
    for index, (step, own) in enumerate(zip(definition.steps, steps, strict=True)):
        for found in own.references or ():
            yield step.id, replace(found, path=_at(found.path, index))


def _moved(fault: Fault, index: int) -> Fault:
    return Fault(_at(fault.path, index), fault.message)


def _at(path: str, index: int) -> str:
    """A path within a step as one within the document."""
    return f"$.steps[{index}]{path[1:]}"
