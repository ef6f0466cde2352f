"""A step's `with`, compiled: what is fixed stays, templates are resolved at each attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Fault, InvalidError
from core.schema_words import json_path
from expressions import (
    CompiledExpression,
    CompiledValue,
    Reference,
    Resolved,
    TemplateMode,
    compile_expression,
    compile_value,
)

Context = Mapping[str, object]
Resolve = Callable[[Context], Resolved]


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A reference, where it stands, and whether secrets may stand there.

    With `each` it is read once for each item of the loop that it belongs to.
    """

    path: str
    reference: Reference
    secrets_allowed: bool
    each: bool = False


@dataclass(frozen=True, slots=True)
class BoundCondition:
    """A condition that waits for its action to ask."""

    expression: CompiledExpression
    context: Context

    def holds(self) -> bool:
        """Raises ExpressionError when it cannot be evaluated or gives no bool."""
        return self.expression.holds(self.context)


@dataclass(frozen=True, slots=True)
class CompiledParams:
    """Everything a step's configuration needs to be resolved, and what it refers to.

    `collect` is what a loop resolves for each item (`x-each`), where that is configured.
    """

    resolve: Resolve
    references: tuple[FoundReference, ...]
    faults: tuple[Fault, ...]
    collect: Resolve | None = None


def compile_params(
    schema: Mapping[str, Any], configuration: Mapping[str, Any], path: str
) -> CompiledParams:
    """Compiles a `with` by its schema's hints (`core.spec.JsonSchema`), collecting faults."""
    compiler = _Compiler()
    resolve = compiler.compile(schema, configuration, path)
    references, faults = tuple(compiler.references), tuple(compiler.faults)
    return CompiledParams(resolve, references, faults, compiler.collect)


class _Compiler:
    """Walks schema and value together."""

    def __init__(self) -> None:
        self.references: list[FoundReference] = []
        self.faults: list[Fault] = []
        self.collect: Resolve | None = None

    def compile(self, schema: Mapping[str, Any], value: Any, path: str) -> Resolve:
        mode = schema.get("x-template")
        secrets = bool(schema.get("x-secrets"))
        if mode == "condition":
            return self._condition(value, path)
        if mode is not None and schema.get("x-each"):
            self.collect = self._template(value, TemplateMode(mode), path, secrets, each=True)
            return _fixed(None)
        if mode is not None:
            return self._template(value, TemplateMode(mode), path, secrets)
        if isinstance(value, Mapping) and value:
            return self._object(schema, value, path)
        if isinstance(value, list) and value:
            return self._list(schema.get("items", {}), value, path)
        return _fixed(value)

    def _object(self, schema: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Resolve:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties", {})
        others = others if isinstance(others, Mapping) else {}
        parts = {
            name: self.compile(properties.get(name, others), item, json_path([name], path))
            for name, item in value.items()
        }
        if all(isinstance(part, _Fixed) for part in parts.values()):
            return _fixed(value)
        return lambda context: _join_object(parts, context)

    def _list(self, schema: Mapping[str, Any], value: Sequence[Any], path: str) -> Resolve:
        parts = [
            self.compile(schema, item, json_path([index], path)) for index, item in enumerate(value)
        ]
        if all(isinstance(part, _Fixed) for part in parts):
            return _fixed(value)
        return lambda context: _join_list(parts, context)

    def _template(
        self, value: Any, mode: TemplateMode, path: str, secrets: bool, each: bool = False
    ) -> Resolve:
        try:
            compiled: CompiledValue = compile_value(value, mode, path)
        except InvalidError as error:
            self.faults.extend(error.faults)
            return _fixed(value)
        self._refer(compiled.references, path, secrets, each)
        return compiled.resolve

    def _condition(self, value: Any, path: str) -> Resolve:
        try:
            compiled: CompiledExpression = compile_expression(value, path)
        except InvalidError as error:
            self.faults.extend(error.faults)
            return _fixed(value)
        self._refer(compiled.references, path, secrets=False)
        return lambda context: _bind(compiled, context)

    def _refer(
        self, references: Sequence[Reference], path: str, secrets: bool, each: bool = False
    ) -> None:
        self.references += [FoundReference(path, one, secrets, each) for one in references]


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A part without templates."""

    resolved: Resolved

    def __call__(self, _context: Context) -> Resolved:
        return self.resolved


def _fixed(value: Any) -> _Fixed:
    return _Fixed(Resolved(value, value, ()))


def _bind(expression: CompiledExpression, context: Context) -> Resolved:
    condition = BoundCondition(expression, context)
    return Resolved(condition, condition, ())


def _join_object(parts: Mapping[str, Resolve], context: Context) -> Resolved:
    resolved = {name: part(context) for name, part in parts.items()}
    value = {name: part.value for name, part in resolved.items()}
    if all(part.masked is part.value for part in resolved.values()):
        return Resolved(value, value, ())
    masked = {name: part.masked for name, part in resolved.items()}
    return Resolved(value, masked, _all_sensitive(resolved.values()))


def _join_list(parts: Sequence[Resolve], context: Context) -> Resolved:
    resolved = [part(context) for part in parts]
    value = [part.value for part in resolved]
    if all(part.masked is part.value for part in resolved):
        return Resolved(value, value, ())
    return Resolved(value, [part.masked for part in resolved], _all_sensitive(resolved))


def _all_sensitive(parts: Any) -> tuple[tuple[str, str], ...]:
    return tuple(pair for part in parts for pair in part.sensitive)
