"""What a for-each may not be: found when it is published, and in a draft, each with its words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compiler import Compiler
from engine.document import read_document
from engine.drafts.faults import DraftFaults
from engine.graph import FAILURE, TRIGGER
from tests.support.builders import make_document, step
from tests.support.loops import each
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
COMPILER = Compiler(REGISTRY)


def faults(document: Any) -> dict[str, str]:
    """Those of the publication, which are those of a draft."""
    found = COMPILER.faults(document)
    assert DraftFaults(REGISTRY, COMPILER).find(document) == found
    return {fault.path: fault.message for fault in found}


def plain(step_id: str, *following: str, **values: Any) -> dict[str, Any]:
    return step(step_id, "set-values", {"values": values or {"x": 1}}, next=list(following))


def loop(step_id: str, **following: list[str]) -> dict[str, Any]:
    return step(step_id, "for-each", {"items": "<lines>"}, next=following)


def test_bodies_are_regions_of_their_own() -> None:
    document = make_document(
        loop("lines", each=["a"], done=["after"]),
        plain("a", "inner"),
        loop("inner", each=["b"], done=["c"]),
        plain("b"),
        plain("c"),
        plain("after"),
    )
    assert faults(document) == {}
    regions = COMPILER.regions(read_document(document))

    assert {owner: graph.steps for owner, graph in regions.graphs.items()} == {
        TRIGGER: ("lines", "after"),
        "lines": ("a", "inner", "c"),
        "inner": ("b",),
    }
    assert regions.loops_around("b") == ("lines", "inner")
    assert regions.main.leaves == ("after",)
    assert regions.visible_to("b") == {"lines", "a", "inner"}
    assert regions.visible_to("after") == {"lines"}


@pytest.mark.parametrize(
    ("steps", "path", "words"),
    [
        pytest.param(
            [loop("lines", each=["a"], done=["b"]), plain("a", "b"), plain("b")],
            "$.steps[1].next.success",
            "leads out of the body of lines, to b; what comes after lines follows its port done",
            id="out",
        ),
        pytest.param(
            [
                plain("first", "lines", "b"),
                loop("lines", each=["a"]),
                plain("a", "b"),
                plain("b", "c"),
                plain("c"),
            ],
            "$.steps[2].next.success",
            "leads out of the body of lines, to b; what comes after lines follows its port done",
            id="joined with a branch beside it",
        ),
        pytest.param(
            [
                plain("first", "lines", "x"),
                plain("x", "y"),
                plain("y", "a"),
                loop("lines", each=["a"]),
                plain("a"),
            ],
            "$.steps[2].next.success",
            "leads into the body of lines, to a; "
            "a body is entered by the port each of its loop alone",
            id="in",
        ),
        pytest.param(
            [
                plain("first", "one", "two"),
                loop("one", each=["a"]),
                loop("two", each=["b"]),
                plain("a", "b"),
                plain("b"),
            ],
            "$.steps[3].next.success",
            "leads out of the body of one, to b; what comes after one follows its port done",
            id="into another body",
        ),
        pytest.param(
            [loop("lines", done=["a"]), plain("a")],
            "$.steps[0].next",
            "leads nowhere by its port each; lead it to the steps for each item",
            id="no body",
        ),
        pytest.param(
            [
                loop("one", each=["two"]),
                loop("two", each=["three"]),
                loop("three", each=["four"]),
                loop("four", each=["a"]),
                plain("a"),
            ],
            "$.steps[3]",
            "stands in the bodies of one, two, three; loops go 3 deep at most",
            id="too deep",
        ),
    ],
)
def test_a_body_is_entered_by_each_and_leads_nowhere_else(
    steps: list[dict[str, Any]], path: str, words: str
) -> None:
    assert faults(make_document(*steps)) == {path: words}


def test_three_loops_in_each_other_are_not_too_deep() -> None:
    steps = [loop("one", each=["two"]), loop("two", each=["three"]), loop("three", each=["a"])]

    assert faults(make_document(*steps, plain("a", x="<item>"))) == {}


def test_a_loop_that_leads_back_into_itself_is_a_circle() -> None:
    found = faults(make_document(loop("lines", each=["a"]), plain("a", "lines")))

    assert found["$.steps[0].next"] == "the steps lead in a circle: lines → a → lines"


def test_an_item_is_there_only_in_a_body() -> None:
    document = each(plain("a", x="<item>", y="{{ index + 1 }}"), after=(plain("z", x="<item>"),))

    assert faults(document) == {
        "$.steps[2].with.values": "<item>: item and index are there only where a list is worked "
        "through: in the steps behind the port each of a for-each, and in the values of a "
        "set-values step with for_each; where it is meant as it is written, write \\< for <"
    }


def test_steps_of_a_body_are_seen_in_it_and_collected_outside() -> None:
    after = plain("z", x="<steps.a.x>", y="<steps.lines.results>")
    document = each(plain("a", "b"), plain("b", x="<steps.a.x>", of="<steps.lines.index>"))
    whole = {**document, "steps": [*document["steps"], after]}
    whole["steps"][0]["next"]["done"] = ["z"]

    assert faults(whole) == {
        "$.steps[3].with.values": "<steps.a.x>: the step a has a result for each item of lines; "
        "steps.lines.results has what is kept of them"
    }


def test_collect_sees_the_item_and_the_body_and_nothing_that_comes_later() -> None:
    inner = loop("inner", each=["b"])
    fine = {"of": "<item.sku>", "at": "<index>", "a": "<steps.a.x>", "b": "<steps.inner.count>"}
    steps = (plain("a", "inner"), inner, plain("b"))

    assert faults(each(*steps, collect=fine)) == {}
    [deep] = faults(each(*steps, collect="<steps.b.x>")).values()
    assert "the step b has a result for each item of inner" in deep
    [gone] = faults(each(*steps, collect="<steps.gone.x>")).values()
    assert "there is no step gone" in gone
    [secret] = faults(each(*steps, collect="<secrets.TOKEN>")).values()
    assert secret == "secrets can be used only where something is sent"


@pytest.mark.parametrize(
    ("configuration", "path", "words"),
    [
        ({"items": ""}, "items", "empty"),
        ({"items": 7}, "items", "text"),
        ({"concurrency": 0}, "concurrency", "1"),
        ({"concurrency": 101}, "concurrency", "100"),
        ({"on_error": "ignore"}, "on_error", "stop"),
        ({"items": "{{ 1 + }}"}, "items", ""),
        ({"collect": "{{ 1 + }}"}, "collect", ""),
    ],
)
def test_the_configuration_is_checked(configuration: dict[str, Any], path: str, words: str) -> None:
    found = faults(each(plain("a"), **configuration))

    assert words in found[f"$.steps[0].with.{path}"]


def test_a_failure_and_loops_in_it_are_kept_apart_from_the_rest() -> None:
    document = make_document(
        loop("lines", each=["a"]),
        plain("a"),
        loop("people", each=["mail"]),
        plain("mail", to="<item>", why="<failure.error>", count="<steps.lines.count>"),
        on_failure=["people"],
    )
    assert faults(document) == {}

    found = faults({**document, "on_failure": ["people", "a"]})
    assert "which the trigger leads to as well" in found["$.on_failure"]


@st.composite
def tangles(draw: st.DrawFn) -> dict[str, Any]:
    """Documents whose edges go wherever they like, circles and loops among them."""
    names = [f"s{number}" for number in range(draw(st.integers(1, 7)))]
    some = st.lists(st.sampled_from(names), unique=True, max_size=3)
    steps = [
        loop(name, each=draw(some), done=draw(some))
        if draw(st.booleans())
        else plain(name, *draw(some))
        for name in names
    ]
    trigger = {"type": "webhook", "with": {"path": "orders"}, "next": draw(some)}
    return make_document(*steps, trigger=trigger, on_failure=draw(some))


@given(tangles())
@settings(max_examples=300)
def test_whatever_is_drawn_gets_faults_and_without_any_falls_apart_into_regions(
    document: dict[str, Any],
) -> None:
    if faults(document):
        return
    regions = COMPILER.regions(read_document(document))
    for owner, graph in regions.graphs.items():
        for step_id in graph.steps:
            loops = regions.loops_around(step_id)
            assert owner in (TRIGGER, FAILURE) if not loops else owner == loops[-1]
            for edge in graph.outgoing[step_id]:
                assert edge.target in graph.incoming
