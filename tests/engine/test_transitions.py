"""States move along the legal ways only, and only for whoever holds the run."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import GuardMissed
from core.states import RUN_ENDS, RunStatus
from core.writes import Write
from engine.transitions import LEGAL, started
from tests.support.builders import NOW, make_run
from tests.support.workbench import Workbench

MOVERS = (
    "runs.move(",
    "runs.park(",
    "runs.claim(",
    "runs.rescue(",
    "runs.hold(",
    "runs.free(",
    "runs.pass_on",
    "runs.heal(",
)
ROOMS = ("actions", "api", "dispatch", "engine", "triggers", "net")


def moves(bench: Workbench, run_id: str) -> dict[str, tuple[RunStatus, Write]]:
    """Every move there is, as the present holder of the run would make it."""
    run = bench.store.runs.get("acme", run_id)
    assert run is not None
    make = bench.transitions
    return {
        "go_on": (RunStatus.RUNNING, make.go_on(run)),
        "park": (RunStatus.WAITING, make.park(run, NOW + 5, NOW)),
        "release": (RunStatus.QUEUED, make.release(run, NOW)),
        "succeed": (RunStatus.SUCCEEDED, make.finish(run, RunStatus.SUCCEEDED, 1, None, NOW)),
        "fail": (RunStatus.FAILED, make.finish(run, RunStatus.FAILED, None, "x", NOW)),
        "halt": (RunStatus.HALTED, make.finish(run, RunStatus.HALTED, None, "x", NOW)),
        "cancel": (RunStatus.CANCELLED, make.cancel(run, "x", NOW)),
    }


@pytest.mark.parametrize(
    ("status", "name"),
    [*product(RunStatus, ["go_on", "park", "release", "succeed", "fail", "halt", "cancel"])],
)
def test_a_move_holds_exactly_where_it_is_legal(
    bench: Workbench, status: RunStatus, name: str
) -> None:
    run = make_run(status=status, token=1)
    bench.store.commit([bench.store.runs.insert(run)])
    new, write = moves(bench, run.id)[name]
    legal = new in LEGAL.get(status, frozenset())
    by_executor = status is RunStatus.RUNNING or name == "cancel"

    if legal and by_executor:
        bench.store.commit([write])
        assert bench.store.runs.get("acme", run.id).status is new  # type: ignore[union-attr]
    else:
        with pytest.raises(GuardMissed):
            bench.store.commit([write])
        assert bench.store.runs.get("acme", run.id) == run


@given(st.lists(st.sampled_from(["claim", "rescue", "park", "release", "succeed", "cancel"])))
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_however_hands_change_only_the_last_holder_can_write(
    bench: Workbench, hands: list[str]
) -> None:
    """Every holder there ever was tries to write at the end; none but the present one may."""
    bench.store.commit([bench.transitions.start(make_run())])
    [run_id] = [run.id for run in bench.transitions.claim_due("first", NOW + 10**9, 1)]
    holders = [bench.store.runs.get("acme", run_id)]
    for hand in hands:
        if hand == "claim":
            holders += bench.transitions.claim_due("next", NOW + 10**9, 1)
        elif hand == "rescue":
            bench.transitions.rescue(NOW)
        else:
            _, write = moves(bench, run_id)[hand]
            try:
                bench.store.commit([write])
            except GuardMissed:
                continue
    now = bench.store.runs.get("acme", run_id)
    assert now is not None
    for holder in holders:
        assert holder is not None
        mine = now.status is RunStatus.RUNNING and holder.token == now.token
        if mine:
            bench.store.commit([bench.transitions.go_on(holder)])
        else:
            with pytest.raises(GuardMissed):
                bench.store.commit([bench.transitions.go_on(holder)])
    if now.status not in RUN_ENDS:
        bench.store.commit([bench.transitions.cancel(now, "x", NOW)])


def test_an_end_is_followed_by_nothing() -> None:
    assert not RUN_ENDS & set(LEGAL)


@pytest.mark.parametrize("status", [RunStatus.WAITING, RunStatus.HELD])
def test_a_run_cannot_begin_in_the_middle(bench: Workbench, status: RunStatus) -> None:
    with pytest.raises(ValueError, match=f"cannot start as {status}"):
        bench.transitions.start(make_run(status=status))


def test_a_run_taken_up_at_once_has_a_holder_and_a_token() -> None:
    run = started(make_run(), "me", NOW)

    assert (run.status, run.executor, run.token, run.due_at) == (RunStatus.RUNNING, "me", 1, None)


def test_nothing_but_transitions_moves_a_state() -> None:
    root = Path(__file__).parents[2]
    callers = {
        str(path.relative_to(root))
        for room in ROOMS
        for path in (root / room).rglob("*.py")
        if any(call in path.read_text() for call in MOVERS)
    }

    assert callers == {"engine/transitions.py"}
