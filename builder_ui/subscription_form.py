"""The form of a subscription: what may be chosen, and what was filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from builder_ui.payloads import indented
from core import strict_json
from core.errors import Fault, InvalidError, JsonError
from core.subscriptions import Subscription
from engine.events.catalogue import EVENT_TYPES

Form = MultiDict[str, str]

EVERYTHING = "*"
_TOP = re.compile(r"^\$\.(\w+)(?:\[\d+\]$)?(.*)$", re.DOTALL)
_NAMED = re.compile(r"^\.|^\['([^']*)'\]")


@dataclass(frozen=True, slots=True)
class EventChoice:
    """A name or a pattern that may be ticked."""

    value: str
    title: str
    is_pattern: bool = False


def event_choices() -> Sequence[EventChoice]:
    """Everything, each group with the types in it."""
    groups = dict.fromkeys(name.partition(".")[0] for name in EVENT_TYPES)
    choices = [EventChoice(EVERYTHING, "Every event, those of your automations too", True)]
    for group in groups:
        choices.append(EventChoice(f"{group}.*", f"Every event that begins with {group}.", True))
        choices += [
            EventChoice(name, known.title)
            for name, known in EVENT_TYPES.items()
            if name.startswith(f"{group}.")
        ]
    return choices


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the fields."""

    name: str = ""
    url: str = ""
    events: tuple[str, ...] = ()
    patterns: str = ""
    automations: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    headers: str = ""
    payload: str = ""

    @property
    def is_scoped(self) -> bool:
        """Whether it is told of some automations alone."""
        return bool(self.automations or self.tags)


def filled_of(subscription: Subscription) -> Filled:
    """The fields of a subscription as it is."""
    known = {choice.value for choice in event_choices()}
    one = subscription
    return Filled(
        name=one.name,
        url=one.url,
        events=tuple(event for event in one.events if event in known),
        patterns="\n".join(event for event in one.events if event not in known),
        automations=one.scope.automations,
        tags=one.scope.tags,
        headers="\n".join(f"{name}: {value}" for name, value in one.headers.items()),
        payload="" if one.payload is None else indented(one.payload),
    )


def filled_in(form: Form) -> Filled:
    """The fields as they were sent."""
    return Filled(
        name=form.get("name", ""),
        url=form.get("url", "").strip(),
        events=tuple(form.getlist("events")),
        patterns=form.get("patterns", ""),
        automations=tuple(form.getlist("automations")),
        tags=tuple(form.getlist("tags")),
        headers=form.get("headers", ""),
        payload=form.get("payload", ""),
    )


def written(filled: Filled) -> dict[str, Any]:
    """The definition that was filled in. Raises InvalidError for what cannot be read as one."""
    faults: list[Fault] = []
    headers = _headers(filled.headers, faults)
    payload = _payload(filled.payload, faults)
    if faults:
        raise InvalidError("the subscription has faults", faults)
    events = [*filled.events, *filled.patterns.split()]
    return {
        "name": filled.name,
        "url": filled.url,
        "events": list(dict.fromkeys(events)),
        "scope": {"automations": list(filled.automations), "tags": list(filled.tags)},
        "headers": headers,
        **({} if payload is None else {"payload": payload}),
    }


def change_to(filled: Filled, before: Subscription) -> dict[str, Any]:
    """The change that makes a subscription what was filled in. Raises InvalidError."""
    change = {"payload": None, **written(filled)}
    gone = {name: None for name in before.headers if name not in change["headers"]}
    return {**change, "headers": {**gone, **change["headers"]}}


def faults_by_field(error: InvalidError) -> Mapping[str, Sequence[str]]:
    """What is wrong with each field, by its name; what no field is at fault for, by ""."""
    found: dict[str, list[str]] = {}
    for fault in error.faults:
        match = _TOP.match(fault.path)
        field, below = (match[1], _NAMED.sub(r"\1", match[2])) if match else ("", "")
        words = f"in {below}: {fault.message}" if below else fault.message
        found.setdefault(field, []).append(words[:1].upper() + words[1:])
    return found or {"": [str(error)]}


def _headers(text: str, faults: list[Fault]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if name in headers:
            faults.append(Fault("$.headers", f"line {number} sets {name} once more; keep one"))
        elif colon and name:
            headers[name] = value
        elif line.strip():
            words = f"line {number} has no name; write it like X-Token: <secrets.TOKEN>"
            faults.append(Fault("$.headers", words))
    return headers


def _payload(text: str, faults: list[Fault]) -> Any:
    if not text.strip():
        return None
    try:
        return strict_json.loads(text.encode("utf-8", "surrogatepass"))
    except JsonError as error:
        faults.append(Fault("$.payload", f"is no JSON: {error}"))
        return None
