"""How an action or a trigger describes itself: data from which forms, docs and checks are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from core.clock import Clock, Milliseconds
from core.http import InboundRequest, OutboundRequest, SendResult
from core.outcomes import Outcome
from core.signals import Waiting

JsonSchema = Mapping[str, Any]
"""A JSON Schema (2020-12). Beside the standard keywords Penstock reads:

`x-template`: the text below is a template, resolved before the action runs; one of `url`
    (references percent-encoded, `{path}` allowed), `query` (values of a query), `header`, `body`
    (any JSON, every string in it a template), `text`, or `condition` (an expression; the action
    gets a `Condition`).
`x-each`: true for a template of a step that loops: it is resolved for each item, once the item's
    steps are done, and the action never gets it.
`x-secrets`: true where `<secrets.NAME>` may stand (only in what is sent).
`x-expected`: what a value would be that is right, for the words of a fault.
`x-widget`: how the builder draws the field, where the type alone does not say.
"""


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
    detached: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether the run goes on as soon as the step is stored, without waiting for its result."""
    summary: Callable[[Mapping[str, Any]], str] | None = None
    """What a step configured so does, in one line; of a draft with faults, what can be read."""
    codes: Callable[[Mapping[str, Any]], Mapping[str, tuple[str, ...]]] | None = None
    """The status codes that mean `success`, `retry` and `halt`; faults are left out."""


class Condition(Protocol):
    """An expression that says yes or no, evaluated when the action asks."""

    def holds(self) -> bool:
        """Raises ExpressionError when it cannot be evaluated or gives something else."""
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

    def secret(self, name: str) -> str:
        """The value of a secret. Raises ExpressionError when the tenant has none of that name."""
        ...

    def emit(self, event_type: str, data: Mapping[str, Any]) -> None:
        """Tells the tenant's automations and subscriptions, once the step has succeeded.

        It is committed with the step's result, so that neither is there without the other.
        """
        ...

    def send(self, request: OutboundRequest, shown: OutboundRequest) -> SendResult:
        """Sends `request` and logs `shown`, its masked twin, with the answer."""
        ...


class Action(Protocol):
    """A module of `actions/`."""

    SPEC: ActionSpec

    def run(self, context: ActionContext, params: Mapping[str, Any]) -> Outcome:
        """One attempt, with every template of `params` resolved."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """What a trigger made of a request: the event's content.

    `body` is the parsed body (JSON value, form fields, text), `raw` the bytes as they came, and
    `is_json` says that `raw` is the JSON text of `body`.
    """

    body: object
    raw: bytes
    content_type: str
    params: Mapping[str, str]
    idempotency_key: str | None
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a request was not taken: the status, the reason in words, headers as it needs them.

    `internal` is for the operator's log alone: what the caller must not learn, such as a missing
    secret.
    """

    status: int
    title: str
    detail: str
    faults: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    internal: str = ""


class Secrets(Protocol):
    """Reads a tenant's secrets."""

    def reveal(self, name: str) -> str | None:
        """The value, or None when the tenant has none of that name."""
        ...


class KeyCheck(Protocol):
    """Tells whether a presented API key may start this tenant's automations."""

    def __call__(self, presented: str) -> int:
        """200 when it may, 401 when it is no key of the tenant's, 403 without its scope."""
        ...


class Family(StrEnum):
    """What sort of thing starts an automation, and so what its compiled trigger can do."""

    REQUEST = "request"
    """A request to an address of its own: a `WebhookTrigger`."""
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


class WebhookTrigger(Protocol):
    """A compiled webhook trigger of one automation: everything that can be made ready is ready."""

    @property
    def path(self) -> str:
        """The path below `/hooks/<tenant>/`, with `{name}` segments."""
        ...

    @property
    def methods(self) -> frozenset[str]:
        """The methods it takes, upper-case."""
        ...

    @property
    def respond(self) -> str:
        """`accepted`, `step` or `finished`."""
        ...

    @property
    def respond_timeout(self) -> Milliseconds:
        """How long a caller waits for an answer."""
        ...

    @property
    def idempotency_window(self) -> Milliseconds:
        """How long a key is remembered."""
        ...

    def preflight(self, request: InboundRequest) -> tuple[tuple[str, str], ...] | None:
        """The headers that answer a CORS preflight, or None when the origin may not."""
        ...

    def cors_headers(self, request: InboundRequest) -> tuple[tuple[str, str], ...]:
        """The CORS headers any answer to this request carries."""
        ...

    def receive(
        self,
        request: InboundRequest,
        params: Mapping[str, str],
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
    ) -> Received | Rejected:
        """Reads, verifies and parses a request. Raises nothing for what a client sends."""
        ...
