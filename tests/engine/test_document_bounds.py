"""Drafts of any size are looked at in bounded work: what is too large has one fault."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BusyError, InvalidError
from engine.ancestry import Ancestry
from engine.compiler import Compiler
from engine.document_bounds import MOST_EDGES
from engine.document_schema import MOST_STEPS
from engine.drafts.draft import read_draft
from engine.drafts.faults import DraftFaults
from engine.graph import build_graph
from engine.reference_faults import MOST_FAULTS
from engine.trying.questions import Questions
from tests.support.builders import make_document, send, step
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
COMPILER = Compiler(REGISTRY)
FAULTS = DraftFaults(REGISTRY, COMPILER)


def chained(*nexts: Any) -> dict[str, Any]:
    """Steps `s0`, `s1`, …, each followed by what is given."""
    steps = [
        step(f"s{place}", "set-values", {"values": {}}, next=following)
        for place, following in enumerate(nexts)
    ]
    return make_document(*steps)


TOO_LARGE = {
    "steps": ({"trigger": {}, "steps": [0] * (MOST_STEPS + 1)}, f"at most {MOST_STEPS}"),
    "edges": (chained(*[["s1"] * 11] * 1000), f"at most {MOST_EDGES}"),
    "ports": (chained({f"p{n}": [] for n in range(MOST_EDGES)}), f"at most {MOST_EDGES}"),
}


@pytest.mark.parametrize(("document", "words"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_what_is_too_large_has_one_fault_in_a_draft_and_when_published(
    document: Any, words: str
) -> None:
    [fault] = FAULTS.find(document)
    with pytest.raises(InvalidError) as raised:
        COMPILER.compile(document)

    assert raised.value.faults == (fault,)
    assert fault.path == "$.steps"
    assert words in fault.message


def test_a_draft_is_read_no_further_than_an_automation_may_go() -> None:
    definition = read_draft({"steps": [{"id": f"s{place}"} for place in range(MOST_STEPS + 5)]})

    assert len(definition.steps) == MOST_STEPS


def test_many_references_to_nothing_are_named_up_to_a_limit() -> None:
    values = {f"k{number}": f"<steps.gone.x{number}>" for number in range(MOST_FAULTS + 50)}
    found = FAULTS.find(make_document(send("a", "https://p.example", with_={"query": values})))

    assert len(found) == MOST_FAULTS
    assert "there is no step gone; before a run: none" in found[0].message


def test_a_fault_names_only_some_of_the_steps_that_could_be_meant() -> None:
    names = [f"s{number}" for number in range(40)]
    steps = [
        step(name, "set-values", {"values": {"a": 1}}, next=[after])
        for name, after in zip(names, [*names[1:], "last"], strict=True)
    ]
    last = step("last", "set-values", {"values": {"a": "<steps.gone.x>"}})

    [fault] = FAULTS.find(make_document(*steps, last))

    assert fault.message.endswith("s18, s19 and 20 more")


@pytest.mark.parametrize(
    "nexts",
    [
        [["s1", "s2"], ["s3"], ["s3"], []],
        [[], ["s0"], ["s1", "s0"], ["s2"]],
        [["s1"], ["s2"], ["s0", "s3"], []],
        [["s3"], ["s0"], ["s1", "s2"], ["s2", "s1"], ["s4"]],
    ],
)
def test_what_runs_before_a_step_is_what_leads_to_it(nexts: list[list[str]]) -> None:
    graph = build_graph(read_draft(chained(*nexts)))
    ancestry = Ancestry(graph)

    for name in graph.steps:
        assert set(ancestry.of(name)) == graph.upstream(name)
        assert all(ancestry.precedes(one, name) for one in graph.upstream(name))
        assert not ancestry.precedes("gone", name)


def test_questions_wait_for_a_place_and_then_are_told_to_come_again() -> None:
    questions = Questions(most=1, patience=0.01)
    with questions.place(), pytest.raises(BusyError, match="ask again"), questions.place():
        pass
    with questions.place():
        pass
