"""What may stand at the caret of a template: paths that do exist, functions, names of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Clock
from engine.compiler import Compiler
from engine.document_schema import SETTINGS as SETTINGS_SCHEMA
from engine.drafts.draft import find_step, mapping
from engine.registry import Registry
from engine.trying.items import in_sight_of_item
from engine.trying.preview_fields import display
from engine.trying.sights import SETTINGS, Question, Sight, sight_of
from engine.trying.template_places import Place, field_kind, place_of
from engine.vault import Vault
from expressions import FUNCTIONS, RESERVED_ROOTS

MOST_SUGGESTIONS = 100
MOST_INDEXES = 3
"""Items of a list that are offered; the others follow the same pattern."""

_REFERENCE_KEY = re.compile(r"[\w$@:-]+")
_REFERENCE_ROOT = re.compile(r"(?:[^\W\d]|\$)[\w$-]*")
_NAME = re.compile(r"[^\W\d][\w]*")

Suggestion = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """A key that may follow, and what is known of what it leads to."""

    key: str
    kind: str
    detail: str
    documentation: str
    leads_on: bool


class CompletionService:
    """Completes templates of drafts."""

    def __init__(self, registry: Registry, compiler: Compiler, vault: Vault, clock: Clock) -> None:
        self._registry = registry
        self._compiler = compiler
        self._vault = vault
        self._clock = clock

    def complete(self, question: Question, text: str, caret: int, field: str) -> list[Suggestion]:
        """Suggestions for a caret in a field of a step, or of the settings (its path below `with`).

        Each has `insert`, `label`, `kind` (`root`, `path`, `secret` or `function`), `detail`,
        `documentation`, and the part of the text that `insert` replaces, `from` and `to`. None
        where no template may stand. Raises InvalidError for an event or results of wrong form.
        """
        schema = self._schema(question)
        kind = field_kind(schema, field) if schema else None
        if kind is None:
            return []
        place = place_of(text, caret, kind.mode)
        sight = sight_of(question, self._compiler, self._vault, self._clock)
        if kind.each and (found := find_step(question.document, question.step)):
            sight = in_sight_of_item(mapping(found[1].get("with")).get(kind.each), sight)
        if kind.inside and sight.inside is not None:
            sight = sight.inside
        choices = self._choices(question, sight, place, secrets=kind.secrets)
        made = [_suggestion(one, place) for one in choices if _may_be_written(one, place)]
        if place.expression and not place.keys:
            made += [_function(name, place) for name in FUNCTIONS if _fits(name, place.typed)]
        return sorted(made, key=lambda one: not one["label"].startswith(place.typed))[
            :MOST_SUGGESTIONS
        ]

    def _schema(self, question: Question) -> Mapping[str, Any] | None:
        """The schema of what is completed: the settings, or what the step's action takes."""
        if question.step == SETTINGS:
            return SETTINGS_SCHEMA
        found = find_step(question.document, question.step)
        action = self._registry.actions.get(str(found[1].get("action"))) if found else None
        return action.SPEC.schema if action else None

    def _choices(
        self, question: Question, sight: Sight, place: Place, *, secrets: bool
    ) -> Iterator[Choice]:
        root = place.keys[0] if place.keys else ""
        if root == "secrets" and not secrets:
            return
        value: Any = sight.context
        for key in place.keys:
            value = _inside(value, key)
        for choice in _keys_of(value, place):
            if secrets or place.keys or choice.key != "secrets":
                yield choice
        if place.keys == ("steps",):
            for step_id in sorted(sight.waiting):
                yield Choice(step_id, "path", "no result yet", "", leads_on=True)
        if len(place.keys) == 2 and root == "steps" and place.keys[1] in sight.waiting:
            yield from self._promised(question, place.keys[1])

    def _promised(self, question: Question, step_id: str) -> Iterator[Choice]:
        """What a step without a result will give, as its action says."""
        found = find_step(question.document, step_id)
        action = self._registry.actions.get(str(found[1].get("action"))) if found else None
        properties = mapping(action.SPEC.output.get("properties")) if action else {}
        for name, field in properties.items():
            words = str(field.get("description", ""))
            yield Choice(name, "path", "once it has run", words, leads_on=name == "body")


def _keys_of(value: Any, place: Place) -> Iterator[Choice]:
    kind = "path" if place.keys else "root"
    if place.keys == ("secrets",):
        kind = "secret"
    if isinstance(value, Mapping):
        for key, item in value.items():
            if _fits(key, place.typed):
                yield _choice(str(key), kind, item)
    elif isinstance(value, list):
        for index, item in enumerate(value[:MOST_INDEXES]):
            yield _choice(str(index), kind, item)


def _choice(key: str, kind: str, value: Any) -> Choice:
    leads_on = isinstance(value, dict | list) and bool(value)
    shown = "" if kind == "secret" else display(value)["text"]
    return Choice(key, kind, "secret" if kind == "secret" else _kind_of(value), shown, leads_on)


def _suggestion(choice: Choice, place: Place) -> Suggestion:
    keys = (*place.keys, choice.key)
    if place.expression:
        insert = _chain(keys)
    else:
        # An object may be meant whole or lead on, so it is left open for a dot or the bracket.
        insert = place.opening + ".".join(keys) + ("" if choice.leads_on else place.closing)
    return {
        "insert": insert,
        "label": choice.key,
        "kind": choice.kind,
        "detail": choice.detail,
        "documentation": choice.documentation,
        "from": place.start,
        "to": place.end,
    }


def _function(name: str, place: Place) -> Suggestion:
    function = FUNCTIONS[name]
    example = f"{function.example} gives {function.result}"
    return {
        "insert": f"{name}(",
        "label": name,
        "kind": "function",
        "detail": function.signature,
        "documentation": f"{function.description}\n{example}",
        "from": place.start,
        "to": place.end,
    }


def _may_be_written(choice: Choice, place: Place) -> bool:
    """Whether a key can stand in a path: some need an expression, and brackets."""
    if not place.keys:
        pattern = _NAME if place.expression else _REFERENCE_ROOT
        return choice.key in RESERVED_ROOTS or pattern.fullmatch(choice.key) is not None
    if place.expression:
        return '"' not in choice.key and "\\" not in choice.key
    return _REFERENCE_KEY.fullmatch(choice.key) is not None


def _chain(keys: tuple[str, ...]) -> str:
    """A path as an expression has it: `order.lines[0]["first name"]`."""
    chain = keys[0]
    for key in keys[1:]:
        if key.isascii() and key.isdigit():
            chain += f"[{key}]"
        else:
            chain += f".{key}" if _NAME.fullmatch(key) else f'["{key}"]'
    return chain


def _inside(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list) and key.isascii() and key.isdigit() and len(key) < 10:
        return value[int(key)] if int(key) < len(value) else None
    return None


def _fits(name: object, typed: str) -> bool:
    return typed.lower() in str(name).lower()


def _kind_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "text"
        case int() | float():
            return "number"
        case list():
            return f"list of {len(value)}"
    return f"object with {len(value)} key{'' if len(value) == 1 else 's'}"
