"""How a run leaves the hands of an execution: at its end, for a rest, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from core.clock import Milliseconds
from core.errors import GuardMissed
from core.model import Run
from core.states import RunStatus
from core.traces import RunTrace
from core.writes import Write
from engine.book import Book
from engine.caller import Caller
from engine.patience import commit_patiently, patiently
from engine.run_end import Verdict
from engine.tools import Tools
from engine.transitions import ended

BROKEN = "an internal error; the server's log has the details"


class Departure:
    """The ways in which one run leaves. With `until` a caller waits, as in `Book.commit`."""

    def __init__(
        self, tools: Tools, run: Run, book: Book, caller: Caller, trace: RunTrace | None
    ) -> None:
        self._tools = tools
        self._run = run
        self._book = book
        self._caller = caller
        self._trace = trace
        self._ended_at: Milliseconds | None = None

    def store(self, run: Run, verdict: Verdict | None, beside: Sequence[Write]) -> Run:
        """Stores a new run, at its end if that is decided; the run as it stands.

        Raises GuardMissed or StorageUnavailable; then nothing is kept.
        """
        if verdict is not None:
            now = self._conclude(verdict)
            run = ended(run, verdict.status, verdict.output, verdict.error, now)
        self._book.open(self._tools.transitions.start(run), beside)
        if verdict is not None:
            self._tell(verdict, now)
        return run

    def finish(self, verdict: Verdict, until: Milliseconds | None) -> bool:
        """Ends the run; False when it is not on disk yet."""
        # What follows from the end has to be read: while it cannot be, the run waits for it here.
        if not self._book.insist(partial(self._conclude, verdict), until):
            return False
        now = self._conclude(verdict)
        move = self._tools.transitions.finish(
            self._run, verdict.status, verdict.output, verdict.error, now
        )
        if not self._book.commit(move, until):
            return False
        self._tell(verdict, now)
        return True

    def park(self, due_at: Milliseconds, until: Milliseconds | None) -> bool:
        """Lets the run rest until then; False when that is not on disk yet."""
        move = self._tools.transitions.park(self._run, due_at, self._tools.clock.now())
        return self._book.commit(move, until)

    def release(self) -> None:
        """Gives the run back, to be taken up by another at once."""
        self._book.commit(self._tools.transitions.release(self._run, self._tools.clock.now()), None)

    def give_back(self) -> bool:
        """Writes nothing more of a run that was lost; True when it was ours after all.

        That is so when a commit was made and only the word of it was lost: tried again, it finds
        its own rows in the way. Everyone else finds that the run is not theirs to give back.
        """
        self._book.keep_log()
        move = self._tools.transitions.release(self._run, self._tools.clock.now())
        try:
            what = f"run {self._run.id}"
            return commit_patiently(self._tools.store, [move], self._tools.stopping, what)
        except GuardMissed:
            return False

    def break_off(self) -> bool:
        """Ends the run as failed after a fault of ours; False when it was lost meanwhile."""
        verdict = Verdict(RunStatus.FAILED, error=BROKEN)
        try:
            what = f"run {self._run.id}"
            if not patiently(partial(self._fail, verdict), self._tools.stopping, what):
                return False
        except GuardMissed:
            return False
        self._tools.endings.committed()
        self._tell(verdict, self._tools.clock.now())
        self._book.keep_log()
        return True

    def _tell(self, verdict: Verdict, now: Milliseconds) -> None:
        """The run's end is on disk."""
        self._tools.endings.counted(verdict.status)
        if self._trace is not None:
            self._trace.run_ended(verdict.status, verdict.error, now)
        self._caller.tell(verdict)

    def _fail(self, verdict: Verdict) -> None:
        """Commits an end with what follows from it, and nothing else of the run."""
        now, end = self._tools.clock.now(), (verdict.status, verdict.output, verdict.error)
        move = self._tools.transitions.finish(self._run, *end, now)
        self._tools.store.commit([move, *self._tools.endings.of(self._run, *end, now)])

    def _conclude(self, verdict: Verdict) -> Milliseconds:
        """Adds what is committed with the end, once, however often that is tried; the moment.

        Raises StorageUnavailable when what follows from the end cannot be read; nothing is added.
        """
        if self._ended_at is None:
            now, end = self._tools.clock.now(), (verdict.status, verdict.output, verdict.error)
            self._book.add(self._tools.endings.of(self._run, *end, now))
            self._book.journal.cancel_open(now)
            self._ended_at = now
        return self._ended_at
