"""Large drafts: forms draw a part of them, and few questions are worked out at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from builder_ui.forms.spots import MOST_ROWS
from core.accounts import Role
from engine.trying.questions import Questions
from tests.support import form_reader
from tests.support.builders import make_document, step
from tests.support.pages import Browser, signed_in
from tests.support.site import Site

QUESTIONS: dict[str, dict[str, Any]] = {
    "sketch": {},
    "preview": {"step": "a"},
    "completions": {"step": "a", "field": "values", "text": "<"},
    "inspector": {"node": "a"},
    "input": {"node": "a"},
}


def ask(visitor: Browser, what: str, document: Any, **body: Any) -> TestResponse:
    headers = {"X-CSRF-Token": visitor.csrf(), "Accept": "application/json, text/html"}
    asked = {"document": document, **body}
    return visitor.client.post(f"/automations/orders/{what}", json=asked, headers=headers)


def test_a_list_that_is_too_long_to_be_drawn_is_edited_as_json(site: Site) -> None:
    site.service.automations.put("acme", "orders", make_document())
    branches = [{"port": f"p{number}", "when": "true"} for number in range(MOST_ROWS + 7)]
    document = make_document(step("a", "choose", {"branches": branches}))

    answer = ask(signed_in(site, Role.VIEWER), "inspector", document, node="a")

    assert "7 more than a form shows" in answer.text
    page = form_reader.parse(answer.text)
    [editor] = [one for one in page.find("data-path") if one.data("path") == "branches"][:1]
    assert "p106" in editor.text
    assert editor.data("kind") == "json"
    assert not page.find("data-row")
    assert len(page.find("data-port")) == MOST_ROWS
    assert "And 9 more; the JSON view has them all." in answer.text


@pytest.mark.parametrize(
    ("action", "configuration", "name"),
    [
        ("set-values", {"values": {f"k{n}": 1 for n in range(MOST_ROWS + 1)}}, "values"),
        ("send-webhook", {"headers": {f"h{n}": "x" for n in range(MOST_ROWS + 1)}}, "headers"),
    ],
)
def test_names_and_values_are_drawn_up_to_a_limit(
    site: Site, action: str, configuration: dict[str, Any], name: str
) -> None:
    site.service.automations.put("acme", "orders", make_document())
    answer = ask(
        signed_in(site), "inspector", make_document(step("a", action, configuration)), node="a"
    )

    assert "1 more than a form shows" in answer.text
    kinds = {
        one.data("kind")
        for one in form_reader.parse(answer.text).find("data-kind")
        if one.data("path") == name
    }
    assert kinds == {"json"}


def test_a_port_with_many_targets_shows_some_and_counts_the_others(site: Site) -> None:
    site.service.automations.put("acme", "orders", make_document())
    names = [f"s{number}" for number in range(MOST_ROWS + 3)]
    others = [step(name, "stop", {"status": "succeeded"}) for name in names]
    document = make_document(step("a", "set-values", {"values": {}}, next=names), *others)

    answer = ask(signed_in(site), "inspector", document, node="a")

    assert answer.text.count("data-disconnect") == MOST_ROWS
    assert "and 3 more" in answer.text


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_question_beyond_the_places_is_told_so_and_saving_is_not(site: Site, what: str) -> None:
    document = make_document(step("a", "set-values", {"values": {}}))
    site.service.automations.put("acme", "orders", document)
    none = replace(site.service, questions=Questions(most=0, patience=0))
    busy = Site(site.application, site.with_service(none))
    visitor = signed_in(busy)

    refused = ask(visitor, what, document, **QUESTIONS[what])

    assert refused.status_code == 429
    assert "ask again" in refused.json["detail"]
    assert ask(visitor, "draft", document, revision=1).status_code == 200
    assert ask(signed_in(site), what, document, **QUESTIONS[what]).status_code == 200
