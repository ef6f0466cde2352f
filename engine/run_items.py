"""The items of a run's loops: how many of them went how, and what became of the steps of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import InvalidError, NotFoundError
from core.model import Run, StepRun
from core.states import RUN_ENDS, STEP_ENDS, StepStatus
from core.store import Store
from engine.catalog import Catalog
from engine.flow.entries import ByStep, Entries
from engine.plan import Plan
from engine.regions import Regions
from engine.run_end import natural_verdict
from engine.step_keys import Path, key_of, split_key
from engine.step_states import states_in

MOST_ERRORS = 100
"""Failed items of a loop that are told of at once."""
MOST_WAITING = 1000
"""Waiting steps of a run that are looked at, to tell which items wait."""


@dataclass(frozen=True, slots=True)
class LoopState:
    """How far a loop is that has begun.

    `errors` are some of the items that failed, by index; in the items `waiting` a step waits.
    """

    key: str
    count: int
    succeeded: int
    failed: int
    errors: Mapping[int, str]
    waiting: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item of a loop: its own entry, whose output is what was collected, and its steps."""

    index: int
    entry: StepRun
    steps: Sequence[StepRun]


def loop_states(
    store: Store, run: Run, regions: Regions, journal: Iterable[StepRun]
) -> Mapping[str, LoopState]:
    """How far the loops are that a journal has, by their keys; without those that did not begin."""
    loops = [one for one in journal if split_key(one.step_id)[0] in regions.whole.loops]
    begun = {one.step_id: one for one in loops if one.output is not None}
    waiting: Sequence[str] = ()
    if run.status not in RUN_ENDS and any("items" in one.output for one in begun.values()):
        waiting = store.runs.waiting_in_bodies(run.tenant, run.id, MOST_WAITING)
    return {
        key: _loop_state(store, run, one, _items_of(regions, key, waiting))
        for key, one in begun.items()
    }


def _items_of(regions: Regions, loop: str, keys: Iterable[str]) -> Sequence[int]:
    """The items of a loop to which steps belong that are given by their keys."""
    loop_id, around = split_key(loop)
    depth = len(around)
    found: set[int] = set()
    for key in keys:
        step_id, path = split_key(key)
        if (
            regions.loops_around(step_id)[depth : depth + 1] == (loop_id,)
            and path[:depth] == around
        ):
            found.add(path[depth])
    return sorted(found)


def _count(loop: StepRun) -> int:
    """How many items a loop has that has begun."""
    told = loop.output
    return int(told["count"]) if "count" in told else len(told["items"])


def _loop_state(store: Store, run: Run, loop: StepRun, waiting: Sequence[int]) -> LoopState:
    told = loop.output
    if "count" in told:
        errors = {one["index"]: one["error"] for one in told["errors"][:MOST_ERRORS]}
        return LoopState(loop.step_id, told["count"], told["succeeded"], told["failed"], errors)
    counts = store.runs.item_counts(run.tenant, run.id, loop.step_id)
    failed = store.runs.failed_items(run.tenant, run.id, loop.step_id, MOST_ERRORS)
    errors = {split_key(one.step_id)[1][-1]: one.error or "" for one in failed}
    return LoopState(
        key=loop.step_id,
        count=_count(loop),
        succeeded=counts.get(StepStatus.SUCCEEDED, 0),
        failed=counts.get(StepStatus.FAILED, 0),
        errors=dict(sorted(errors.items())),
        waiting=waiting,
    )


