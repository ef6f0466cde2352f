"""Readiness is a pure function of the document and the journal."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import StepRun
from core.states import StepStatus
from engine.document import read_document
from engine.graph import Graph, build_graph, find_cycle, progress
from tests.support.builders import make_document, step


def graph_of(*steps: dict[str, Any], detached: frozenset[str] = frozenset()) -> Graph:
    return build_graph(read_document(make_document(*steps)), detached)


def plain(step_id: str, **rest: Any) -> dict[str, Any]:
    return step(step_id, "set-values", {"values": {}}, **rest)


def done(step_id: str, port: str = "success") -> StepRun:
    return StepRun(step_id, StepStatus.SUCCEEDED, port=port)


def journal(*steps: StepRun) -> dict[str, StepRun]:
    return {one.step_id: one for one in steps}


def test_the_steps_after_the_trigger_are_ready_first() -> None:
    graph = graph_of(plain("a", next=["b"]), plain("b"))

    assert progress(graph, {}).ready == ("a",)
    assert progress(graph, journal(done("a"))).ready == ("b",)
    assert progress(graph, journal(done("a"), done("b"))).ready == ()


def test_a_port_that_is_not_taken_kills_its_path() -> None:
    graph = graph_of(
        plain("a", next={"success": ["b"], "error": ["c"]}),
        plain("b"),
        plain("c", next=["d"]),
        plain("d"),
    )

    found = progress(graph, journal(done("a")))

    assert found.ready == ("b",)
    assert found.dead == ("c", "d")


def test_a_join_of_all_waits_until_every_edge_is_settled() -> None:
    graph = graph_of(
        plain("a", next=["b", "c"]), plain("b", next=["d"]), plain("c", next=["d"]), plain("d")
    )

    assert progress(graph, journal(done("a"), done("b"))).ready == ("c",)
    assert progress(graph, journal(done("a"), done("b"), done("c"))).ready == ("d",)
    failed = StepRun("c", StepStatus.FAILED, port="error")
    assert progress(graph, journal(done("a"), done("b"), failed)).ready == ("d",)


def test_a_join_of_any_goes_with_the_first() -> None:
    graph = graph_of(
        plain("a", next=["b", "c"]),
        plain("b", next=["d"]),
        plain("c", next=["d"]),
        plain("d", join="any"),
    )

    assert progress(graph, journal(done("a"), done("b"))).ready == ("c", "d")


def test_a_detached_step_lets_the_next_go_as_soon_as_it_is_stored() -> None:
    graph = graph_of(plain("a", next=["b"]), plain("b"), detached=frozenset({"a"}))

    assert progress(graph, {}).ready == ("a",)
    assert progress(graph, journal(StepRun("a", StepStatus.WAITING))).ready == ("b",)
    skipped = progress(graph, journal(StepRun("a", StepStatus.SKIPPED)))
    assert (skipped.ready, skipped.dead) == ((), ("b",))


def test_a_cycle_is_named_in_order() -> None:
    graph = graph_of(plain("a", next=["b"]), plain("b", next=["c"]), plain("c", next=["b"]))

    assert find_cycle(graph.steps, graph.outgoing) == ["b", "c", "b"]
    straight = graph_of(plain("a", next=["b", "c"]), plain("b", next=["c"]), plain("c"))
    assert find_cycle(straight.steps, straight.outgoing) == []


def test_a_chain_of_a_thousand_steps_needs_no_deep_stack() -> None:
    names = [f"s{number}" for number in range(1000)]
    steps = [plain(name, next=[after]) for name, after in pairwise(names)]
    graph = graph_of(*steps, plain(names[-1]))

    assert find_cycle(graph.steps, graph.outgoing) == []
    assert len(graph.downstream("s0")) == 1000
    assert len(graph.upstream("s999")) == 999


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs without a circle: each step leads only to later ones."""
    size = draw(st.integers(1, 8))
    steps = []
    for index in range(size):
        later = [f"s{number}" for number in range(index + 1, size)]
        targets = st.lists(st.sampled_from(later), unique=True) if later else st.just([])
        following = {port: draw(targets) for port in ("success", "error")}
        join = draw(st.sampled_from(["all", "any"]))
        steps.append(plain(f"s{index}", next=following, join=join))
    return graph_of(*steps)


@given(graphs(), st.data())
@settings(max_examples=150)
def test_every_run_comes_to_rest_with_every_step_done_or_dead(graph: Graph, data: Any) -> None:
    """However steps end and in whatever order, nothing is left open and nothing runs twice."""
    steps: dict[str, StepRun] = {}
    while ready := progress(graph, steps).ready:
        chosen = data.draw(st.sampled_from(ready))
        assert chosen not in steps
        port = data.draw(st.sampled_from(["success", "error"]))
        steps[chosen] = done(chosen, port)
    assert set(steps) | set(progress(graph, steps).dead) == set(graph.steps)


@given(graphs(), st.data())
@settings(max_examples=100)
def test_what_died_never_becomes_ready(graph: Graph, data: Any) -> None:
    steps: dict[str, StepRun] = {}
    dead: set[str] = set()
    while ready := progress(graph, steps).ready:
        now_dead = set(progress(graph, steps).dead)
        assert dead <= now_dead
        dead = now_dead
        chosen = data.draw(st.sampled_from(ready))
        steps[chosen] = done(chosen, data.draw(st.sampled_from(["success", "error"])))
    assert not dead & set(steps)
