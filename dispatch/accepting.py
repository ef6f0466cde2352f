"""A process that takes events in and leaves their runs to workers, but for callers that wait."""

from __future__ import annotations

from collections.abc import Callable

from core.ids import new_id
from dispatch.run_threads import RunThreads
from engine.execution import Execution
from engine.executor import Executor


class AcceptingDispatcher:
    """Takes up nothing that is due (`engine.dispatching.Dispatcher`).

    A run whose caller waits is executed in the caller's thread, and goes on in one of these when
    the caller leaves. `call_workers` says that something is due.
    """

    def __init__(self, call_workers: Callable[[], None]) -> None:
        self.executor = new_id()
        self._call_workers = call_workers
        self._threads = RunThreads(0, parked=call_workers, freed=_nothing)

    def begin(self, executor: Executor) -> None:
        """Nothing that is due is taken up here."""

    def submit(self, work: Callable[[], None]) -> None:
        """Runs one branch of a run in a thread of its own."""
        self._threads.submit(work)

    def reserve(self) -> bool:
        """There are no places here."""
        return False

    def give_back(self) -> None:
        """Nothing was reserved."""

    def start(self, execution: Execution) -> None:
        """Executes all the same; nobody is given a place for it."""
        self.continue_(execution)

    def continue_(self, execution: Execution) -> None:
        """Goes on with a run whose caller needs its thread back."""
        self._threads.places.take_beyond()
        self._threads.execute(execution.advance)

    def wake(self) -> None:
        """Something became due, or will be earlier than was known."""
        self._call_workers()

    def rest(self) -> None:
        """Nothing is taken up here as it is."""

    def stop(self, seconds: float) -> bool:
        """Waits for what goes on; whether all of it came to rest."""
        return self._threads.stop(seconds)


def _nothing() -> None:
    """Nobody waits for a place where there is none."""
