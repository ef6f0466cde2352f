"""How a step asks people: question, messages and event are committed with its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from core.approvals import Approval, ApprovalState, Question
from core.clock import Clock
from core.errors import ExpressionError
from core.model import Run
from core.store import Store
from core.writes import Write
from engine.events.announcer import Announcer
from engine.events.approval_events import approval_data
from engine.links import DECIDE, Links
from engine.people.inbox import InboxService

KIND = "approval"
"""The kind of messages about questions."""


@dataclass(frozen=True, slots=True)
class DeskTools:
    """What every desk of a process works with."""

    store: Store
    inbox: InboxService
    announcer: Announcer
    links: Links
    clock: Clock


class Desk:
    """The desk of one step of one run (`core.approvals.ApprovalDesk`).

    What it does is added to `beside`, to be committed with the step's result. The id of a question
    follows from run and step, so that a step which is repeated after a crash asks the same one.
    """

    def __init__(self, tools: DeskTools, run: Run, step_id: str, beside: list[Write]) -> None:
        self._tools = tools
        self._run = run
        self._step_id = step_id
        self._beside = beside
        self._id = f"{run.id}.{step_id}"

    def ask(self, question: Question) -> None:
        """Asks, once the step's result is stored. Raises ExpressionError when nobody is there."""
        approval = self._approval(question)
        self._tell(question)
        self._beside.append(self._tools.store.approvals.insert(approval))
        self._announce("requested", approval, ApprovalState.PENDING)

    def escalate(self, question: Question) -> None:
        """Asks others, too. Raises ExpressionError when nobody is there."""
        self._tell(question)
        now, approvals = self._tools.clock.now(), self._tools.store.approvals
        asked = tuple(question.ask)
        self._beside.append(approvals.escalate(self._run.tenant, self._id, asked, now))

    def expire(self) -> None:
        """Nobody decided in time."""
        store, run = self._tools.store, self._run
        approval = store.approvals.get(run.tenant, self._id)
        if approval is None or approval.state is not ApprovalState.PENDING:
            return
        now = self._tools.clock.now()
        close = store.approvals.close(run.tenant, self._id, ApprovalState.EXPIRED, now)
        self._beside.append(close)
        self._announce("expired", approval, ApprovalState.EXPIRED)

    def link(self, who: str) -> str:
        """The address at which whoever has it can decide, once and without signing in."""
        return self._tools.links.url(DECIDE, self._run.tenant, self._id, who)

    def _approval(self, question: Question) -> Approval:
        return Approval(
            id=self._id,
            tenant=self._run.tenant,
            automation_id=self._run.automation_id,
            run_id=self._run.id,
            step_id=self._step_id,
            title=question.title,
            message=question.message,
            form=question.form,
            asked=tuple(question.ask),
            state=ApprovalState.PENDING,
            requested_at=self._tools.clock.now(),
            expires_at=question.expires_at,
        )

    def _tell(self, question: Question) -> None:
        tenant, inbox = self._run.tenant, self._tools.inbox
        users = inbox.recipients(tenant, question.ask)
        if not users and not question.notify:
            raise ExpressionError(f"nobody can be asked: {_known(question.ask)}")
        link = f"/approvals/{quote(self._id)}"
        self._beside += inbox.tell(tenant, users, KIND, question.title, question.message, link)

    def _announce(self, what: str, approval: Approval, state: ApprovalState) -> None:
        self._beside += self._tools.announcer.announce(
            self._run.tenant,
            f"approval.{what}",
            approval_data(approval, state),
            automation_id=self._run.automation_id,
            depth=self._run.depth + 1,
        )


def _known(ask: Sequence[str]) -> str:
    named = ", ".join(ask) or "nobody was named"
    return f"no user who may sign in has the e-mail or role: {named}"
