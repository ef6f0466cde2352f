"""The nouns that are kept. Moments are those of `core.clock`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.clock import Milliseconds
from core.states import RunStatus, StepStatus

Row = TypeVar("Row")

Document = Mapping[str, Any]
"""An automation document, `penstock/1`, as parsed JSON."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An isolated workspace. `settings` holds its switches and limits."""

    id: str
    name: str
    settings: Mapping[str, Any]
    created_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Automation:
    """A named graph as its owner sees it: the draft, and which version is live.

    `revision` counts every change and is the `ETag`; `published` is the live version's number.
    """

    tenant: str
    id: str
    name: str
    enabled: bool
    draft: Document | None
    revision: int
    published: int | None
    created_at: Milliseconds
    updated_at: Milliseconds
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AutomationVersion:
    """What was published once, and never changes."""

    tenant: str
    automation_id: str
    version: int
    document: Document
    published_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Event:
    """One stored occurrence of a trigger.

    `raw` is the body as it came, `body` what it was parsed to; with `is_json`, `raw` is JSON.
    `replaces` is the id of the event that came, where a person edited its body for a held run.
    """

    id: str
    tenant: str
    automation_id: str
    type: str
    received_at: Milliseconds
    method: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    params: Mapping[str, str]
    body: Any
    raw: bytes
    is_json: bool = False
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of one automation version for one event.

    `token` is the fencing token: it grows with every change of hands, and a write that carries an
    older one is refused. `due_at` says when a queued or waiting run is to be taken up. `depth`
    counts the runs that led to this one, and `parent_run_id` with `parent_step` name the step that
    started it, where one did. `signals` counts what was told to its waiting steps from outside.
    Runs of one automation with the same `order_key` are executed one after another, and those with
    the same `quarantine_key` are held together once that key has failed too often. `position` is
    their place in the order of acceptance, given as they are stored.
    """

    id: str
    tenant: str
    automation_id: str
    version: int
    event_id: str
    status: RunStatus
    token: int
    created_at: Milliseconds
    deadline: Milliseconds
    executor: str | None = None
    due_at: Milliseconds | None = None
    started_at: Milliseconds | None = None
    finished_at: Milliseconds | None = None
    output: Any = None
    error: str | None = None
    replay_of: str | None = None
    awaited: bool = False
    depth: int = 0
    signals: int = 0
    parent_run_id: str | None = None
    parent_step: str | None = None
    order_key: str | None = None
    quarantine_key: str | None = None
    position: int | None = None

    @property
    def has_key(self) -> bool:
        """Whether others of its key decide when it is executed."""
        return self.order_key is not None or self.quarantine_key is not None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a step.

    `outcome` is `succeeded`, `retry`, `failed`, `halted`, `interrupted` or, while it waits,
    `waiting`, or `deferred` when it was held back before it sent anything.
    """

    number: int
    started_at: Milliseconds
    duration: Milliseconds
    outcome: str
    reason: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class StepRun:
    """The execution of a step in a run, as the journal keeps it.

    In the body of a loop `step_id` is followed by the item's index, `sync[3]`, or several of them
    from the outermost loop inwards. The end of an item has an entry of its own, `lines[3]` for the
    loop `lines`.
    """

    step_id: str
    status: StepStatus
    port: str | None = None
    output: Any = None
    error: str | None = None
    due_at: Milliseconds | None = None
    started_at: Milliseconds | None = None
    finished_at: Milliseconds | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """One HTTP request in or out, as the request log keeps it: masked, bodies capped.

    `direction` is `in` or `out`. An inbound request that became an event has its body there.
    """

    id: str
    tenant: str
    direction: str
    method: str
    url: str
    started_at: Milliseconds
    request_headers: Mapping[str, str]
    request_body: bytes | None = None
    status: int | None = None
    response_headers: Mapping[str, str] | None = None
    response_body: bytes | None = None
    error: str | None = None
    duration: Milliseconds | None = None
    automation_id: str | None = None
    event_id: str | None = None
    run_id: str | None = None
    step_id: str | None = None
    attempt: int | None = None
    remote_address: str | None = None
    delivery_id: str | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key's record; its value was shown once and only a hash is kept.

    `limit` bounds what may be asked for with it: a rate (`core.rates`), None for no limit.
    """

    id: str
    tenant: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: Milliseconds
    limit: str | None = None


@dataclass(frozen=True, slots=True)
class SecretEntry:
    """What may be shown of a secret."""

    name: str
    created_at: Milliseconds
    updated_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A part of a list: `next` is the cursor of the following part, None at the end.

    `previous` is the cursor of the part before, to be asked for backwards. With `cut` a search
    stopped after it had looked at as many rows as one search may; it goes on from `next`.
    """

    items: tuple[Row, ...]
    next: str | None
    previous: str | None = None
    cut: bool = False
