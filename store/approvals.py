"""What runs ask people to decide, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from core.approvals import Approval, ApprovalState
from core.clock import Milliseconds
from core.model import Page
from core.writes import ListQuery, Write
from store.database import Database
from store.encoding import decode, encode, encode_optional
from store.paging import newest_first
from store.schema.approvals import approvals as table


class Approvals:
    """The table `approvals`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        unless_there = database.insert(table).on_conflict_do_nothing()
        self._insert = database.prepare(unless_there, [column.name for column in table.columns])
        in_tenant = table.c.tenant == bindparam("which_tenant")
        pending = table.c.state == bindparam("pending")
        one = update(table).where(table.c.id == bindparam("which"), in_tenant, pending)
        self._escalate = database.prepare(
            one.values(asked=bindparam("new_asked"), escalated_at=bindparam("now"))
        )
        closed: dict[str, Any] = {
            "state": bindparam("new_state"),
            "decided_at": bindparam("now"),
            "decided_by": bindparam("new_decided_by"),
            "comment": bindparam("new_comment"),
            "answers": bindparam("new_answers"),
        }
        self._close = database.prepare(one.values(closed))
        of_run = update(table).where(table.c.run_id == bindparam("which_run"), in_tenant, pending)
        cancelled: dict[str, Any] = {
            "state": bindparam("new_state"),
            "decided_at": bindparam("now"),
        }
        self._close_of_run = database.prepare(of_run.values(cancelled))

    def get(self, tenant: str, approval_id: str) -> Approval | None:
        """One question, or None."""
        row = self._database.first(
            select(table).where(table.c.id == approval_id, table.c.tenant == tenant)
        )
        return _approval(row) if row else None

    def list(self, tenant: str, state: ApprovalState | None, query: ListQuery) -> Page[Approval]:
        """A tenant's questions, the newest first."""
        statement = select(table).where(table.c.tenant == tenant)
        if state is not None:
            statement = statement.where(table.c.state == state)
        return newest_first(self._database, statement, table.c.id, query, _approval)

    def insert(self, approval: Approval) -> Write:
        """Adds a question, unless it is there already."""
        return Write(
            self._insert,
            {
                "id": approval.id,
                "tenant": approval.tenant,
                "automation_id": approval.automation_id,
                "run_id": approval.run_id,
                "step_id": approval.step_id,
                "title": approval.title,
                "message": approval.message,
                "form": encode(approval.form),
                "asked": encode(approval.asked),
                "state": approval.state,
                "requested_at": approval.requested_at,
                "expires_at": approval.expires_at,
                "escalated_at": approval.escalated_at,
                "decided_at": approval.decided_at,
                "decided_by": approval.decided_by,
                "comment": approval.comment,
                "answers": encode_optional(approval.values),
            },
        )

    def escalate(
        self, tenant: str, approval_id: str, asked: Sequence[str], now: Milliseconds
    ) -> Write:
        """Asks others as well, unless it was decided."""
        values = {**_which(tenant, approval_id), "new_asked": encode(asked), "now": now}
        return Write(self._escalate, values)

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
        changed = {
            **_which(tenant, approval_id),
            "new_state": state,
            "now": now,
            "new_decided_by": decided_by,
            "new_comment": comment,
            "new_answers": encode_optional(values),
        }
        return Write(self._close, changed, guarded=True)

    def close_of_run(self, tenant: str, run_id: str, now: Milliseconds) -> Write:
        """Cancels what a run still asks."""
        values = {
            "which_run": run_id,
            "which_tenant": tenant,
            "pending": ApprovalState.PENDING,
            "new_state": ApprovalState.CANCELLED,
            "now": now,
        }
        return Write(self._close_of_run, values)


def _which(tenant: str, approval_id: str) -> dict[str, Any]:
    pending = ApprovalState.PENDING
    return {"which": approval_id, "which_tenant": tenant, "pending": pending}


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        tenant=row.tenant,
        automation_id=row.automation_id,
        run_id=row.run_id,
        step_id=row.step_id,
        title=row.title,
        message=row.message,
        form=decode(row.form),
        asked=tuple(decode(row.asked)),
        state=ApprovalState(row.state),
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        escalated_at=row.escalated_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        comment=row.comment,
        values=decode(row.answers),
    )
