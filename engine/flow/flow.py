"""Goes through a graph and the bodies of its loops as far as the journal leads.

It says which steps can start, and makes of what has come to rest the ends of items and of loops.
It executes nothing: whoever does tells it what becomes of each step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.clock import Clock
from core.errors import ExpressionError
from core.model import StepRun
from core.size import TooLarge, check_size
from core.states import StepStatus
from engine.context import Context, context_at, with_callbacks
from engine.flow.entries import Entries
from engine.flow.loop import Loop
from engine.flow.scope import Scope
from engine.plan import Plan
from engine.run_end import Verdict, natural_verdict
from engine.step_keys import Path, key_of, split_key

Keep = Callable[[StepRun], StepRun]
"""Takes an entry into the journal; gives it as it is there, failed where there is no room."""

AddressOf = Callable[[str], str]
"""The one-time address of a step that waits for a callback, by its key."""

MOST_UNDER_WAY = 100
"""Items of one run that are under way at once, loops inside each other counted together."""


class Flow:
    """The steps of one owner (`engine.regions`), TRIGGER or FAILURE, and those of all its loops.

    `context` is what they see before the first of them; `entries` is what became of them before.
    """

    def __init__(
        self,
        plan: Plan,
        owner: str,
        context: Context,
        entries: Entries,
        keep: Keep,
        address_of: AddressOf,
        clock: Clock,
    ) -> None:
        self._plan = plan
        self._entries = entries
        self._keep = keep
        self._address_of = address_of
        self._callbacks = frozenset(plan.callbacks)
        self._clock = clock
        self._scopes: dict[tuple[str, Path], Scope] = {}
        self._loops: dict[Scope, Loop] = {}
        self._ready: dict[Scope, Mapping[str, str]] = {}
        self._touched: dict[Scope, None] = {}
        self.top = self._open(owner, (), context)

    def scope_of(self, key: str) -> Scope:
        """The scope in which a step is under way."""
        step_id, path = split_key(key)
        return self._scopes[self._plan.regions.owners[step_id], path]

    def record(self, entry: StepRun, *, shown: bool = True) -> None:
        """Notes what has become of a step; unless it is `shown` the others do not see it."""
        step_id, _ = split_key(entry.step_id)
        scope = self.scope_of(entry.step_id)
        scope.record(step_id, entry, shown=shown)
        self._touched[scope] = None
        if entry.status is StepStatus.RUNNING:
            self._begin_loop(step_id, entry, scope)

    def go_on(self) -> Mapping[str, str]:
        """Follows up what was recorded; which steps have not begun and can, by their keys."""
        while self._touched:
            scope = next(iter(self._touched))
            del self._touched[scope]
            self._look_at(scope)
        return {key: step_id for ready in self._ready.values() for key, step_id in ready.items()}

    def verdict(self) -> Verdict | None:
        """How it ended, once nothing can start and nothing is at work; None before."""
        if self.go_on() or self.top.is_at_work:
            return None
        return natural_verdict(self.top.graph, self.top.entries)

    def _look_at(self, scope: Scope) -> None:
        ready = scope.progress().ready
        if scope in self._loops and not ready and not scope.is_at_work:
            self._end_item(scope)
        else:
            self._ready[scope] = {key_of(step_id, scope.path): step_id for step_id in ready}

    def _open(self, owner: str, path: Path, context: Context) -> Scope:
        graph = self._plan.regions.graph_of(owner)
        waiting = [step_id for step_id in graph.steps if step_id in self._callbacks]
        addresses = {step_id: self._address_of(key_of(step_id, path)) for step_id in waiting}
        seen = with_callbacks(context, addresses)
        scope = Scope(graph, seen, self._entries.of(owner, path), path)
        self._scopes[owner, path] = scope
        self._touched[scope] = None
        for step_id, entry in scope.entries.items():
            if entry.status is StepStatus.RUNNING:
                self._begin_loop(step_id, entry, scope)
        return scope

    def _begin_loop(self, step_id: str, entry: StepRun, scope: Scope) -> None:
        ended = self._entries.items(step_id, scope.path)
        begun = self._entries.begun(step_id, scope.path, len(entry.output["items"]))
        loop = Loop(step_id, entry, scope, begun, ended)
        for index, item in ended.items():
            loop.note(index, self._earlier_result(loop, index, item), item.error)
        self._begin_items(loop)

    def _begin_items(self, loop: Loop) -> None:
        """Begins as many items as may be under way, and ends the loop after the last."""
        while (index := loop.begin(room=len(self._loops) < MOST_UNDER_WAY)) is not None:
            path = (*loop.scope.path, index)
            self._loops[self._open(loop.step_id, path, loop.context(index))] = loop
        if loop.is_over:
            entry = self._keep(loop.end(self._clock.now()))
            loop.scope.record(loop.step_id, entry)
            self._touched[loop.scope] = None

    def _end_item(self, scope: Scope) -> None:
        loop = self._loops.pop(scope)
        del self._scopes[loop.step_id, scope.path]
        self._ready.pop(scope, None)
        verdict = natural_verdict(scope.graph, scope.entries)
        collected, error = None, verdict.error
        if error is None and self._collects(loop):
            collected, error = self._collected(loop, scope)
        entry = self._keep(self._item_entry(loop, scope, collected, error))
        result = entry.output if self._collects(loop) else verdict.output
        loop.end_item(scope.path[-1], result, entry.error)
        self._begin_items(loop)

    def _item_entry(self, loop: Loop, scope: Scope, collected: Any, error: str | None) -> StepRun:
        """The entry of an item's end; what is not collected stands with its step already."""
        now = self._clock.now()
        begins = (entry.started_at or now for entry in scope.entries.values())
        return StepRun(
            key_of(loop.step_id, scope.path),
            StepStatus.SUCCEEDED if error is None else StepStatus.FAILED,
            output=collected,
            error=error,
            started_at=min(begins, default=now),
            finished_at=now,
        )

    def _collects(self, loop: Loop) -> bool:
        return self._plan.steps[loop.step_id].params.collect is not None

    def _collected(self, loop: Loop, scope: Scope) -> tuple[Any, str | None]:
        """What is kept of an item, or why that cannot be told."""
        collect = self._plan.steps[loop.step_id].params.collect
        if collect is None:
            return None, None
        try:
            value = collect(context_at(scope.context, self._clock.now())).value
            check_size(value)
        except (ExpressionError, TooLarge) as error:
            return None, str(error)
        return value, None

    def _earlier_result(self, loop: Loop, index: int, item: StepRun) -> Any:
        """What was kept of an item that ended before the run was taken up."""
        if self._collects(loop):
            return item.output
        path = (*loop.scope.path, index)
        graph = self._plan.regions.graph_of(loop.step_id)
        return natural_verdict(graph, self._entries.of(loop.step_id, path)).output
