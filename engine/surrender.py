"""How an execution parts from a run that it cannot bring to its end."""

from __future__ import annotations

from core.errors import GuardMissed
from core.model import Run
from core.states import RunStatus
from engine.answers import Ended
from engine.book import Book
from engine.patience import commit_patiently
from engine.tools import Tools

BROKEN = "an internal error; the server's log has the details"


class Surrender:
    """The ways to part from one run. What was sent for it is logged in any case."""

    def __init__(self, tools: Tools, run: Run, book: Book) -> None:
        self._tools = tools
        self._run = run
        self._book = book

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
        now = self._tools.clock.now()
        end = (RunStatus.FAILED, None, BROKEN)
        writes = [
            self._tools.transitions.finish(self._run, *end, now),
            *self._tools.endings.of(self._run, *end, now),
        ]
        try:
            what = f"run {self._run.id}"
            if not commit_patiently(self._tools.store, writes, self._tools.stopping, what):
                return False
        except GuardMissed:
            return False
        self._tools.endings.committed()
        self._tools.answers.give(self._run.id, Ended(*end))
        self._book.keep_log()
        return True
