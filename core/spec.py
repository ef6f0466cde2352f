"""How an action or a trigger describes itself: data from which forms, docs and checks are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from core.approvals import ApprovalDesk
from core.clock import Clock, Milliseconds
from core.errors import Fault
from core.http import OutboundRequest, OutboundResponse, SendResult
from core.notifications import Notification, NotificationResult
from core.outcomes import Outcome
from core.records import RecordAccess
from core.signals import Waiting
from core.tokens import Tokens

JsonSchema = Mapping[str, Any]
"""A JSON Schema (2020-12). Beside the standard keywords Penstock reads:

`x-template`: the text below is a template, resolved before the action runs; one of `url`
    (references percent-encoded, `{path}` allowed), `query` (values of a query), `header`, `body`
    (any JSON, every string in it a template), `text`, or `condition` (an expression; the action
    gets a `Condition`).
`x-each`: beside an `x-template` of the `with` itself: the name of the field that holds a list. When
    the `with` has that field, the action gets an `ItemTemplate` in place of the resolved value.
`x-json-schema`: true where a JSON Schema (2020-12) stands by which the action checks values;
    compiled once, the action gets a `ValueCheck`.
`x-collect`: true for a template of a step that loops: it is resolved for each item, once the item's
    steps are done, and the action never gets it.
`x-secrets`: true where `<secrets.NAME>` may stand (only in what is sent).
`x-expected`: what a value would be that is right, for the words of a fault.
`x-widget`: how the builder draws the field, where the type alone does not say. `secret-name` also
    says that the text below is the name of a secret, which the step or the trigger then uses.
`x-choices`: of an `enum`, each value's title and what it means: `{value: [title, meaning]}`.
`x-alternatives`: members of which an object has exactly one, each with those that go with it.
"""

Show = Callable[[OutboundResponse], OutboundResponse]
"""The masked twin of an answer that is a secret itself."""


EACH = "each"
"""The port of a step that loops behind which stand the steps for each item."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ways out of a step: a fixed list, and, for `choose`, those its configuration names."""

    fixed: tuple[str, ...] = ("success", "error")
    of_configuration: Callable[[Mapping[str, Any]], tuple[str, ...]] | None = None

    def names(self, configuration: Mapping[str, Any]) -> tuple[str, ...]:
        """Every port of a step configured so, in the order in which they are drawn."""
        if self.of_configuration is None:
            return self.fixed
        return (*self.of_configuration(configuration), *self.fixed)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What an action is called, what it takes and what it does, in words and in schemas."""

    name: str
    title: str
    description: str
    icon: str
    schema: JsonSchema
    output: JsonSchema
    ports: Ports = Ports()
    effect: bool = False
    """Whether an attempt acts on the world outside, so that its result is committed on its own."""
    local: bool = False
    """Whether its effect stays within Penstock: there is no request that could be previewed."""
    retries: bool = False
    """Whether the step takes a `retry` policy."""
    check: Callable[[Mapping[str, Any]], list[tuple[str, str]]] | None = None
    """Faults no schema can say, as (path below `with`, message); called on schema-valid input."""
    answers: bool = False
    """Whether it answers the caller who waits for the run."""
    loops: bool = False
    """Whether the steps behind its port `EACH` are executed for items (`core.outcomes.Each`)."""
    longest: Callable[[Mapping[str, Any]], Milliseconds] | None = None
    """The longest one attempt may take when configured so."""
    waits: Callable[[Mapping[str, Any]], Milliseconds | None] | None = None
    """How long a step configured so may wait (`Park`); None where only data will tell."""
    asks: bool = False
    """Whether the step asks people, so that a run that ends must withdraw its questions."""
    callback: bool = False
    """Whether others can tell the step something, at a one-time address (`run.callbacks.<id>`)."""
    starts: Callable[[Mapping[str, Any]], str | None] | None = None
    """The id of the automation that a step configured so starts."""
    detached: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether the run goes on as soon as the step is stored, without waiting for its result."""
    secrets: Callable[[Mapping[str, Any]], Iterable[str]] | None = None
    """The names of the secrets that a step configured so reads by name, not by a reference."""
    summary: Callable[[Mapping[str, Any]], str] | None = None
    """What a step configured so does, in one line; of a draft with faults, what can be read."""
    codes: Callable[[Mapping[str, Any]], Mapping[str, tuple[str, ...]]] | None = None
    """The status codes that mean `success`, `retry` and `halt`; faults are left out."""


class Condition(Protocol):
    """An expression that says yes or no, evaluated when the action asks."""

    def holds(self) -> bool:
        """Raises ExpressionError when it cannot be evaluated or gives something else."""
        ...


