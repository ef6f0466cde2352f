"""The keys of an event: templates of the document's settings, compiled once a version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from core.errors import ExpressionError, Fault, InvalidError
from core.event_keys import bounded_key
from core.model import Event
from engine.context import event_context
from engine.document import Definition
from expressions import (
    JSON,
    RESERVED_ROOTS,
    CompiledValue,
    Reference,
    TemplateMode,
    compile_value,
)

ORDER_PATH = "$.settings.order_by"
QUARANTINE_PATH = "$.settings.quarantine"

_UNKNOWN_ROOTS = RESERVED_ROOTS - {"trigger"}


@dataclass(frozen=True, slots=True)
class EventKeys:
    """What is kept in order with an event, and what is held with it; None: it belongs to none."""

    order: str | None = None
    quarantine: str | None = None


NO_KEYS = EventKeys()


@dataclass(frozen=True, slots=True)
class KeyTemplates:
    """The compiled templates of an automation's keys. `limit` is 0 without a quarantine."""

    order: CompiledValue | None
    quarantine: CompiledValue | None
    limit: int

    def of(self, event: Event) -> EventKeys:
        """The keys of an event. Raises nothing: an event without a key must not be lost."""
        context = event_context(event)
        order = _key(self.order, context)
        if self.quarantine is self.order:
            return EventKeys(order, order if self.limit else None)
        return EventKeys(order, _key(self.quarantine, context))


@dataclass(frozen=True, slots=True)
class CheckedKeys:
    """The faults of an automation's keys; the templates where it has any."""

    faults: tuple[Fault, ...]
    templates: KeyTemplates | None


def check_keys(definition: Definition) -> CheckedKeys:
    """Compiles the keys that the settings name."""
    faults: list[Fault] = []
    order = _compiled(definition.order_by, ORDER_PATH, faults)
    if definition.quarantine is None:
        return CheckedKeys(tuple(faults), None if order is None else KeyTemplates(order, None, 0))
    own = definition.quarantine.key
    held = order if own is None else _compiled(own, f"{QUARANTINE_PATH}.key", faults)
    if own is None and definition.order_by is None:
        words = "needs a key, such as <customer.id>, where settings.order_by does not name one"
        faults.append(Fault(QUARANTINE_PATH, words))
    return CheckedKeys(tuple(faults), KeyTemplates(order, held, definition.quarantine.after))


def _compiled(template: str | None, path: str, faults: list[Fault]) -> CompiledValue | None:
    if template is None:
        return None
    try:
        compiled = compile_value(template, TemplateMode.TEXT, path)
    except InvalidError as error:
        faults += error.faults
        return None
    faults += [Fault(path, words) for words in _unknown(compiled.references)]
    return compiled


def _unknown(references: tuple[Reference, ...]) -> Iterator[str]:
    for reference in references:
        root = reference.path[0]
        if root in _UNKNOWN_ROOTS:
            yield (
                f"{reference.source}: {root} is not known as an event comes in; "
                "a key is made of its body, such as <customer.id>, or of trigger"
            )


def _key(template: CompiledValue | None, context: dict[str, JSON]) -> str | None:
    """What a template comes to, as a text of bounded length; None where it comes to nothing."""
    if template is None:
        return None
    try:
        value = template.resolve(context).value
    except ExpressionError:
        return None
    if value is None or value == "":
        return None
    return bounded_key(value if isinstance(value, str) else orjson.dumps(value).decode())
