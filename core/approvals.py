"""What a run asks people to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from core.clock import Milliseconds
from core.model import Page
from core.writes import ListQuery, Write


class ApprovalState(StrEnum):
    """Where a question stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    """The run ended before anybody decided."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A question of one step of one run.

    `asked` are e-mails and roles (`role:admin`); `form` is the JSON Schema of an object of further
    values, empty for none. `decided_by` is a name, `values` what was filled in.
    """

    id: str
    tenant: str
    automation_id: str
    run_id: str
    step_id: str
    title: str
    message: str
    form: Mapping[str, Any]
    asked: tuple[str, ...]
    state: ApprovalState
    requested_at: Milliseconds
    expires_at: Milliseconds
    escalated_at: Milliseconds | None = None
    decided_at: Milliseconds | None = None
    decided_by: str | None = None
    comment: str = ""
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a step asks. `notify` are names of secrets that hold addresses of notifications."""

    title: str
    message: str
    ask: Sequence[str]
    notify: Sequence[str]
    form: Mapping[str, Any]
    expires_at: Milliseconds


class ApprovalDesk(Protocol):
    """Where a step asks people; every call is repeated harmlessly."""

    def ask(self, question: Question) -> None:
        """Asks, once the step's result is stored.

        Raises ExpressionError when nobody of those named is there.
        """
        ...

    def escalate(self, question: Question) -> None:
        """Asks others, too; as `ask`."""
        ...

    def expire(self) -> None:
        """Nobody decided in time."""
        ...

    def link(self, who: str) -> str:
        """The address at which whoever has it can decide, once and without signing in."""
        ...


class Approvals(Protocol):
    """Questions and decisions."""

    def get(self, tenant: str, approval_id: str) -> Approval | None:
        """One question, or None."""
        ...

    def list(self, tenant: str, state: ApprovalState | None, query: ListQuery) -> Page[Approval]:
        """A tenant's questions, the newest first."""
        ...

    def insert(self, approval: Approval) -> Write:
        """Adds a question, unless it is there already."""
        ...

    def escalate(
        self, tenant: str, approval_id: str, asked: Sequence[str], now: Milliseconds
    ) -> Write:
        """Asks others as well, unless it was decided."""
        ...

    def close(
        self,
        tenant: str,
        approval_id: str,
        state: ApprovalState,
        now: Milliseconds,
        decided_by: str | None = None,
        comment: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> Write:
        """Decides; guarded: refused unless it is pending."""
        ...

    def close_of_run(self, tenant: str, run_id: str, now: Milliseconds) -> Write:
        """Cancels what a run still asks."""
        ...
