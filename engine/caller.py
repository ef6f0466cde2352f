"""Whoever posted the event of a run and may wait for what comes of it."""

from __future__ import annotations

from core.masking import Masker
from core.model import Event, Run
from core.outcomes import Answer
from engine.answers import Ended
from engine.book import Book
from engine.plan import Plan
from engine.run_end import Verdict
from engine.tools import Tools


class Caller:
    """The caller of one run. The first that it is told counts, and it is told what is on disk."""

    def __init__(
        self, tools: Tools, run: Run, event: Event, plan: Plan, masker: Masker, book: Book
    ) -> None:
        self._tools = tools
        self._run = run
        self._event = event
        webhook = plan.webhook
        self._wants_answer = run.awaited and webhook is not None and webhook.respond == "step"
        self._masker = masker
        self._book = book

    def answer(self, answer: Answer) -> None:
        """A step answers: with the next commit the caller has it, unless it had one before."""
        if not self._wants_answer or self._book.has_reply:
            return
        headers = dict(self._masker.mask_headers(answer.headers))
        body = self._masker.mask_bytes(answer.body)
        duration = self._tools.clock.now() - self._event.received_at
        logged = self._tools.store.requests.answer(
            self._run.tenant, self._event.id, answer.status, headers, body, duration
        )
        self._book.reply(answer)
        self._book.log([logged])

    def expect_failure(self, verdict: Verdict) -> None:
        """The run will end so: with the next commit the caller knows, unless it was answered."""
        if not self._book.has_reply:
            self._book.reply(_ended(verdict))

    def tell(self, verdict: Verdict) -> None:
        """The run has ended."""
        self._tools.answers.give(self._run.id, _ended(verdict))


def _ended(verdict: Verdict) -> Ended:
    return Ended(verdict.status, verdict.output, verdict.error)
