"""Questions as people answer them: in the pages, or by a link that works once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.accounts import Role, User
from core.approvals import Approval, ApprovalState
from core.clock import Clock
from core.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    GuardMissed,
    InvalidError,
    NotFoundError,
)
from core.model import Page
from core.signals import Signal
from core.store import Store
from core.writes import ListQuery, Write
from engine.audit import AuditService
from engine.events.announcer import Announcer
from engine.events.approval_events import approval_data
from engine.links import DECIDE, Links
from engine.registry import CompileSchema
from engine.transitions import Transitions

LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says: yes or no, why, and the values of the form."""

    approved: bool
    by: str
    comment: str
    values: Mapping[str, Any]


class ApprovalService:
    """A tenant's questions."""

    def __init__(
        self,
        store: Store,
        transitions: Transitions,
        announcer: Announcer,
        audit: AuditService,
        links: Links,
        compile_schema: CompileSchema,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._transitions = transitions
        self._announcer = announcer
        self._audit = audit
        self._links = links
        self._compile_schema = compile_schema
        self._clock = clock
        self._wake = wake

    def list(self, tenant: str, state: ApprovalState | None, query: ListQuery) -> Page[Approval]:
        """A tenant's questions, the newest first."""
        return self._store.approvals.list(tenant, state, query)

    def get(self, tenant: str, approval_id: str) -> Approval:
        """One question. Raises NotFoundError."""
        approval = self._store.approvals.get(tenant, approval_id)
        if approval is None:
            raise NotFoundError("there is no such question")
        return approval

    def of_link(self, token: str) -> tuple[Approval, str]:
        """The question of a link, and who was handed it. Raises NotFoundError for a forged one."""
        parts = self._links.read(DECIDE, token)
        if parts is None or len(parts) != 3:
            raise NotFoundError("There is no such link.")
        tenant, approval_id, who = parts
        return self.get(tenant, approval_id), who

    def may_decide(self, user: User, approval: Approval) -> bool:
        """Whether a user was asked; admins may always."""
        asked = {one.strip().lower() for one in approval.asked}
        return user.role is Role.ADMIN or user.email in asked or user.role.value in asked

    def decide_as(self, user: User, approval_id: str, decision: Decision) -> Approval:
        """Decides as a user who is signed in. Raises ForbiddenError for one who was not asked."""
        approval = self.get(user.tenant, approval_id)
        if not self.may_decide(user, approval):
            raise ForbiddenError("You were not asked to decide this.")
        return self.decide(approval, decision)

    def decide(self, approval: Approval, decision: Decision) -> Approval:
        """Decides and wakes the run.

        Raises ConflictError when it was decided before, has expired or its run has ended,
        InvalidError when the values do not fit the form.
        """
        _check_open(approval)
        self._check(approval, decision)
        try:
            self._store.commit(self._writes(approval, decision))
        except GuardMissed:
            _check_open(self.get(approval.tenant, approval.id))
            raise ConflictError("The run that asked has ended meanwhile.") from None
        self._wake()
        return self.get(approval.tenant, approval.id)

    def _check(self, approval: Approval, decision: Decision) -> None:
        if len(decision.comment) > LONGEST_COMMENT:
            words = f"has more than {LONGEST_COMMENT} characters"
            raise InvalidError("the decision has faults", [Fault("$.comment", words)])
        if not decision.approved or not approval.form:
            return
        if faults := self._compile_schema(approval.form, "$").faults(dict(decision.values)):
            raise InvalidError("the form has faults", faults)

    def _writes(self, approval: Approval, decision: Decision) -> Sequence[Write]:
        now, tenant = self._clock.now(), approval.tenant
        state = ApprovalState.APPROVED if decision.approved else ApprovalState.REJECTED
        payload = {
            "decision": state.value,
            "by": decision.by,
            "comment": decision.comment,
            "values": dict(decision.values),
        }
        signal = Signal(approval.id, tenant, approval.run_id, approval.step_id, now, payload)
        close = self._store.approvals.close(
            tenant, approval.id, state, now, decision.by, decision.comment, decision.values
        )
        data = approval_data(approval, state, decision.by, decision.comment)
        facts = {"run_id": approval.run_id, "by": decision.by}
        return [
            close,
            self._store.signals.insert(signal, once=True),
            self._transitions.signal(tenant, approval.run_id, now),
            self._audit.note(
                tenant, f"approval.{state}", "approval", approval.id, approval.title, facts
            ),
            *self._announcer.announce(
                tenant, f"approval.{state}", data, automation_id=approval.automation_id
            ),
        ]


def _check_open(approval: Approval) -> None:
    match approval.state:
        case ApprovalState.APPROVED | ApprovalState.REJECTED:
            who = f" by {approval.decided_by}" if approval.decided_by else ""
            raise ConflictError(f"This was {approval.state} already{who}.")
        case ApprovalState.EXPIRED:
            raise ConflictError("Nobody decided in time: this has expired.")
        case ApprovalState.CANCELLED:
            raise ConflictError("The run that asked has ended.")