class RunItems:
    """Looks at the items of loops, a bounded number at a time."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    def items(self, tenant: str, run_id: str, loop: str, first: int, most: int) -> list[ItemState]:
        """Items of a loop, given by its key, from one on.

        Raises NotFoundError for a run or a loop that is not there, or has not begun.
        """
        run, plan = self._run(tenant, run_id)
        entry = self._entry(run, plan, loop)
        return self._items(run, plan, entry, range(first, min(first + most, _count(entry))))

    def get(self, tenant: str, run_id: str, key: str) -> ItemState:
        """One item, given by its key. Raises NotFoundError."""
        loop, path = split_key(key)
        if not path:
            raise NotFoundError(f"{key} is no item of a loop")
        found = self.items(tenant, run_id, key_of(loop, path[:-1]), path[-1], 1)
        if not found:
            raise NotFoundError(f"the loop {loop} has no item {path[-1]}")
        return found[0]

    def step(self, tenant: str, run_id: str, key: str) -> tuple[StepRun, LoopState | None]:
        """A step of an item, given by its key, and how far it is if it loops itself.

        Raises NotFoundError.
        """
        run, plan = self._run(tenant, run_id)
        step_id, path = split_key(key)
        around = plan.regions.loops_around(step_id)
        if not path or len(path) != len(around):
            raise NotFoundError(f"the run has no step {key}")
        item = self.get(tenant, run_id, key_of(around[-1], path))
        found = next((one for one in item.steps if one.step_id == key), None)
        if found is None:
            raise NotFoundError(f"the run has no step {key}")
        entries = self._store.runs.journal(tenant, run_id, [key])
        return found, loop_states(self._store, run, plan.regions, entries).get(key)

    def _run(self, tenant: str, run_id: str) -> tuple[Run, Plan]:
        run = self._store.runs.get(tenant, run_id)
        if run is None:
            raise NotFoundError(f"there is no run {run_id}")
        try:
            return run, self._catalog.plan(tenant, run.automation_id, run.version)
        except InvalidError as error:
            raise NotFoundError(f"this release cannot read the version: {error}") from error

    def _entry(self, run: Run, plan: Plan, loop: str) -> StepRun:
        step_id, path = split_key(loop)
        depth = len(plan.regions.loops_around(step_id))
        if step_id not in plan.regions.whole.loops or len(path) != depth:
            raise NotFoundError(f"the run has no loop {loop}")
        found = self._store.runs.journal(run.tenant, run.id, [loop])
        if not found or found[0].output is None:
            raise NotFoundError(f"the loop {loop} has not begun")
        return found[0]

    def _items(
        self, run: Run, plan: Plan, loop: StepRun, indexes: Sequence[int]
    ) -> list[ItemState]:
        step_id, path = split_key(loop.step_id)
        body = plan.regions.graph_of(step_id)
        keys = [key_of(one, (*path, index)) for index in indexes for one in (step_id, *body.steps)]
        entries = Entries(plan.regions, self._store.runs.journal(run.tenant, run.id, keys))
        return [self._item(run, plan, loop, entries, (*path, index)) for index in indexes]

    def _item(self, run: Run, plan: Plan, loop: StepRun, entries: Entries, path: Path) -> ItemState:
        step_id, _ = split_key(loop.step_id)
        graph, begun = plan.regions.graph_of(step_id), entries.of(step_id, path)
        end = entries.items(step_id, path[:-1]).get(path[-1]) or _end(run, loop, path, begun)
        if end.status is StepStatus.SUCCEEDED and begun and end.output is None:
            end = replace(end, output=natural_verdict(graph, begun).output)
        over = end.status in STEP_ENDS
        states = states_in(run, graph, begun, over=over, path=path) if begun else {}
        return ItemState(path[-1], end, list(states.values()))


def _end(run: Run, loop: StepRun, path: Path, begun: ByStep) -> StepRun:
    """Where an item stands of whose end the journal tells nothing."""
    key = key_of(split_key(loop.step_id)[0], path)
    if loop.status is StepStatus.RUNNING and run.status not in RUN_ENDS:
        return _under_way(key, begun)
    if loop.status is StepStatus.SUCCEEDED:
        return _kept(loop, key, path[-1])
    never = loop.status is StepStatus.FAILED and not begun
    return StepRun(key, StepStatus.SKIPPED if never else StepStatus.CANCELLED)


def _under_way(key: str, begun: ByStep) -> StepRun:
    """An item that has not ended; it waits where a step of it does."""
    if not begun:
        return StepRun(key, StepStatus.PENDING)
    times = [one.due_at for one in begun.values() if one.status is StepStatus.WAITING]
    if not times:
        return StepRun(key, StepStatus.RUNNING)
    return StepRun(key, StepStatus.WAITING, due_at=min(filter(None, times), default=None))


def _kept(loop: StepRun, key: str, index: int) -> StepRun:
    """An item of a loop of which a replay has kept nothing but the end."""
    errors = {one["index"]: one["error"] for one in loop.output["errors"]}
    if index in errors:
        return StepRun(key, StepStatus.FAILED, error=errors[index])
    return StepRun(key, StepStatus.SUCCEEDED, output=loop.output["results"][index])
