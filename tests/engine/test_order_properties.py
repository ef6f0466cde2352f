"""Whatever happens in whatever order: of a key one at a time, in order, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.model import Run
from core.quarantine import QuarantinedKey
from core.states import RUN_ENDS, RunStatus
from core.writes import ListQuery
from engine.quarantine.releases import ReleaseOptions
from tests.support.builders import make_document, step
from tests.support.keyed import quarantined
from tests.support.workbench import TENANT, Workbench, workbench

SETTINGS: dict[str, dict[str, Any]] = {
    "same": {"order_by": "<customer>", "quarantine": {"after": 2}},
    "different": {"order_by": "<customer>", "quarantine": {"key": "<region>", "after": 2}},
    "unordered": {"quarantine": {"key": "<region>", "after": 2}},
}
KEYS = ("a", "b", "c")
OPEN = {RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.HELD}
ENDS = {
    "succeed": RunStatus.SUCCEEDED,
    "fail": RunStatus.FAILED,
    "halt": RunStatus.HALTED,
}

_rounds = count()

happenings = st.lists(
    st.tuples(
        st.sampled_from(
            ["post"] * 4
            + ["take", "take all"] * 2
            + ["fail"] * 3
            + ["succeed", "halt", "cancel", "release", "replay", "discard", "give back"]
        ),
        st.integers(0, 20),
    ),
    min_size=10,
    max_size=40,
)


@pytest.fixture(scope="module", params=SETTINGS)
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    with workbench(tmp_path_factory.mktemp("order")) as opened:
        note = step("note", "set-values", {"values": {"n": "<n>"}})
        opened.publish(make_document(note, settings=SETTINGS[request.param]))
        yield opened


class Story:
    """One sequence of happenings over keys that no other one has."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._round = next(_rounds)
        self.posted: list[str] = []
        self.taken: dict[str, Run] = {}

    def happen(self, what: str, which: int) -> None:
        match what:
            case "post":
                self._post(KEYS[which % 3], which % 2)
            case "take" | "take all":
                self._take(1 if what == "take" else 100)
            case "cancel":
                if open_runs := [run for run in self.runs() if run.status in OPEN]:
                    self._cancel(open_runs[which % len(open_runs)])
            case "release" | "replay" | "discard":
                if keys := self.keys():
                    self._settle(what, keys[which % len(keys)], which)
            case _:
                if held := list(self.taken.values()):
                    self._leave(what, held[which % len(held)])

    def check(self) -> None:
        """What holds at every moment."""
        runs = self.runs()
        held = {key.key.key for key in self.keys()}
        for key in {run.order_key for run in runs if run.order_key}:
            mine = [run for run in runs if run.order_key == key]
            in_turn = [run for run in mine if _in_turn(run)]
            lined_up = [run for run in mine if run.status is RunStatus.QUEUED and not run.due_at]
            assert len(in_turn) <= 1, "two of a key at once"
            assert in_turn or not lined_up, "runs wait and it is nobody's turn"
        for run in runs:
            assert (run.status is RunStatus.HELD) <= (run.quarantine_key in held)
            # One that began before its key was held goes on, even if a crash puts it back.
            fresh = run.status is RunStatus.QUEUED and run.started_at is None
            assert fresh <= (run.quarantine_key not in held)
        assert {run.id for run in runs} == set(self.posted), "a run is lost"

    def bring_to_an_end(self) -> None:
        """Everything succeeds from now on: then nothing may be left over."""
        for run in list(self.taken.values()):
            self._end(run, RunStatus.SUCCEEDED)
        for key in self.keys():
            self._bench.service.releases.release(TENANT, key.id, ReleaseOptions())
        while self._take(100):
            self.check()
            for run in list(self.taken.values()):
                self._end(run, RunStatus.SUCCEEDED)
        assert all(run.status in RUN_ENDS for run in self.runs())

    def runs(self) -> list[Run]:
        found = [self._bench.store.runs.get(TENANT, run_id) for run_id in self.posted]
        return [run for run in found if run is not None]

    def keys(self) -> list[QuarantinedKey]:
        mine = f"-{self._round}"
        return [key for key in quarantined(self._bench) if key.key.key.endswith(mine)]

    def _settle(self, what: str, key: QuarantinedKey, which: int) -> None:
        if what == "discard":
            self._discard(key, which)
            return
        options = ReleaseOptions(replay_failed=what == "replay")
        released = self._bench.service.releases.release(TENANT, key.id, options)
        self.posted += released.replayed

    def _leave(self, what: str, run: Run) -> None:
        if what in ENDS:
            self._end(run, ENDS[what])
        else:
            self._give_back(run)

    def _post(self, key: str, region: int) -> None:
        reply = self._bench.post(
            {"customer": f"{key}-{self._round}", "region": f"{region}-{self._round}", "n": 1}
        )
        self.posted.append(reply.payload["run_id"])  # type: ignore[union-attr]

    def _take(self, limit: int) -> bool:
        before = self.runs()
        now = self._bench.clock.now()
        claimed = self._bench.transitions.claim_due("here", now, limit)
        for run in claimed:
            self._check_turn(run, before)
            self.taken[run.id] = run
        return bool(claimed)

    def _check_turn(self, taken: Run, runs: list[Run]) -> None:
        """Nothing of the key that came earlier may still wait.

        Where another key is held than that of the order, what is released may find that a later run
        has its turn already.
        """
        assert taken.position is not None
        for other in runs:
            if taken.order_key == other.order_key == taken.quarantine_key:
                earlier = (other.position or 0) < taken.position
                assert not (earlier and other.status is RunStatus.QUEUED), "overtaken"

    def _end(self, run: Run, status: RunStatus) -> None:
        del self.taken[run.id]
        bench, now = self._bench, self._bench.clock.now()
        error = None if status is RunStatus.SUCCEEDED else "no"
        follows = bench.executor.tools.endings.of(run, status, None, error, now)
        move = bench.transitions.finish(run, status, None, error, now)
        bench.store.commit([move, *follows])

    def _cancel(self, run: Run) -> None:
        self._bench.service.runs.cancel(TENANT, run.id)
        self.taken.pop(run.id, None)

    def _give_back(self, run: Run) -> None:
        """A crash: the sweeper puts the run back."""
        del self.taken[run.id]
        self._bench.store.commit([self._bench.transitions.release(run, self._bench.clock.now())])

    def _discard(self, key: QuarantinedKey, which: int) -> None:
        page = self._bench.service.quarantine.held(TENANT, key.id, ListQuery())
        if page.items:
            run = page.items[which % len(page.items)].run
            self._bench.service.quarantine.discard(TENANT, key.id, run.id)


def _in_turn(run: Run) -> bool:
    queued = run.status is RunStatus.QUEUED and run.due_at is not None
    return queued or run.status in (RunStatus.RUNNING, RunStatus.WAITING)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happenings)
def test_the_order_holds_and_nothing_is_lost(bench: Workbench, told: list[tuple[str, int]]) -> None:
    story = Story(bench)
    for what, which in told:
        story.happen(what, which)
        story.check()
    story.bring_to_an_end()
