"""Which steps belong to the trigger, which to a failure, and which edges may not be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compiler import Compiler
from engine.document import read_document
from engine.drafts.faults import DraftFaults
from engine.graph import FAILURE, TRIGGER, build_graph
from engine.regions import Regions, find_regions
from tests.support.builders import make_document, send, step
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
COMPILER = Compiler(REGISTRY)
URL = "https://partner.example"


def faults(document: Any) -> dict[str, str]:
    """Those of the publication, which are those of a draft."""
    found = COMPILER.faults(document)
    assert DraftFaults(REGISTRY, COMPILER).find(document) == found
    return {fault.path: fault.message for fault in found}


def plain(step_id: str, *following: str, **values: Any) -> dict[str, Any]:
    return step(step_id, "set-values", {"values": values or {"x": 1}}, next=list(following))


def regions_of(*steps: dict[str, Any], **changes: Any) -> Regions:
    return find_regions(build_graph(read_document(make_document(*steps, **changes))))


def test_each_step_belongs_to_what_leads_to_it() -> None:
    regions = regions_of(
        plain("a", "b"), plain("b"), plain("tell", "more"), plain("more"), on_failure="tell"
    )

    assert regions.main.steps == ("a", "b")
    assert regions.failure is not None
    assert regions.failure.steps == ("tell", "more")
    assert regions.visible_to("more") == {"a", "b", "tell"}
    assert regions.visible_to("b") == {"a"}
    assert regions_of(plain("a")).failure is None


def test_steps_after_a_failure_are_reached_and_may_refer_to_all_others() -> None:
    document = make_document(
        send("sync", URL),
        plain("tell", "more", why="<failure.error>", status="{{ default(steps.sync.status, 0) }}"),
        plain("more", when="{{ failure.at }}", x="<steps.tell.why>"),
        on_failure=["tell"],
    )

    assert faults(document) == {}
    unreached = faults({**document, "on_failure": []})
    assert unreached["$.steps[1]"] == "the step tell cannot be reached"
    assert unreached["$.steps[2]"] == "the step more cannot be reached"


def test_a_failure_is_nothing_that_other_steps_could_see() -> None:
    found = faults(make_document(plain("a", why="<failure.error>")))

    assert found["$.steps[0].with.values"] == (
        "<failure.error>: is there only for the steps that follow a failure (on_failure); "
        "a step after another one's port error finds steps.<id>.error"
    )


@pytest.mark.parametrize(
    ("nexts", "path"),
    [
        ({"sync": ["tell"], "tell": []}, "$.on_failure"),
        ({"sync": ["after"], "tell": ["after"]}, "$.steps[1].next.success"),
    ],
)
def test_a_step_follows_the_trigger_or_a_failure(nexts: dict[str, Any], path: str) -> None:
    document = make_document(
        plain("sync", *nexts["sync"]),
        plain("tell", *nexts["tell"]),
        plain("after"),
        trigger={"type": "webhook", "with": {"path": "orders"}, "next": ["sync", "after"]},
        on_failure=["tell"],
    )

    assert "which the trigger leads to as well" in faults(document)[path]


def test_a_reference_from_the_main_steps_into_the_others_is_a_fault() -> None:
    document = make_document(plain("a", x="<steps.tell.x>"), plain("tell"), on_failure=["tell"])

    assert "the step tell does not run before a" in faults(document)["$.steps[0].with.values"]
    unknown = make_document(plain("a"), plain("tell", x="<steps.gone.x>"), on_failure=["tell"])
    words = faults(unknown)["$.steps[1].with.values"]
    assert "there is no step gone; before tell run: a" in words


def test_nobody_is_left_to_be_answered_after_a_failure() -> None:
    document = make_document(plain("a"), step("sorry", "respond", {}), on_failure=["sorry"])

    assert "the caller has its 502 by then" in faults(document)["$.steps[1].action"]


@pytest.mark.parametrize("written", [7, {"success": ["a"]}, [7]])
def test_what_is_no_list_of_steps_is_one_fault(written: Any) -> None:
    found = faults(make_document(plain("a"), on_failure=written))

    assert "a step id or a list of step ids" in found["$.on_failure"]
    assert faults(make_document(plain("a"), on_failure=["gone"])) == {
        "$.on_failure": "there is no step gone"
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Documents without a circle; edges go wherever they like."""
    size = draw(st.integers(1, 8))
    names = [f"s{number}" for number in range(size)]
    some = st.lists(st.sampled_from(names), unique=True, max_size=3)
    steps = [
        plain(name, *draw(some.map(lambda found, at=at: [x for x in found if x > f"s{at}"])))
        for at, name in enumerate(names)
    ]
    trigger = {"type": "webhook", "with": {"path": "orders"}, "next": draw(some)}
    return make_document(*steps, trigger=trigger, on_failure=draw(some))


@given(documents())
@settings(max_examples=200)
def test_whatever_is_reached_has_one_owner_and_only_crossings_lead_elsewhere(
    document: dict[str, Any],
) -> None:
    graph = build_graph(read_document(document))
    regions = find_regions(graph)
    starts = [*document["trigger"]["next"], *document["on_failure"]]

    assert regions.owners.keys() == graph.downstream(*starts)
    parts = [set(part.steps) for part in regions.graphs.values()]
    assert set().union(*parts) == regions.owners.keys()
    assert sum(map(len, parts)) == len(regions.owners)
    for edges in graph.incoming.values():
        for edge in edges:
            owner = regions.owners.get(edge.source, edge.source)
            if owner in (TRIGGER, FAILURE):
                crosses = regions.owners[edge.target] != owner
                assert crosses == (edge in regions.crossings)
