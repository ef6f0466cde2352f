"""What the JSON view asks while a document is written: for whom, and counted as browsers count."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from core.accounts import Role
from tests.support.builders import make_document
from tests.support.pages import Browser, signed_in
from tests.support.site import Site


def ask(visitor: Browser, **body: Any) -> TestResponse:
    headers = {"X-CSRF-Token": visitor.csrf(), "Accept": "application/json"}
    return visitor.client.post("/automations/orders/json-completions", json=body, headers=headers)


def test_names_and_what_the_caret_stands_in_are_told_to_every_role(site: Site) -> None:
    site.service.automations.put("acme", "orders", make_document())
    for role in Role:
        answer = ask(signed_in(site, role), text='{"settings": {"tim', caret=18).json
        [found] = answer["suggestions"]
        assert (found["insert"], found["from"], found["to"]) == ('"timeout": ', 14, 18)
        assert answer["member"]["path"] == "settings"


def test_places_are_counted_as_browsers_do(site: Site) -> None:
    text = '{"name": "🫖🫖", "tri'

    [found] = ask(signed_in(site), text=text, caret=len(text) + 2).json["suggestions"]

    assert (found["label"], found["from"], found["to"]) == ("trigger", 17, 21)


def test_a_caret_outside_of_the_text_and_half_a_character_are_taken(site: Site) -> None:
    visitor = signed_in(site)
    for caret in (-5, 0, 3, 10**9):
        assert ask(visitor, text='{"🫖', caret=caret).status_code == 200


def test_what_is_missing_is_named_and_what_is_too_long_is_refused(site: Site) -> None:
    visitor = signed_in(site)
    assert ask(visitor, caret=1).json["errors"][0]["path"] == "$.text"
    assert ask(visitor, text="{", caret="1").json["errors"][0]["path"] == "$.caret"
    assert ask(visitor, text=" " * (2 << 20), caret=1).status_code == 413
