"""Going through graphs and loops is a function of the document and the journal alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import StepRun
from core.outcomes import Each
from core.states import STEP_ENDS, StepStatus
from engine.compiler import Compiler
from engine.flow.entries import Entries
from engine.flow.flow import MOST_UNDER_WAY, Flow
from engine.graph import TRIGGER
from engine.plan import Plan
from engine.run_end import Verdict
from engine.step_keys import key_of, split_key
from tests.support.builders import make_document, step
from tests.support.loops import each
from tests.support.workbench import TurnedClock
from wiring import action_and_trigger_registry

COMPILER = Compiler(action_and_trigger_registry())
CONTEXT: Mapping[str, Any] = {"steps": {}, "run": {}}


def plain(step_id: str, **rest: Any) -> dict[str, Any]:
    return step(step_id, "set-values", {"values": {"x": 1}}, **rest)


@dataclass
class Walk:
    """One way through a plan. What is recorded is what a journal would have after a crash."""

    plan: Plan
    lists: Mapping[str, Each]
    entries: dict[str, StepRun] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    flow: Flow = field(init=False)

    def __post_init__(self) -> None:
        self.take_up()

    def take_up(self) -> None:
        """Goes on from the journal, as another executor would."""
        known = Entries(self.plan.regions, self.entries.values())
        self.flow = Flow(self.plan, TRIGGER, CONTEXT, known, self._keep, str, TurnedClock())

    def take(self, key: str, *, fails: bool) -> None:
        self.taken[key] += 1
        step_id, _ = split_key(key)
        entry = StepRun(key, StepStatus.SUCCEEDED, port="success", output=key)
        if fails:
            entry = StepRun(key, StepStatus.FAILED, port="error", error="no")
        elif step_id in self.lists:
            entry = StepRun(key, StepStatus.RUNNING, output=self.lists[step_id].output)
        self.flow.record(self._keep(entry))
        self.flow.go_on()

    def _keep(self, entry: StepRun) -> StepRun:
        assert self.entries.get(entry.step_id, entry).status not in STEP_ENDS or (
            self.entries.get(entry.step_id) is None
        ), f"{entry.step_id} had ended"
        self.entries[entry.step_id] = entry
        return entry


def compiled(document: dict[str, Any]) -> Plan:
    return COMPILER.compile(document)


def test_at_most_so_many_items_are_under_way_in_loops_inside_each_other() -> None:
    inner = step("inner", "for-each", {"items": "<x>"}, next={"each": ["leaf"]})
    plan = compiled(each(inner, plain("leaf"), items="<x>"))
    lists = {name: Each([0] * 200, 100, stops=False) for name in ("lines", "inner")}
    walk = Walk(plan, lists)
    walk.take("lines", fails=False)
    assert len(walk.flow.go_on()) == 100
    for key in list(walk.flow.go_on()):
        walk.take(key, fails=False)
    assert len(walk.flow.go_on()) == 100, "one in each of the hundred"
    walk.take("leaf[0][0]", fails=False)
    assert "leaf[0][1]" in walk.flow.go_on()
    assert len(walk.flow.go_on()) <= MOST_UNDER_WAY


def test_items_that_had_begun_go_on_before_others_begin() -> None:
    plan = compiled(each(plain("first", next=["second"]), plain("second")))
    walk = Walk(plan, {"lines": Each(list(range(9)), 3)})
    walk.take("lines", fails=False)
    for key in ("first[1]", "first[2]", "second[1]", "first[3]"):
        walk.take(key, fails=False)

    walk.take_up()

    assert list(walk.flow.go_on()) == ["second[2]", "second[3]", "first[0]"]


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> tuple[dict[str, Any], dict[str, Each]]:
    """A document of loops in loops, and how each goes through its list."""
    steps: list[dict[str, Any]] = []
    lists: dict[str, Each] = {}

    def region(level: int) -> list[str]:
        """Adds a region; the ids of its first steps."""
        size = draw(st.integers(1, 3))
        names = [f"s{len(steps) + number}" for number in range(size)]
        made: list[dict[str, Any]] = [{} for _ in names]
        start = len(steps)
        steps.extend(made)
        for at, name in enumerate(names):
            later = names[at + 1 :]
            some = st.lists(st.sampled_from(later), unique=True) if later else st.just([])
            loops = level < depth and draw(st.booleans())
            after = {port: draw(some) for port in ("done" if loops else "success", "error")}
            join = draw(st.sampled_from(["all", "any"]))
            if loops:
                after["each"] = region(level + 1)
                items = st.lists(st.integers(), min_size=1, max_size=3)
                lists[name] = Each(draw(items), draw(st.integers(1, 3)), draw(st.booleans()))
                made[at].update(step(name, "for-each", {"items": "<x>"}, next=after, join=join))
            else:
                made[at].update(plain(name, next=after, join=join))
        led = {one for each in made for ids in each["next"].values() for one in ids}
        return [name for name in names if name not in led] or [steps[start]["id"]]

    first = region(0)
    trigger = {"type": "webhook", "with": {"path": "orders"}, "next": first}
    return make_document(*steps, trigger=trigger), lists


def walked(walk: Walk, chance: Random, *, crashes: bool) -> Verdict:
    """Takes every step in any order, each of which may fail, until nothing is left."""
    while (verdict := walk.flow.verdict()) is None:
        if crashes and chance.random() > 0.8:
            walk.take_up()
        else:
            key = chance.choice(sorted(walk.flow.go_on()))
            # What fails is settled by its key, so that it fails in every order.
            walk.take(key, fails=hash_of(key) % 5 == 0)
    return verdict


def hash_of(key: str) -> int:
    return sum(map(ord, key)) * 7 + len(key)


@given(documents(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_every_way_through_comes_to_rest_and_takes_no_step_twice(
    made: tuple[dict[str, Any], dict[str, Each]], chance: Random
) -> None:
    document, lists = made
    walk = Walk(compiled(document), lists)

    walked(walk, chance, crashes=True)

    assert set(walk.taken.values()) <= {1}
    assert all(entry.status in STEP_ENDS for entry in walk.entries.values())
    for key, entry in walk.entries.items():
        step_id, path = split_key(key)
        around = walk.plan.regions.loops_around(step_id)
        if around:
            item = key_of(around[-1], path[: len(around)])
            assert item in walk.entries, f"{item} was begun and left open"
        if entry.port == "done":
            assert check_loop(walk, lists[step_id], step_id, path, entry)


def check_loop(walk: Walk, told: Each, step_id: str, path: tuple[int, ...], entry: StepRun) -> bool:
    """A loop that is done has an end for every item, and tells which failed."""
    ends = [walk.entries[key_of(step_id, (*path, index))] for index in range(len(told.items))]
    failed = [index for index, end in enumerate(ends) if end.status is StepStatus.FAILED]
    assert [one["index"] for one in entry.output["errors"]] == failed
    assert entry.output["succeeded"] + entry.output["failed"] == entry.output["count"]
    return not (told.stops and failed)


@given(documents(), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_crashes_change_nothing_of_what_a_sequential_run_comes_to(
    made: tuple[dict[str, Any], dict[str, Each]], chance: Random
) -> None:
    document, lists = made
    plan = compiled(document)
    one_by_one = {name: Each(told.items, 1, told.stops) for name, told in lists.items()}
    whole, broken = Walk(plan, one_by_one), Walk(plan, one_by_one)

    end = walked(whole, chance, crashes=False)
    end_after_crashes = walked(broken, chance, crashes=True)

    assert end_after_crashes.status == end.status
    assert end_after_crashes.output == end.output
    assert broken.taken == whole.taken
    assert broken.entries == whole.entries
