"""What may be written at a caret of a document as JSON text, by the schema of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.schema_words import json_path
from engine.document_schema import STEP_ID, Schema
from engine.drafts.draft import draft_steps, mapping, text
from engine.drafts.json_caret import Caret, Path, Wanted, read_at
from engine.drafts.schema_places import Schemas, first_of, schemas_along, title_of_value
from engine.drafts.sketches import port_names, port_title
from engine.registry import Registry

MOST_SUGGESTIONS = 100
LONGEST_LABEL = 60

_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false", "array": "list"}
_EMPTY: Mapping[str, Any] = {"object": {}, "array": []}

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """A name or a value that may stand at the caret; `value` is what is written as JSON."""

    value: Any
    detail: str = ""
    documentation: str = ""
    kind: str = "value"

    @property
    def label(self) -> str:
        """What it is shown as: a text without its quotes."""
        shown = self.value if isinstance(self.value, str) else _written(self.value)
        return shown if len(shown) <= LONGEST_LABEL else shown[: LONGEST_LABEL - 1] + "…"


class JsonCompletions:
    """Completes documents as text. Nothing here raises, whatever the text is."""

    def __init__(self, schema: Schema, registry: Registry) -> None:
        self._schema = schema
        self._registry = registry

    def complete(self, source: str, caret: int) -> Answer:
        """`{"suggestions": […], "member": …}` for a place in a text, counted in characters.

        A suggestion has `insert`, `label`, `kind` (`name`, `value` or `step`), `detail`,
        `documentation`, and the part of the text that `insert` replaces, `from` and `to`. What
        the caret stands in is the member: `path`, `detail` and `documentation`, or None.
        """
        document, place = read_at(source, caret)
        choices: Iterator[Choice] = iter(())
        if place.wanted is Wanted.NAME:
            choices = self._names(document, place)
        elif place.wanted is Wanted.VALUE:
            choices = self._values(document, place)
        return {
            "suggestions": _suggestions(choices, place, _indent(source, place.start)),
            "member": self._member(document, place.member),
        }

    def _names(self, document: Any, place: Caret) -> Iterator[Choice]:
        """Those that are not there yet, the required ones first."""
        schemas = schemas_along(self._schema, document, place.path)[-1]
        present = set(mapping(_at(document, place.path)))
        if place.member != place.path:
            present.discard(str(place.member[-1]))
        required = {name for one in schemas for name in one.get("required", ())}
        names = dict.fromkeys(name for one in schemas for name in one.get("properties", ()))
        missing = [name for name in names if name not in present]
        for name in sorted(missing, key=lambda one: one not in required):
            own = schemas_along(self._schema, document, (*place.path, name))[-1]
            detail = (_kind(own), "required" if name in required else "")
            yield Choice(name, ", ".join(filter(None, detail)), _words(own), "name")
        for port in self._ports(document, place.path):
            if port not in present:
                yield Choice(port, "port", port_title(port), "name")

    def _values(self, document: Any, place: Caret) -> Iterator[Choice]:
        *parents, own = schemas_along(self._schema, document, place.path)
        if _leads_on(place.path):
            yield from _targets(document, place.path)
        for value in _enumerated(own):
            spec = self._named(place.path, value)
            if spec is not None:
                yield Choice(value, spec.title, spec.description)
            else:
                title = title_of_value(parents[-1], str(place.path[-1]), value) if parents else ""
                yield Choice(value, title, _words(own))
        if "default" in (found := _merged(own)):
            yield Choice(found["default"], "default", _words(own))
        for value in found.get("examples", ()):
            yield Choice(value, "example", _words(own))
        for kind in _types(own):
            if kind in _EMPTY:
                yield Choice(_EMPTY[kind], _TYPES.get(kind, kind), _words(own))

    def _member(self, document: Any, path: Path) -> Answer | None:
        """The innermost thing at a path of which the schema has something to say."""
        along = schemas_along(self._schema, document, path)
        for length in range(len(path), 0, -1):
            spec = self._named(path[:length], _at(document, path[:length]))
            words = f"{spec.title}. {spec.description}" if spec else _words(along[length])
            if words:
                shown = json_path(path[:length]).removeprefix("$.")
                return {"path": shown, "detail": _kind(along[length]), "documentation": words}
        return None

    def _named(self, path: Path, value: Any) -> Any:
        """The SPEC that a value names, where it names one."""
        match path:
            case ("steps", int(), "action"):
                found: Any = self._registry.actions.get(text(value))
            case ("trigger", "type"):
                found = self._registry.triggers.get(text(value))
            case _:
                return None
        return None if found is None else found.SPEC

    def _ports(self, document: Any, path: Path) -> Iterator[str]:
        if len(path) != 3 or path[0] != "steps" or path[2] != "next":
            return
        step = mapping(_at(document, path[:2]))
        action = self._registry.actions.get(text(step.get("action")))
        if action is not None:
            yield from port_names(action.SPEC.ports, mapping(step.get("with")))


def _suggestions(choices: Iterator[Choice], place: Caret, indent: str) -> list[Answer]:
    """The choices that go with what is typed, each once, those that begin so first."""
    found: dict[str, Answer] = {}
    for one in choices:
        fits = place.typed.lower() in one.label.lower()
        if not fits or (place.quoted and not isinstance(one.value, str)):
            continue
        shown = _written(one.value, indent)
        suggestion = {
            "insert": f"{place.before}{shown}{place.after}",
            "label": one.label,
            "kind": one.kind,
            "detail": one.detail,
            "documentation": one.documentation,
            "from": place.start,
            "to": place.end,
        }
        found.setdefault(shown, suggestion)
    ranked = sorted(found.values(), key=lambda one: not one["label"].startswith(place.typed))
    return ranked[:MOST_SUGGESTIONS]


def _leads_on(path: Path) -> bool:
    """Whether the id of a step that follows stands at a path."""
    if path[:1] == ("on_failure",):
        return True
    below = path[1:] if path[:1] == ("trigger",) else path[2:] if path[:1] == ("steps",) else ()
    return below[:1] == ("next",)


def _targets(document: Any, path: Path) -> Iterator[Choice]:
    """The steps that may follow, without the one itself and those that do already."""
    own = text(mapping(_at(document, path[:2])).get("id"))
    beside = _at(document, path[:-1])
    taken = beside if isinstance(beside, list) else []
    for _, step_id, step in draft_steps(document):
        is_id = re.fullmatch(STEP_ID, step_id) is not None
        if is_id and step_id != own and step_id not in taken:
            yield Choice(step_id, text(step.get("action")), text(step.get("name")), "step")


def _enumerated(schemas: Schemas) -> Iterator[Any]:
    for one in schemas:
        yield from one.get("enum", ())
        if "const" in one:
            yield one["const"]
    if "boolean" in _types(schemas):
        yield from (True, False)


def _merged(schemas: Schemas) -> Mapping[str, Any]:
    """The default and the examples, of whichever says them first."""
    words = {keyword: first_of(schemas, keyword) for keyword in ("default", "examples")}
    return {keyword: value for keyword, value in words.items() if value is not None}


def _types(schemas: Schemas) -> list[str]:
    found: dict[str, None] = {}
    for one in schemas:
        kinds = one.get("type", [])
        found |= dict.fromkeys([kinds] if isinstance(kinds, str) else kinds)
    return list(found)


def _kind(schemas: Schemas) -> str:
    """The types of a value in words: `text or list`."""
    return " or ".join(_TYPES.get(one, one) for one in _types(schemas))


def _words(schemas: Schemas) -> str:
    """The title and the description."""
    said = (first_of(schemas, "title"), first_of(schemas, "description"))
    return "\n".join(str(one) for one in said if one)


def _at(document: Any, path: Path) -> Any:
    value = document
    for key in path:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        else:
            return None
    return value


def _indent(source: str, place: int) -> str:
    """The blanks with which the line of a place begins."""
    line = source[source.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _written(value: Any, indent: str | None = None) -> str:
    """A value as JSON: on one line, or indented as the text around it is."""
    if indent is None:
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", f"\n{indent}")