class ItemTemplate(Protocol):
    """A template that is resolved once for each item of a list, when the action asks."""

    def resolve_each(self, items: Iterable[object]) -> list[Any]:
        """What it comes to for each item, with `item` and `index` (from 0) in its sight.

        Raises ExpressionError, which names the item, and TooLarge.
        """
        ...


class ValueCheck(Protocol):
    """A JSON Schema, compiled."""

    @property
    def schema(self) -> Any:
        """The schema as it was written."""
        ...

    def faults(self, value: Any) -> Sequence[Fault]:
        """What the schema has against a value, by path; none when the value holds it.

        Raises InvalidError when that cannot be told, for the value nests too deeply or the check
        takes too long.
        """
        ...


class ActionContext(Protocol):
    """All an action sees of the world."""

    @property
    def idempotency_key(self) -> str:
        """`<run>.<step>`: the same for every attempt of this step in this run.

        In the body of a loop the step is followed by the item's index: `<run>.<step>[3]`.
        """
        ...

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def masked(self) -> Mapping[str, Any]:
        """The params with `[secret:NAME]` in place of every secret: what logs may show."""
        ...

    @property
    def waiting(self) -> Waiting | None:
        """What the step knows when it has waited (`Park`) before; None at first."""
        ...

    @property
    def earlier_output(self) -> Any:
        """The output of the attempt before this one, secrets masked; None at the first."""
        ...

    @property
    def records(self) -> RecordAccess:
        """The tenant's records."""
        ...

    def secret(self, name: str) -> str:
        """The value of a secret. Raises ExpressionError when the tenant has none of that name."""
        ...

    @property
    def callback_url(self) -> str:
        """The one-time address at which this step can be told something (`core.signals`)."""
        ...

    @property
    def approvals(self) -> ApprovalDesk:
        """Where the step asks people."""
        ...

    def start_run(self, automation_id: str, payload: Any) -> str:
        """Starts another automation, once the step has succeeded or waits; the id of its run.

        The step is told of its end by a signal. Raises ExpressionError when it cannot be started.
        """
        ...

    def emit(self, event_type: str, data: Mapping[str, Any]) -> None:
        """Tells the tenant's automations and subscriptions, once the step has succeeded.

        It is committed with the step's result, so that neither is there without the other.
        """
        ...

    @property
    def tokens(self) -> Tokens:
        """The tenant's access tokens."""
        ...

    def conceal(self, value: str, secret: str) -> str:
        """Masks what was made from a secret, or given for it, wherever this attempt is kept.

        `secret` is the secret's name. Gives what stands in the place of the value.
        """
        ...

    def send(
        self, request: OutboundRequest, shown: OutboundRequest, show: Show | None = None
    ) -> SendResult:
        """Sends `request` and logs `shown`, its masked twin, with the answer.

        `show` makes the twin of an answer that holds secrets nobody knows yet.
        """
        ...

    def notify(self, address: str, notification: Notification) -> NotificationResult:
        """Notifies whoever is behind an address, and logs what was said and what became of it."""
        ...


class Action(Protocol):
    """A module of `actions/`."""

    SPEC: ActionSpec

    def run(self, context: ActionContext, params: Mapping[str, Any]) -> Outcome:
        """One attempt, with every template of `params` resolved."""
        ...


class Family(StrEnum):
    """What sort of thing starts an automation, and so what its compiled trigger can do."""

    REQUEST = "request"
    """A request to an address of its own: a `core.webhooks.WebhookTrigger`."""
    PERSON = "person"
    """Somebody presses Run: a `core.trigger_kinds.FormTrigger`."""
    EVENT = "event"
    """Something happened inside, or was told by name: a `core.trigger_kinds.EventTrigger`."""
    SCHEDULE = "schedule"
    """The clock: a `core.trigger_kinds.ScheduleTrigger`."""


@dataclass(frozen=True, slots=True)
class TriggerSpec:
    """What a trigger kind is called and what it takes.

    Its module has a `compile_trigger(configuration)` beside it, which makes of a `with` without
    faults what the `family` says.
    """

    name: str
    family: Family
    title: str
    description: str
    icon: str
    schema: JsonSchema
    output: JsonSchema
    check: Callable[[Mapping[str, Any]], list[tuple[str, str]]] | None = None
    summary: Callable[[Mapping[str, Any]], str] | None = None
    """What starts an automation configured so, in one line; of a draft, what can be read.

    `<tenant>` stands for the tenant's id.
    """
