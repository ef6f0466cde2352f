"""The book of one run: what has happened, what of it is not yet on disk, and how it gets there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from core.clock import Milliseconds
from core.errors import GuardMissed, StorageUnavailable, UnstorableError
from core.model import Run, StepRun
from core.outcomes import Answer
from core.writes import Write
from engine.answers import Reply
from engine.journal import Journal
from engine.lease import Term
from engine.patience import patiently
from engine.tools import Tools

logger = logging.getLogger(__name__)


class Book:
    """Journal, request log and reply of a run; all of it reaches the disk with the run's moves."""

    def __init__(
        self, tools: Tools, run: Run, steps: Iterable[StepRun], term: Term | None = None
    ) -> None:
        """`term`: that of the lease in which the run was claimed; the present one for a new run."""
        self.journal = Journal(steps)
        self.replied = False
        self._tools = tools
        self._run = run
        self._term = tools.lease.term if term is None else term
        """That in which the run was last known to be in these hands."""
        self._log: list[Write] = []
        self._beside: list[Write] = []
        self._reply: Reply | None = None

    @property
    def has_reply(self) -> bool:
        """Whether there was a reply for the caller, be it on disk or not."""
        return self.replied or self._reply is not None

    def reply(self, reply: Reply) -> None:
        """Takes a reply for the caller, who gets it once what led to it is on disk."""
        self._reply = reply
        if isinstance(reply, Answer):
            self.log(self._tools.answers.send(self._run, reply, self._tools.clock.now()))

    def log(self, writes: Iterable[Write]) -> None:
        """Takes entries of the request log along."""
        self._log.extend(writes)

    def add(self, writes: Iterable[Write]) -> None:
        """Takes along what may be committed only while the run is in these hands."""
        self._beside.extend(writes)

    def open(self, start: Write, beside: Sequence[Write]) -> None:
        """Commits a new run with what its first steps came to and with the writes beside it.

        Raises GuardMissed or StorageUnavailable; then nothing is kept.
        """
        steps = self.journal.unsaved
        kept = (self._tools.store.runs.keep_step(self._run, step) for step in steps)
        self._tools.store.commit([*beside, start, *kept, *self._beside, *self._log])
        self._saved(steps)

    def save(self, until: Milliseconds | None) -> bool:
        """Puts what has happened on disk before anything further may act on the world.

        Where the lease may have run out, also while that took its time, the store has to say that
        the run is in these hands still: others may have gone on with it.
        """
        if self._has_unsaved and not self._prove(until):
            return False
        return self._tools.lease.holds(self._term) or self._prove(until)

    @property
    def _has_unsaved(self) -> bool:
        return bool(self.journal.unsaved or self._log or self._beside)

    def _prove(self, until: Milliseconds | None) -> bool:
        return self.commit(self._tools.transitions.go_on(self._run), until)

    def commit(self, move: Write, until: Milliseconds | None) -> bool:
        """Commits a move with all that is not yet on disk, then lets the caller have its reply.

        While the store is away it tries again, so that what a partner answered is not lost; with
        `until` it gives the thread back instead (False). Raises GuardMissed when the run is lost.
        """
        steps = self.journal.unsaved
        kept = (self._tools.store.runs.keep_step(self._run, step) for step in steps)
        writes = [move, *kept, *self._beside, *self._log]
        if not self.insist(partial(self._keep, writes), until):
            return False
        self._saved(steps)
        return True

    def _keep(self, writes: Sequence[Write]) -> None:
        """Commits a move of the run, which proves whose it is, with the writes beside it."""
        term = self._tools.lease.term
        self._tools.store.commit(writes)
        self._term = term

    def insist(self, work: Callable[[], object], until: Milliseconds | None) -> bool:
        """Does what needs the store, as `commit` does; `work` may be begun several times."""
        if until is None:
            if patiently(work, self._tools.stopping, f"run {self._run.id}"):
                return True
            raise GuardMissed("the process stops while the store is away")
        try:
            work()
        except UnstorableError:
            raise
        except StorageUnavailable as error:
            logger.warning("run %s cannot be saved yet: %s", self._run.id, error)
            return False
        return True

    def keep_log(self) -> None:
        """What was sent was sent, whoever holds the run: the log says so."""
        if self._log:
            self._tools.store.commit_later(tuple(self._log))
            self._log.clear()

    def _saved(self, steps: Sequence[StepRun]) -> None:
        self.journal.saved(steps)
        self._log.clear()
        if self._beside:
            self._beside.clear()
            self._tools.endings.committed()
        if self._reply is not None:
            self._tools.answers.give(self._run.id, self._reply)
            self._reply, self.replied = None, True
