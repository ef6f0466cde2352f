"""Values with templates in them: compiled once a version, resolved once an attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import ExpressionError, Fault, InvalidError
from core.schema_words import json_path
from core.size import MOST_BYTES, TooLarge, check_size
from expressions import limits
from expressions.modes import TemplateMode
from expressions.paths import Reference
from expressions.pieces import Scope
from expressions.scanner import Part, ScannedTemplate, scan
from expressions.templates import (
    LINE_BREAKS,
    HeaderTemplate,
    Template,
    TextTemplate,
    WholeTemplate,
)
from expressions.trees import ListTemplate, Literal, ObjectTemplate
from expressions.urls import url_template
from expressions.values import JSON

_WORK_PER_REFERENCE = 10
"""Units, on top of what expressions and texts cost."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A resolved value, and what may be kept of it.

    `masked` is its twin with `[secret:NAME]` in place of secrets; the value itself when there are
    none. `sensitive` are the texts made from secrets, each with what stands for it, so that an echo
    of them can be masked as well. Both may share parts with the context: to be read, not changed.
    """

    value: object
    masked: object
    sensitive: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CompiledValue:
    """A JSON value whose strings are templates; may be resolved by many threads at once."""

    references: tuple[Reference, ...]
    _template: Template

    def resolve(self, context: Mapping[str, object]) -> Resolved:
        """The value in a context of roots and their values.

        Raises ExpressionError alone, which names the string at fault and what is missing.
        """
        scope = Scope(context)
        if not self._template.secret:
            value = self._template.value(scope)
            return Resolved(value, value, ())
        value, twin = self._template.twins(scope)
        return Resolved(value, twin, tuple(scope.sensitive))

    def resolve_each(self, context: Mapping[str, object], items: Iterable[object]) -> list[object]:
        """The value once for each item, with it as `item` and its `index`, from 0, in the context.

        For templates without secrets. Raises ExpressionError, which names the item at fault, also
        when all of them together take too much work; TooLarge when what they make is too large.
        """
        visible, values = dict(context), list[object]()
        work, size = limits.WORK_OF_ITEMS, MOST_BYTES
        for index, item in enumerate(items):
            visible["item"], visible["index"] = item, index
            scope = Scope(visible)
            try:
                values.append(self._template.value(scope))
            except ExpressionError as error:
                raise type(error)(f"item {index}: {error}") from None
            work -= scope.spent + _WORK_PER_REFERENCE * (1 + len(self.references))
            if work < 0:
                raise ExpressionError(
                    f"item {index}: the items take too much work, all together; give it a shorter "
                    "list, or simpler expressions"
                )
            size -= _size_within(values[-1], size)
        return values


def compile_value(value: JSON, mode: TemplateMode, path: str = "$") -> CompiledValue:
    """Compiles every string in a value, however deep; keys and other values stay as they are.

    `path` is the JSON path of the value. Raises InvalidError with all faults in it.
    """
    compiler = _Compiler(mode)
    template = compiler.compile(value, path, 0)
    if compiler.faults:
        count = len(compiler.faults)
        raise InvalidError(
            f"{path} has {count} template{'s' if count > 1 else ''} at fault", compiler.faults
        )
    return CompiledValue(tuple(compiler.references), template)


def _size_within(value: object, most: int) -> int:
    """The size of one of several values. Raises TooLarge when it is more than is left for it."""
    size = check_size(value)
    if size > most:
        raise TooLarge(f"all items together are larger than {MOST_BYTES >> 20} MiB")
    return size


@dataclass(slots=True)
class _Compiler:
    """Compiles one value and collects what it reads and what is wrong with it."""

    mode: TemplateMode
    references: list[Reference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def compile(self, value: JSON, path: str, depth: int) -> Template:
        """The template of a value at a JSON path."""
        if depth > limits.DEPTH:
            self.faults.append(Fault(path, f"this nests deeper than {limits.DEPTH} levels"))
        elif isinstance(value, str):
            return self._string(value, path)
        elif isinstance(value, list | tuple):
            items = enumerate(value)
            return ListTemplate(
                [self.compile(item, json_path([at], path), depth + 1) for at, item in items]
            )
        elif isinstance(value, Mapping):
            return ObjectTemplate(
                {
                    key: self.compile(item, json_path([key], path), depth + 1)
                    for key, item in value.items()
                }
            )
        return Literal(value)

    def _string(self, text: str, path: str) -> Template:
        scanned = scan(text, self.mode, path)
        self.references += scanned.references
        faults = scanned.faults or self._faults_of_place(scanned.parts)
        self.faults += [Fault(path, message) for message in faults]
        return self._template(scanned, text, path)

    def _template(self, scanned: ScannedTemplate, text: str, path: str) -> Template:
        parts = tuple(scanned.parts)
        if scanned.faults or all(isinstance(part, str) for part in parts):
            return Literal("".join(part for part in parts if isinstance(part, str)))
        if self.mode is TemplateMode.URL:
            return url_template(parts, path)
        template = _text_or_whole(parts, path)
        return HeaderTemplate(template, path) if self.mode is TemplateMode.HEADER else template

    def _faults_of_place(self, parts: list[Part]) -> list[str]:
        own = "".join(part for part in parts if isinstance(part, str))
        if self.mode in (TemplateMode.URL, TemplateMode.HEADER) and LINE_BREAKS.search(own):
            return [f"a {self.mode.value} cannot hold a line break or NUL"]
        return []


def _text_or_whole(parts: tuple[Part, ...], path: str) -> Template:
    first = parts[0]
    if len(parts) == 1 and not isinstance(first, str):
        return WholeTemplate(first, path)
    secret = any(not isinstance(part, str) and part.marker is not None for part in parts)
    return TextTemplate(parts, path, secret)
