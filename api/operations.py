"""One operation of the REST API as data: its route, its checks and its description come from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.http import InboundRequest
from core.outcomes import Answer
from core.spec import JsonSchema
from engine.replies import JsonReply, Problem
from engine.service import Service

NO_CONTENT = Answer(204, (), b"")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in, every part of it checked against its operation.

    `tenant` is the key's, and empty for an operation that needs no key. `path`, `query` and
    `headers` hold a value for each parameter of the operation, None for one that is absent. `raw`
    is the body as it came, and `inbound` the request without it, for an operation that asks for it.
    `filters` are the further parameters of the query, where the operation takes such.
    """

    tenant: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    raw: bytes = b""
    inbound: InboundRequest | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Service, Call], JsonReply | Answer | Problem]
"""Calls a use case and writes down what came of it. Raises the errors of `core.errors`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the path, of the query, or a header.

    A `schema` of type integer takes whole numbers, any other takes the text; its `default` stands
    in for an absent one. `convert` makes of a value that fits the schema what the handler works
    with, and raises ValueError when it cannot.
    """

    name: str
    place: Literal["path", "query", "header"]
    description: str
    schema: JsonSchema
    convert: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON body. One that may be left out counts as `{}`."""

    description: str
    schema: JsonSchema
    example: Any
    required: bool = True
    most_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Success:
    """An answer of an operation that did what it was asked; without a schema it has no body."""

    status: int
    description: str
    schema: JsonSchema | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `scope` is what the key needs; None lets everybody in.

    `path` names its parameters in braces. `problems` are the statuses of refusals beyond those that
    follow from the operation's form. With `inbound` its handler gets the request as it came. With
    `filters`, which says in words what they are, the query may have further parameters of any name.
    """

    id: str
    method: str
    path: str
    scope: str | None
    summary: str
    handle: Handler
    successes: tuple[Success, ...]
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    problems: tuple[int, ...] = ()
    inbound: bool = False
    filters: str = ""

    def placed(self, place: str) -> tuple[Parameter, ...]:
        """The parameters in the path, in the query or among the headers."""
        return tuple(one for one in self.parameters if one.place == place)

    def every_problem(self) -> tuple[int, ...]:
        """The status of every refusal a caller may meet."""
        statuses = set(self.problems)
        if self.scope is not None:
            statuses |= {401, 403, 422, 429, 503}
        if self.placed("path"):
            statuses.add(404)
        if any(one.name == "If-Match" for one in self.placed("header")):
            statuses.add(412)
        if self.body is not None:
            statuses |= {400, 413, 415}
        return tuple(sorted(statuses))
