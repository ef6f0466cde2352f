"""A sketch tells what each step of a draft is and does, whatever state the draft is in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compiler import Compiler
from engine.drafts.faults import DraftFaults
from engine.drafts.sketches import SketchService
from tests.support.builders import make_document, send, step
from tests.support.drafts import URL, broken, partner_sync
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
COMPILER = Compiler(REGISTRY)
FAULTS = DraftFaults(REGISTRY, COMPILER)
SKETCHES = SketchService(REGISTRY, FAULTS)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab<>{}.$", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "action", "with", "next", "type", "url", "steps", "trigger"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


def sketch(document: Any) -> dict[str, Any]:
    return SKETCHES.sketch("acme", document)


def test_a_step_is_drawn_with_its_words_and_ports() -> None:
    drawn = sketch(partner_sync())

    assert drawn["faults"] == []
    assert drawn["steps"]["sync"] == {
        "title": "Send webhook",
        "icon": "send",
        "action": "send-webhook",
        "summary": "POST partner.example/partners/…/sync",
        "ports": [{"name": "success", "title": "Success"}, {"name": "error", "title": "Error"}],
        "effect": True,
    }
    assert drawn["trigger"]["summary"] == "POST /hooks/acme/orders"
    assert drawn["trigger"]["ports"] == [{"name": "success", "title": "Success"}]


@pytest.mark.parametrize(
    ("action", "configuration", "summary"),
    [
        (
            "empty-ping",
            {"url": "<secrets.BASE>/health?x=<order.id>", "method": "GET"},
            "GET …/health",
        ),
        ("send-webhook", {}, "POST (no URL yet)"),
        ("respond", {"status": 202, "body": {"id": 1, "ok": True}}, "202 {id, ok}"),
        ("respond", {"body": "<html>\n<order.id></html>"}, "200 <html> …</html>"),
        ("respond", {"redirect": "https://shop.example/<order.id>"}, "302 → shop.example/…"),
        ("set-values", {"values": {"total": 1, "name": 2}}, "total, name"),
        ("choose", {"branches": [{"port": "large"}, {"port": "small"}]}, "large, small"),
        (
            "stop",
            {"status": "failed", "message": "Order <order.id> is empty"},
            "failed: Order … is empty",
        ),
    ],
)
def test_each_action_says_in_one_line_what_it_does(
    action: str, configuration: dict[str, Any], summary: str
) -> None:
    assert (
        sketch(make_document(step("a", action, configuration)))["steps"]["a"]["summary"] == summary
    )


def test_branches_are_ports() -> None:
    branches = [{"port": "large", "when": "true"}, {"port": "very_large", "when": "true"}]
    drawn = sketch(make_document(step("pick", "choose", {"branches": branches})))

    assert [(port["name"], port["title"]) for port in drawn["steps"]["pick"]["ports"]] == [
        ("large", "Large"),
        ("very_large", "Very large"),
        ("otherwise", "Otherwise"),
        ("error", "Error"),
    ]


def test_a_fault_is_placed_at_its_step_and_field() -> None:
    document = partner_sync()
    document["trigger"]["with"] = {}
    document["steps"][0]["with"]["headers"]["X-Order"] = "{{ 1 +"
    document["steps"][1]["next"] = {"nowhere": ["sync"]}

    placed = {(one["step"], one["field"]): one["path"] for one in sketch(document)["faults"]}

    assert placed[("sync", "headers['X-Order']")] == "$.steps[0].with.headers['X-Order']"
    assert placed[("answer", None)] == "$.steps[1].next.nowhere"
    assert placed[("trigger", "path")] == "$.trigger.with.path"


def test_an_action_that_is_not_there_is_still_drawn_with_its_ways_out() -> None:
    drawn = sketch(make_document(step("a", "teleport", {}, next={"gone": ["b"]}), send("b", URL)))

    assert drawn["steps"]["a"]["summary"] == "there is no such action"
    assert drawn["steps"]["a"]["ports"] == [{"name": "gone", "title": "Gone"}]


@given(broken(partner_sync()) | JSON)
@settings(max_examples=150)
def test_whatever_stands_in_a_draft_it_is_drawn_with_the_faults_of_a_publication(
    document: Any,
) -> None:
    drawn = sketch(document)

    assert FAULTS.find(document) == COMPILER.faults(document)
    assert all(isinstance(one["summary"], str) for one in drawn["steps"].values())
    assert all("\n" not in one["summary"] for one in drawn["steps"].values())


def test_a_step_that_did_not_change_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = DraftFaults(REGISTRY, COMPILER)
    document = partner_sync()
    faults.find(document)
    checked: list[str] = []
    check = COMPILER.check_step
    monkeypatch.setattr(
        COMPILER, "check_step", lambda one, path: checked.append(one["id"]) or check(one, path)
    )

    document["steps"][1]["with"]["status"] = 201
    faults.find(document)

    assert checked == ["answer"]
