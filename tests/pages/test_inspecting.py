"""The inspector's parts that the server draws: for whom, and what stands in them."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from builder_ui.context_tree import MOST_ITEMS, context_tree, expression_of
from core.accounts import Role
from expressions import TemplateMode, compile_expression, compile_value
from tests.support import form_reader
from tests.support.builders import make_document, send, step
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site

EVENT = {"method": "POST", "headers": {}, "body": {"order": {"id": 7, "lines": [{"price": 2}]}}}
DOCUMENT = make_document(
    send("sync", "https://p.example/<order.id>", next=["answer"]),
    step("answer", "respond", {"body": "<steps.sync.body>"}),
)


def ask(visitor: Browser, what: str, **body: Any) -> TestResponse:
    asked = {"document": DOCUMENT, **body}
    headers = {"X-CSRF-Token": visitor.csrf(), "Accept": "application/json, text/html"}
    return visitor.client.post(f"/automations/orders/{what}", json=asked, headers=headers)


def references(answer: TestResponse) -> dict[str, str]:
    """What can be inserted: by its expression, the reference."""
    page = form_reader.parse(answer.text)
    return {one.data("expression"): one.data("reference") for one in page.find("data-expression")}


def test_an_implementer_can_change_what_a_viewer_can_only_see(site: Site) -> None:
    site.service.automations.put("acme", "orders", DOCUMENT)
    for role, expected in ((Role.IMPLEMENTER, False), (Role.VIEWER, True)):
        answer = ask(signed_in(site, role), "inspector", node="sync")
        url = next(
            one
            for one in form_reader.parse(answer.text).find("data-path")
            if one.data("path") == "url" and one.tag == "textarea"
        )
        assert url.text.strip() == "https://p.example/<order.id>"
        assert ("readonly" in url.attributes) is expected


def test_the_names_of_secrets_are_offered_and_their_values_are_not(site: Site) -> None:
    site.service.automations.put("acme", "orders", DOCUMENT)
    site.service.secrets.put("acme", "SIGNING_KEY", "do not show this")
    auth = {"type": "header", "header": "X-Token", "secret": "SIGNING_KEY"}
    document = make_document(trigger={"type": "webhook", "with": {"path": "o", "auth": auth}})
    answer = ask(signed_in(site), "inspector", document=document, node="$trigger")
    assert '<option value="SIGNING_KEY">' in answer.text
    assert "do not show this" not in answer.text


def test_a_step_that_is_not_there_is_named(site: Site) -> None:
    site.service.automations.put("acme", "orders", DOCUMENT)
    for what in ("inspector", "input"):
        answer = ask(signed_in(site), what, node="gone")
        assert answer.status_code == 404
        assert "gone" in answer.json["detail"]


def test_another_tenant_s_automation_is_not_there(site: Site) -> None:
    site.service.automations.put("acme", "orders", DOCUMENT)
    stranger = signed_in(site, Role.ADMIN, "globex")
    assert ask(stranger, "inspector", node="sync").status_code == 404
    assert ask(stranger, "input", node="sync").status_code == 404


def test_the_input_says_what_is_missing_to_show_more(site: Site) -> None:
    site.service.automations.put("acme", "orders", DOCUMENT)
    admin = signed_in(site)
    assert "No sample event yet" in words(ask(admin, "input", node="sync"))
    answer = ask(admin, "input", node="answer", event=EVENT)
    assert "No sample event yet" not in words(answer)
    assert "No result yet of sync" in words(answer)


def test_every_entry_of_the_input_can_be_inserted(site: Site) -> None:
    site.service.automations.put("acme", "orders", DOCUMENT)
    results = {"sync": {"status": "succeeded", "output": {"body": {"id": "r-1", "two words": 1}}}}
    found = references(ask(signed_in(site), "input", node="answer", event=EVENT, results=results))
    assert found["order.lines[0].price"] == "order.lines.0.price"
    assert found["steps.sync.body.id"] == "steps.sync.body.id"
    assert found['steps.sync.body["two words"]'] == ""
    assert found["trigger.method"] == "trigger.method"


def test_references_and_expressions_of_the_tree_read_the_value_they_stand_at() -> None:
    context = {"order": {"from": 1, "null": 2, "a-b": 3, 'q"uote': 4, "7": 5, "lines": [[6]]}}
    waiting = list(context_tree(context))
    leaves = {}
    while waiting:
        entry = waiting.pop()
        waiting += entry.children
        if not entry.is_container:
            leaves[entry.name] = entry
    for leaf in leaves.values():
        assert str(compile_expression(leaf.expression, "").evaluate(context)) == leaf.text
        if leaf.reference:
            compiled = compile_value(f"<{leaf.reference}>", TemplateMode.TEXT, "")
            assert str(compiled.resolve(context).value) == leaf.text
    assert len(leaves) == 6


def test_a_huge_context_is_cut_and_says_so() -> None:
    (entry,) = context_tree({"items": list(range(5000))})
    assert len(entry.children) == MOST_ITEMS
    assert entry.left_out == 5000 - MOST_ITEMS
    (deep,) = context_tree({"text": "x" * 5000})
    assert len(deep.text) == 80


def test_a_key_that_is_no_name_is_read_in_brackets() -> None:
    assert expression_of(("order", "first name", 0, "if")) == 'order["first name"][0]["if"]'
