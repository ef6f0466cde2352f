"""The form of a step or of the trigger: its kind's own fields, and those every step has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder_ui.forms import Form, field_of, form_of
from builder_ui.forms.fields import ABSENT, Field, Option
from builder_ui.forms.lines import choice, line
from builder_ui.forms.objects import others
from builder_ui.forms.spots import MOST_ROWS, Schema, Spot
from core.spec import ActionSpec, TriggerSpec
from engine.document_schema import RETRY, frame_schema
from engine.drafts.draft import draft_steps, find_step, mapping, text
from engine.drafts.sketches import port_names
from engine.graph import FAILURE
from engine.registry import Registry

TRIGGER_NODE = "$trigger"
"""What the builder calls the trigger among the nodes; no step id has a `$`."""

FAILURE_NODE = FAILURE
"""What the builder calls the node from which steps follow a failure."""
SETTINGS_NODE = "$settings"
"""What the builder opens to configure what holds for the whole automation; nothing is drawn."""

_OWN_OF_STEP = ("id", "name", "action", "with", "retry", "next", "join")
_OWN_OF_TRIGGER = ("type", "with", "next")

_NAME: Schema = {"title": "Name", "type": "string"}
_JOIN: Schema = {
    "title": "When several ways lead here",
    "description": "All: it waits until every way is settled. Any: it starts with the first.",
    "enum": ["all", "any"],
    "default": "all",
}


@dataclass(frozen=True, slots=True)
class PortForm:
    """A way out, and what follows it. Not `known`: the document has it, the action does not.

    At most `MOST_ROWS` of the targets are shown; `left_out` counts the others. `taken` are the ids
    of all of them.
    """

    name: str
    targets: Sequence[Option]
    taken: frozenset[str]
    known: bool = True

    @property
    def left_out(self) -> int:
        """How many targets are not shown."""
        return len(self.taken) - len(self.targets)


@dataclass(frozen=True, slots=True)
class NodeForm:
    """Everything the inspector configures of one node. `name` and `join` are None where unused.

    `ports_left_out` counts ports beyond the `MOST_ROWS` that are shown.
    """

    id: str
    title: str
    description: str
    icon: str
    form: Form
    name: Field | None = None
    kinds: Sequence[Option] = ()
    retry: Field | None = None
    join: Field | None = None
    ports: Sequence[PortForm] = ()
    ports_left_out: int = 0
    candidates: Sequence[Option] = ()
    others: Sequence[Field] = ()

    @property
    def is_trigger(self) -> bool:
        """Whether it is the trigger's."""
        return self.id == TRIGGER_NODE

    @property
    def is_step(self) -> bool:
        """Whether it is a step's."""
        return self.id not in (TRIGGER_NODE, FAILURE_NODE, SETTINGS_NODE)

    @property
    def is_settings(self) -> bool:
        """Whether it is no node at all, but what holds for the whole automation."""
        return self.id == SETTINGS_NODE


def node_form(
    registry: Registry, document: Any, node: str, secrets: Sequence[str] = ()
) -> NodeForm | None:
    """The form of a node of any draft, however broken; None when there is no such step."""
    if node == TRIGGER_NODE:
        return _trigger_form(registry, document, secrets)
    if node == FAILURE_NODE:
        return _failure_form(document)
    if node == SETTINGS_NODE:
        return _settings_form(registry, document, secrets)
    found = find_step(document, node)
    if found is None:
        return None
    step = found[1]
    action = registry.actions.get(text(step.get("action")))
    spec = None if action is None else action.SPEC
    root = Spot((), {}, step)
    ports = _ports(spec, step, _names(document))
    return NodeForm(
        id=node,
        title=spec.title if spec else text(step.get("action")) or "No action",
        description=spec.description if spec else "There is no such action.",
        icon=spec.icon if spec else "unknown",
        form=_with_form(spec, step, secrets),
        name=line(root.below("name", _NAME, step.get("name", ABSENT))),
        retry=_retry(spec, root, step),
        join=_join(document, root, node, step),
        ports=ports[:MOST_ROWS],
        ports_left_out=max(len(ports) - MOST_ROWS, 0),
        candidates=[one for one in _candidates(document) if one.value != node],
        others=others(root, step, dict.fromkeys(_OWN_OF_STEP)),
    )


