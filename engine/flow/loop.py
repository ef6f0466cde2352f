"""A loop on its way through a list: which items are under way, and what became of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from core.clock import Milliseconds
from core.model import StepRun
from core.states import StepStatus
from engine.context import Context
from engine.flow.scope import Scope

DONE = "done"


class Loop:
    """A loop whose step stands in `scope`; `entry` is what the journal has of the step.

    Items that have `begun` before go on, whatever else may be; those that have `ended` do not.
    """

    def __init__(
        self,
        step_id: str,
        entry: StepRun,
        scope: Scope,
        begun: Sequence[int] = (),
        ended: Collection[int] = (),
    ) -> None:
        self.step_id = step_id
        self.scope = scope
        self.under_way = 0
        self._entry = entry
        self._items: Sequence[Any] = entry.output["items"]
        self._concurrency: int = entry.output["concurrency"]
        self._stops: bool = entry.output["stops"]
        self._results: dict[int, Any] = {}
        self._errors: dict[int, str] = {}
        self._again = len(begun)
        known = {*begun, *ended}
        fresh = (index for index in range(len(self._items)) if index not in known)
        self._waiting: Iterator[int] = chain(begun, fresh)
        self._next = next(self._waiting, None)

    @property
    def is_over(self) -> bool:
        """Whether no item is under way and none is begun any more."""
        return not self.under_way and (self._next is None or self._is_stopped)

    @property
    def _is_stopped(self) -> bool:
        return self._stops and bool(self._errors) and not self._again

    def begin(self, *, room: bool) -> int | None:
        """The next item, which is under way now; None when none may be begun.

        Without `room` in the run only a lone one may.
        """
        crowded = self.under_way >= (self._concurrency if room else 1) and not self._again
        if self._next is None or self._is_stopped or crowded:
            return None
        index, self._next = self._next, next(self._waiting, None)
        self._again = max(self._again - 1, 0)
        self.under_way += 1
        return index

    def context(self, index: int) -> Context:
        """What the steps for an item see."""
        return context_of_item(self.scope.context, self.step_id, self._items[index], index)

    def end_item(self, index: int, result: Any, error: str | None) -> None:
        """An item that was under way has ended."""
        self.under_way -= 1
        self.note(index, result, error)

    def note(self, index: int, result: Any, error: str | None) -> None:
        """Notes what an item came to; its result counts when there is no error."""
        if error is None:
            self._results[index] = result
        else:
            self._errors[index] = error

    def end(self, now: Milliseconds) -> StepRun:
        """The entry of the loop's step once it is over."""
        first = min(self._errors, default=None) if self._stops else None
        failed = first is not None
        outcome = "failed" if failed else "succeeded"
        return replace(
            self._entry,
            status=StepStatus.FAILED if failed else StepStatus.SUCCEEDED,
            port="error" if failed else DONE,
            output=self._output(),
            error=None if first is None else f"item {first}: {self._errors[first]}",
            finished_at=now,
            attempts=tuple(
                replace(one, outcome=outcome, duration=now - one.started_at)
                for one in self._entry.attempts
            ),
        )

    def _output(self) -> Mapping[str, Any]:
        errors = [{"index": one, "error": self._errors[one]} for one in sorted(self._errors)]
        return {
            "count": len(self._items),
            "succeeded": len(self._results),
            "failed": len(errors),
            "results": [self._results.get(index) for index in range(len(self._items))],
            "errors": errors,
        }


def context_of_item(outer: Context, loop: str, item: Any, index: int) -> Context:
    """What the steps for an item see, where those beside the loop see the outer context."""
    here = {"item": item, "index": index}
    return {**outer, **here, "steps": {**outer["steps"], loop: here}}
