"""What is offered at a caret exists, can stand there, and makes a template that resolves."""

from __future__ import annotations

from typing import Any

import pytest

from engine.compiler import Compiler
from engine.trying.completions import CompletionService
from engine.trying.sights import SETTINGS, Question
from engine.vault import Vault
from tests.support.builders import make_document, step
from tests.support.drafts import EVENT, partner_sync
from tests.support.loops import each
from tests.support.workbench import TurnedClock
from wiring import action_and_trigger_registry


class Secrets:
    def reveal_all(self, _tenant: str) -> dict[str, str]:
        return {"TOKEN": "tok-very-secret-1", "OTHER": "x"}


CLOCK = TurnedClock()
REGISTRY = action_and_trigger_registry()
SERVICE = CompletionService(REGISTRY, Compiler(REGISTRY), Vault(Secrets(), CLOCK), CLOCK)  # type: ignore[arg-type]


def complete(
    text: str,
    field: str = "body.total",
    step_id: str = "sync",
    document: Any = None,
    results: Any = None,
) -> dict[str, dict[str, Any]]:
    """The suggestions by label; `|` in the text is the caret."""
    caret = text.index("|")
    question = Question("acme", "x", document or partner_sync(), step_id, EVENT, results or {})
    found = SERVICE.complete(question, text.replace("|", ""), caret, field)
    assert "tok-very-secret-1" not in repr(found)
    return {one["label"]: one for one in found}


def written(text: str, label: str, **options: Any) -> str:
    """The text once a suggestion is taken."""
    one = complete(text, **options)[label]
    plain = text.replace("|", "")
    return plain[: one["from"]] + one["insert"] + plain[one["to"] :]


@pytest.mark.parametrize(
    ("text", "label", "result"),
    [
        ("<|", "order", "<order"),
        ("<order.|", "id", "<order.id>"),
        ("a <order.i|> b", "id", "a <order.id> b"),
        ("<order.|idea> b", "id", "<order.id> b"),
        ("<order.lines.|", "0", "<order.lines.0"),
        ("<order.lines.0.p|", "price", "<order.lines.0.price>"),
        ("|", "tenant", "<tenant"),
        ("{{ ord|", "order", "{{ order"),
        ("{{ order.lines[0].| }}", "price", "{{ order.lines[0].price }}"),
        ("{{ order.lines.| }}", "0", "{{ order.lines[0] }}"),
        (
            "{{ sum(plu|(order.lines, 'price')) }}",
            "pluck",
            "{{ sum(pluck((order.lines, 'price')) }}",
        ),
        ("Bearer <secrets.|", "TOKEN", "Bearer <secrets.TOKEN>"),
        ("<trigger.headers.|", "content-type", "<trigger.headers.content-type>"),
        ("{{ trigger.headers.| }}", "content-type", '{{ trigger.headers["content-type"] }}'),
    ],
)
def test_what_is_chosen_completes_the_template(text: str, label: str, result: str) -> None:
    assert written(text, label) == result


def test_in_a_url_braces_are_references_too() -> None:
    assert written("https://a.example/{order.|}/x", "id", field="url") == (
        "https://a.example/{order.id}/x"
    )
    assert "id" not in complete("{order.|}", field="body.total")


def test_a_value_is_shown_beside_its_path() -> None:
    found = complete("<order.|")

    assert (found["id"]["kind"], found["id"]["detail"]) == ("path", "text")
    assert found["id"]["documentation"] == "A-1"
    assert found["lines"]["detail"] == "list of 1"


def test_functions_come_with_signature_and_words() -> None:
    found = complete("{{ plu| }}")["pluck"]

    assert found["kind"] == "function"
    assert found["detail"].startswith("pluck(")
    assert "gives" in found["documentation"]
    assert "pluck" not in complete("<plu|")


def test_secrets_are_named_only_where_something_is_sent() -> None:
    assert set(complete("<secrets.|", "headers.Authorization")) == {"TOKEN", "OTHER"}
    assert complete("<secrets.|", "headers.Authorization")["TOKEN"]["kind"] == "secret"
    assert complete("<secrets.|", "body", "answer") == {}
    assert "secrets" not in complete("<|", "body", "answer")


def test_only_steps_that_lead_to_it_are_offered_with_what_they_will_give() -> None:
    assert set(complete("<steps.|", "body", "answer")) == {"sync"}
    assert {"status", "body"} <= set(complete("<steps.sync.|", "body", "answer"))
    results = {"sync": {"output": {"status": 200}}}
    assert set(complete("<steps.sync.|", "body", "answer", results=results)) == {"status"}


def test_a_condition_is_an_expression_without_braces() -> None:
    document = make_document(step("pick", "choose", {"branches": [{"port": "a", "when": ""}]}))

    assert written(
        "order.| == 1", "id", field="branches[0].when", step_id="pick", document=document
    ) == ("order.id == 1")


@pytest.mark.parametrize("field", ["method", "codes.success[0]", "nowhere", "", "[[["])
def test_where_no_template_may_stand_nothing_is_offered(field: str) -> None:
    assert complete("<|", field) == {}


@pytest.mark.parametrize(
    "text", ["|", "<|", "{{|", "{{ (((|", "<a.b.c.d.|", '{{ a["|', "\\<|", "{|"]
)
def test_whatever_is_typed_nothing_breaks(text: str) -> None:
    for field in ("url", "body", "headers['X-Order']", "query.source"):
        complete(text, field)


def test_in_a_loop_the_item_is_offered_and_in_what_it_collects_the_steps_of_its_body() -> None:
    note = step("note", "set-values", {"values": {"a": "x"}})
    document = each(note, items="<order.lines>", collect={"a": "x"})

    assert complete("<item.|", "values.a", "note", document)["price"]["documentation"] == "2"
    assert "item" not in complete("<|", "items", "lines", document)
    assert {"item", "index"} <= complete("<|", "collect.a", "lines", document).keys()
    assert "note" in complete("<steps.|", "collect.a", "lines", document)


@pytest.mark.parametrize("field", ["order_by", "quarantine.key"])
def test_keys_of_the_settings_are_completed_by_the_event_alone(field: str) -> None:
    offered = complete("<|", field=field, step_id=SETTINGS)

    assert {"order", "customer", "trigger"} <= offered.keys()
    assert offered.keys() & {"steps", "secrets", "run", "tenant"} == set()
    assert written("<order.|", "id", field=field, step_id=SETTINGS) == "<order.id>"
    assert complete("1|", field="timeout", step_id=SETTINGS) == {}
