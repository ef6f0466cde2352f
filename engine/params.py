"""A step's `with`, compiled: what is fixed stays, templates are resolved at each attempt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Fault, InvalidError
from core.schema_words import json_path
from engine.registry import CompileSchema
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
    """A reference, where it stands, and whether secrets, or `item` and `index`, may stand there.

    `inside`: it is read once for each item of the loop that it belongs to, after the item's steps.
    """

    path: str
    reference: Reference
    secrets_allowed: bool
    items_allowed: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class BoundCondition:
    """A condition that waits for its action to ask."""

    expression: CompiledExpression
    context: Context

    def holds(self) -> bool:
        """Raises ExpressionError when it cannot be evaluated or gives no bool."""
        return self.expression.holds(self.context)


@dataclass(frozen=True, slots=True)
class BoundTemplate:
    """A template that waits for its action to name the items it is resolved for."""

    template: CompiledValue
    context: Context

    def resolve_each(self, items: Iterable[object]) -> list[Any]:
        """What it comes to for each. Raises ExpressionError and TooLarge."""
        return self.template.resolve_each(self.context, items)


@dataclass(frozen=True, slots=True)
class CompiledParams:
    """Everything a step's configuration needs to be resolved, and what it refers to.

    `collect` is what a loop resolves for each item (`x-collect`), where that is configured.
    """

    resolve: Resolve
    references: tuple[FoundReference, ...]
    faults: tuple[Fault, ...]
    collect: Resolve | None = None


def compile_params(
    schema: Mapping[str, Any],
    configuration: Mapping[str, Any],
    path: str,
    compile_schema: CompileSchema,
) -> CompiledParams:
    """Compiles a `with` by its schema's hints (`core.spec.JsonSchema`), collecting faults."""
    compiler = _Compiler(compile_schema)
    resolve = compiler.compile(schema, configuration, path)
    references, faults = tuple(compiler.references), tuple(compiler.faults)
    return CompiledParams(resolve, references, faults, compiler.collect)


class _Compiler:
    """Walks schema and value together."""

    def __init__(self, compile_schema: CompileSchema) -> None:
        self._compile_schema = compile_schema
        self.references: list[FoundReference] = []
        self.faults: list[Fault] = []
        self.collect: Resolve | None = None

    def compile(self, schema: Mapping[str, Any], value: Any, path: str) -> Resolve:
        mode = schema.get("x-template")
        secrets = bool(schema.get("x-secrets"))
        if mode == "condition":
            return self._condition(value, path)
        if mode is not None and schema.get("x-collect"):
            self.collect = self._collected(value, TemplateMode(mode), path)
            return _fixed(None)
        if mode is not None:
            return self._template(value, TemplateMode(mode), path, secrets)
        if schema.get("x-json-schema"):
            return self._value_check(value, path)
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
            name: self._member(properties.get(name, others), item, json_path([name], path), value)
            for name, item in value.items()
        }
        if all(isinstance(part, _Fixed) for part in parts.values()):
            return _fixed(value)
        return lambda context: _join_object(parts, context)

    def _member(
        self, schema: Mapping[str, Any], value: Any, path: str, beside: Mapping[str, Any]
    ) -> Resolve:
        if schema.get("x-each") in beside:
            return self._item_template(value, TemplateMode(schema["x-template"]), path)
        return self.compile(schema, value, path)

    def _list(self, schema: Mapping[str, Any], value: Sequence[Any], path: str) -> Resolve:
        parts = [
            self.compile(schema, item, json_path([index], path)) for index, item in enumerate(value)
        ]
        if all(isinstance(part, _Fixed) for part in parts):
            return _fixed(value)
        return lambda context: _join_list(parts, context)

    def _template(self, value: Any, mode: TemplateMode, path: str, secrets: bool) -> Resolve:
        compiled = self._compiled(value, mode, path)
        if compiled is None:
            return _fixed(value)
        self._refer(compiled.references, path, secrets=secrets)
        return compiled.resolve

    def _collected(self, value: Any, mode: TemplateMode, path: str) -> Resolve:
        compiled = self._compiled(value, mode, path)
        if compiled is None:
            return _fixed(value)
        self._refer(compiled.references, path, items=True, inside=True)
        return compiled.resolve

    def _item_template(self, value: Any, mode: TemplateMode, path: str) -> Resolve:
        compiled = self._compiled(value, mode, path)
        if compiled is None:
            return _fixed(value)
        self._refer(compiled.references, path, items=True)
        return lambda context: _bound(BoundTemplate(compiled, context))

    def _compiled(self, value: Any, mode: TemplateMode, path: str) -> CompiledValue | None:
        try:
            return compile_value(value, mode, path)
        except InvalidError as error:
            self.faults.extend(error.faults)
            return None

    def _condition(self, value: Any, path: str) -> Resolve:
        try:
            compiled: CompiledExpression = compile_expression(value, path)
        except InvalidError as error:
            self.faults.extend(error.faults)
            return _fixed(value)
        self._refer(compiled.references, path)
        return lambda context: _bound(BoundCondition(compiled, context))

    def _value_check(self, value: Any, path: str) -> Resolve:
        try:
            check = self._compile_schema(value, path)
        except InvalidError as error:
            self.faults.extend(error.faults)
            return _fixed(value)
        resolved = _bound(check)
        return lambda _context: resolved

    def _refer(
        self,
        references: Sequence[Reference],
        path: str,
        *,
        secrets: bool = False,
        items: bool = False,
        inside: bool = False,
    ) -> None:
        self.references += [FoundReference(path, one, secrets, items, inside) for one in references]


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A part without templates."""

    resolved: Resolved

    def __call__(self, _context: Context) -> Resolved:
        return self.resolved


def _fixed(value: Any) -> _Fixed:
    return _Fixed(Resolved(value, value, ()))


def _bound(handed: object) -> Resolved:
    """What an action is handed as it is: it holds no secret."""
    return Resolved(handed, handed, ())


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