def _trigger_form(registry: Registry, document: Any, secrets: Sequence[str]) -> NodeForm:
    trigger = mapping(mapping(document).get("trigger"))
    kind = text(trigger.get("type"))
    found = registry.triggers.get(kind)
    spec = None if found is None else found.SPEC
    return NodeForm(
        id=TRIGGER_NODE,
        title=spec.title if spec else kind or "No trigger",
        description=spec.description if spec else "Choose what starts this automation.",
        icon=spec.icon if spec else "unknown",
        form=_with_form(spec, trigger, secrets),
        kinds=[
            Option(name, one.SPEC.title, name == kind) for name, one in registry.triggers.items()
        ],
        ports=_ports(None, {"next": {"success": trigger.get("next")}}, _names(document)),
        candidates=_candidates(document),
        others=others(Spot((), {}, trigger), trigger, dict.fromkeys(_OWN_OF_TRIGGER)),
    )


def _failure_form(document: Any) -> NodeForm:
    following = {"success": mapping(document).get("on_failure")}
    return NodeForm(
        id=FAILURE_NODE,
        title="When it fails",
        description="The steps that follow begin when a run is about to end as failed or halted. "
        "They see why as “failure”, have ten minutes, and change nothing of its end.",
        icon="alert",
        form=Form((), (), ()),
        ports=_ports(None, {"next": following}, _names(document)),
        candidates=_candidates(document),
    )


def _settings_form(registry: Registry, document: Any, secrets: Sequence[str]) -> NodeForm:
    schema = frame_schema(registry)["properties"]["settings"]
    form = form_of(schema, mapping(document).get("settings", ABSENT), secrets)
    return NodeForm(
        id=SETTINGS_NODE,
        title="Settings",
        description="What holds for the whole automation.",
        icon="sliders",
        form=replace(form, fields=_as_listed(schema, [*form.fields, *form.advanced]), advanced=[]),
    )


def _as_listed(schema: Schema, fields: Sequence[Field]) -> list[Field]:
    """Fields in the order of the schema, so that what belongs together stands together."""
    places = {name: place for place, name in enumerate(schema["properties"])}
    return sorted(fields, key=lambda one: places.get(str(one.keys[0]) if one.keys else "", 0))


def _with_form(
    spec: ActionSpec | TriggerSpec | None, node: Mapping[str, Any], secrets: Sequence[str]
) -> Form:
    return form_of(spec.schema if spec else {}, node.get("with", ABSENT), secrets)


def _retry(spec: ActionSpec | None, root: Spot, step: Mapping[str, Any]) -> Field | None:
    if "retry" not in step and not (spec and spec.retries):
        return None
    return field_of(root.below("retry", RETRY, step.get("retry", ABSENT)))


def _join(document: Any, root: Spot, node: str, step: Mapping[str, Any]) -> Field | None:
    if "join" not in step and sum(1 for target in _all_targets(document) if target == node) < 2:
        return None
    spot = root.below("join", _JOIN, step.get("join", ABSENT))
    return choice(spot) or field_of(root.below("join", {}, step["join"]))


def _ports(
    spec: ActionSpec | None, node: Mapping[str, Any], names: Mapping[str, str]
) -> list[PortForm]:
    following = dict(_following(node.get("next")))
    offered = port_names(spec.ports, mapping(node.get("with"))) if spec else following
    known = frozenset(offered)
    return [
        _port(port, following.get(port, ()), names, known=port in known)
        for port in dict.fromkeys((*offered, *following))
    ]


def _port(name: str, targets: Sequence[str], names: Mapping[str, str], *, known: bool) -> PortForm:
    different = [*dict.fromkeys(targets)]
    shown = [Option(one, names.get(one, one)) for one in different[:MOST_ROWS]]
    return PortForm(name, shown, frozenset(different), known)


def _following(next_: Any) -> Iterator[tuple[str, list[str]]]:
    """What follows each port of a step's `next`; a bare id or list means `success`."""
    if next_ is None:
        return
    ports = next_ if isinstance(next_, Mapping) else {"success": next_}
    for port, targets in ports.items():
        listed = targets if isinstance(targets, list) else [targets]
        yield str(port), [one for one in listed if isinstance(one, str)]


def _all_targets(document: Any) -> Iterator[str]:
    root = mapping(document)
    nodes = [mapping(root.get("trigger")), {"next": root.get("on_failure")}]
    nodes += [step for _, _, step in draft_steps(document)]
    for node in nodes:
        for _, targets in _following(node.get("next")):
            yield from targets


def _names(document: Any) -> dict[str, str]:
    return {
        step_id: text(step.get("name")) or step_id for _, step_id, step in draft_steps(document)
    }


def _candidates(document: Any) -> list[Option]:
    return [Option(step_id, name) for step_id, name in _names(document).items()]
