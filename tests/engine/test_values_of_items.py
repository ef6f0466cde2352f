"""`item` and `index` in the values of a set-values step with a list."""

from __future__ import annotations

from typing import Any

import pytest

from engine.compiler import Compiler
from engine.trying.completions import CompletionService
from engine.trying.previews import PreviewService
from engine.trying.sights import Question
from engine.vault import Vault
from tests.support.builders import make_document, step
from tests.support.workbench import TurnedClock, Workbench
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
COMPILER = Compiler(REGISTRY)
CLOCK = TurnedClock()
LINES = [{"sku": "A", "price": 3}, {"sku": "B", "price": 4}]


class Secrets:
    def reveal_all(self, _tenant: str) -> dict[str, str]:
        return {}


VAULT = Vault(Secrets(), CLOCK)  # type: ignore[arg-type]


def of_lines(values: dict[str, Any], for_each: Any = "<order.lines>") -> dict[str, Any]:
    return make_document(
        step("priced", "set-values", {"values": values, "for_each": for_each}, next=["answer"]),
        step("answer", "respond", {"body": "<steps.priced.items>"}),
        trigger={
            "type": "webhook",
            "with": {"path": "orders", "respond": "step"},
            "next": ["priced"],
        },
    )


def test_the_values_are_worked_out_for_each_item(bench: Workbench) -> None:
    bench.publish(of_lines({"sku": "<item.sku>", "at": "{{ index + 1 }}", "of": "<order.id>"}))

    answer = bench.post({"order": {"id": 7, "lines": LINES}})

    assert answer.status == 200, answer.body
    assert answer.body == b'[{"sku":"A","at":1,"of":7},{"sku":"B","at":2,"of":7}]'


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([{"sku": "A"}, {}], "step priced: item 1: $.steps[0].with.values.sku: item.sku is miss"),
        ("none", "for_each: none is not a list"),
    ],
)
def test_what_cannot_be_worked_out_is_told(bench: Workbench, lines: Any, words: str) -> None:
    bench.publish(of_lines({"sku": "<item.sku>"}))

    bench.post({"order": {"lines": lines}})

    assert str(bench.steps()["priced"].error).startswith(words)


@pytest.mark.parametrize(
    ("configuration", "path"),
    [
        ({"values": {"a": "<item.sku>"}}, "values"),
        ({"values": {"a": "{{ index + 1 }}"}}, "values"),
        ({"values": {"a": "text with <item>"}}, "values"),
        ({"values": {"a": 1}, "for_each": "<item.lines>"}, "for_each"),
    ],
)
def test_elsewhere_they_are_refused_when_it_is_published(
    configuration: dict[str, Any], path: str
) -> None:
    document = make_document(step("a", "set-values", configuration))

    [fault] = COMPILER.faults(document)

    assert fault.path == f"$.steps[0].with.{path}"
    assert "item and index are there only where a list is worked through" in fault.message


def test_where_they_are_meant_as_text_they_are_written_with_a_backslash() -> None:
    document = make_document(step("a", "set-values", {"values": {"a": r"x \<item> y"}}))

    assert COMPILER.faults(document) == ()


def test_values_of_items_cannot_hold_secrets() -> None:
    [fault] = COMPILER.faults(of_lines({"a": "<secrets.TOKEN>"}))

    assert fault.message == "secrets can be used only where something is sent"


def preview(document: Any, body: Any, results: Any = None) -> dict[str, Any]:
    question = Question("acme", "x", document, "priced", {"body": body}, results or {})
    return PreviewService(REGISTRY, COMPILER, VAULT, CLOCK).preview(question, with_context=True)


def test_a_preview_shows_what_comes_of_the_first_item() -> None:
    document = of_lines({"sku": "<item.sku>", "at": "<index>", "id": "<order.id>"})

    shown = preview(document, {"order": {"id": 7, "lines": LINES}})

    assert shown["fields"]["values.sku"]["value"] == "A"
    assert shown["fields"]["values.at"]["value"] == 0
    assert shown["fields"]["values.id"]["value"] == 7
    assert shown["context"]["item"] == LINES[0]


@pytest.mark.parametrize(
    ("for_each", "lines", "words"),
    [
        ("<order.lines>", [], "the list of for_each is empty, so there is no item to show"),
        ("<order.lines>", 5, "for_each is not a list, so there is no item to show"),
        ("<order.rows>", [], 'order.rows is missing: order has no "rows"; there is id, lines'),
        ("{{ 1 + }}", [], "for_each has a fault, so there is no item to show"),
    ],
)
def test_without_an_item_a_preview_says_why(for_each: str, lines: Any, words: str) -> None:
    document = of_lines({"sku": "<item.sku>", "id": "<order.id>"}, for_each)

    fields = preview(document, {"order": {"id": 7, "lines": lines}})["fields"]

    assert fields["values.sku"] == {"error": words}
    assert fields["values.id"]["value"] == 7


def test_while_the_list_has_no_result_yet_nothing_is_wrong() -> None:
    document = of_lines({"sku": "<item.sku>"}, "<steps.read.rows>")
    document["steps"].append(step("read", "set-values", {"values": {"rows": []}}, next=["priced"]))

    shown = preview(document, {})["fields"]["values.sku"]

    assert shown["waiting"]
    assert "the step read has no result yet" in shown["error"]


def complete(document: Any, text: str, field: str) -> set[str]:
    event = {"body": {"order": {"id": 7, "lines": LINES}}}
    question = Question("acme", "x", document, "priced", event, {})
    service = CompletionService(REGISTRY, COMPILER, VAULT, CLOCK)
    return {one["label"] for one in service.complete(question, text, len(text), field)}


def test_completion_knows_the_item_where_there_is_one() -> None:
    document = of_lines({"sku": "<item."})

    assert complete(document, "<item.", "values.sku") == {"sku", "price"}
    assert {"item", "index"} <= complete(document, "<", "values.sku")
    assert not {"item", "index"} & complete(document, "<", "for_each")
    del document["steps"][0]["with"]["for_each"]
    assert not {"item", "index"} & complete(document, "<", "values.sku")


def test_completion_offers_an_item_of_which_nothing_is_known_yet() -> None:
    document = of_lines({"sku": "<"}, "<order.rows>")

    assert {"item", "index"} <= complete(document, "<", "values.sku")
