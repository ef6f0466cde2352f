"""The port to the request log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.clock import Milliseconds
from core.model import Page, RequestEntry
from core.writes import ListQuery, Write


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests; None means any. `text` stands somewhere in the URL.

    `outcome` is a class of answers: `2xx` to `5xx`, or `none` where nobody answered.
    """

    direction: str | None = None
    run_id: str | None = None
    status: int | None = None
    since: Milliseconds | None = None
    until: Milliseconds | None = None
    automation_id: str | None = None
    outcome: str | None = None
    text: str | None = None


class Requests(Protocol):
    """The request log."""

    def insert(self, entry: RequestEntry) -> Write:
        """Adds an entry."""
        ...

    def answer(
        self,
        tenant: str,
        request_id: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes | None,
        duration: Milliseconds,
    ) -> Write:
        """Completes an inbound entry with what was answered."""
        ...

    def get(self, tenant: str, request_id: str) -> RequestEntry | None:
        """One entry, or None."""
        ...

    def list(self, tenant: str, which: RequestFilter, query: ListQuery) -> Page[RequestEntry]:
        """A tenant's entries, the newest first, without their bodies."""
        ...
