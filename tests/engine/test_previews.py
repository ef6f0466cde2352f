"""A preview shows what a step would see, make of it and send, and sends nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from core.errors import InvalidError, NotFoundError
from engine.compiler import Compiler
from engine.trying.previews import PreviewService
from engine.trying.sights import SETTINGS, Question
from engine.vault import Vault
from tests.support.builders import make_document, send, step
from tests.support.drafts import EVENT, URL, broken, partner_sync
from tests.support.loops import each
from tests.support.workbench import TurnedClock
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
SECRETS = {"TOKEN": "tok-very-secret-1", "BASE": "https://hidden.example"}


class Secrets:
    def reveal_all(self, _tenant: str) -> dict[str, str]:
        return SECRETS


CLOCK = TurnedClock()
PREVIEWS = PreviewService(REGISTRY, Compiler(REGISTRY), Vault(Secrets(), CLOCK), CLOCK)  # type: ignore[arg-type]


def preview(
    document: Any, step_id: str, event: Any = None, results: Any = None, **options: Any
) -> dict[str, Any]:
    question = Question("acme", "orders", document, step_id, event or EVENT, results or {})
    shown = PREVIEWS.preview(question, **options)
    written = json.dumps(shown)
    assert not any(secret in written for secret in SECRETS.values())
    return shown


def test_each_templated_text_shows_what_it_comes_to() -> None:
    fields = preview(partner_sync(), "sync")["fields"]

    assert fields == {
        "url": _text(f"{URL}/partners/acme%2F1/sync"),
        "headers.Authorization": _text("Bearer [secret:TOKEN]"),
        "headers['X-Order']": _text("A-1"),
        "body.total": {"value": 2, "text": "2"},
        "body.lines[0]": _text("A-1"),
    }


def test_a_key_of_the_settings_shows_what_it_comes_to_with_the_event_alone() -> None:
    document = {
        **partner_sync(),
        "settings": {"order_by": "<order.id>/x", "quarantine": {"key": "<steps.sync.body>"}},
    }

    shown = preview(document, SETTINGS, with_context=True)

    assert shown["fields"]["order_by"] == _text("A-1/x")
    assert "steps" in shown["fields"]["quarantine.key"]["error"]
    assert shown["context"].keys() & {"steps", "secrets", "run", "tenant"} == set()
    assert shown["request"] is None


def test_the_request_is_the_one_that_would_be_sent() -> None:
    request = preview(partner_sync(), "sync")["request"]

    assert request["method"] == "POST"
    assert request["url"] == f"{URL}/partners/acme%2F1/sync?source=penstock"
    assert request["headers"]["Authorization"] == "Bearer [secret:TOKEN]"
    assert request["headers"]["Content-Type"] == "application/json"
    assert request["headers"]["Idempotency-Key"] == "preview.sync"
    assert json.loads(request["body"]) == {"total": 2, "lines": ["A-1"]}
    assert preview(partner_sync(), "answer")["request"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<oder.id>", 'oder.id is missing: the context has no "oder"; there is customer, order'),
        ("<secrets.TOKE>", "there is TOKEN, BASE"),
        ("{{ 1 + }}", "cannot be read"),
        ("<steps.nobody.body>", 'steps has no "nobody"'),
        ("{{ parse_json(secrets.TOKEN) }}", "a preview does not know what a secret holds"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(text: str, words: str) -> None:
    document = partner_sync()
    document["steps"][0]["with"]["headers"]["X-Order"] = text

    shown = preview(document, "sync")

    assert words in shown["fields"]["headers['X-Order']"]["error"]
    assert "error" in shown["request"]
    assert shown["fields"]["body.total"]["value"] == 2


def test_a_step_sees_only_what_leads_to_it() -> None:
    results = {"sync": {"output": {"body": {"id": 7}}}, "sorry": {"output": {"a": 1}}}

    before = preview(partner_sync(), "answer")
    after = preview(partner_sync(), "answer", results=results, with_context=True)

    assert "sync has no result yet" in before["fields"]["body.remote"]["error"]
    assert after["fields"]["body.remote"]["value"] == 7
    assert set(after["context"]["steps"]) == {"sync"}
    assert after["context"]["secrets"] == {"TOKEN": "[secret:TOKEN]", "BASE": "[secret:BASE]"}
    assert "context" not in before


@pytest.mark.parametrize("guess", [SECRETS["TOKEN"], "tok-very-secret-2"])
def test_what_was_asked_with_comes_back_as_it_was_so_that_no_guess_is_confirmed(guess: str) -> None:
    event = {**EVENT, "body": {"token": guess}}
    results = {"before": {"status": "succeeded", "output": {"body": guess}}}
    document = make_document(
        send("before", URL, next=["sync"]),
        send("sync", f"{URL}/<token>", with_={"body": "<steps.before.body>"}),
    )

    question = Question("acme", "orders", document, "sync", event, results)
    shown = PREVIEWS.preview(question, with_context=True)

    assert shown["context"]["trigger"]["body"] == {"token": guess}
    assert shown["fields"]["url"] == _text(f"{URL}/{guess}")
    assert shown["fields"]["body"] == _text(guess)
    assert shown["request"]["url"] == f"{URL}/{guess}"
    assert guess in shown["request"]["body"]


@pytest.mark.parametrize(
    "configured",
    [
        step("a", "choose", {"branches": [{"port": "x", "when": "secrets.TOKEN == 'tok'"}]}),
        step("a", "set-values", {"values": {"t": "<secrets.TOKEN>"}}),
    ],
)
def test_nobody_can_ask_for_a_secret_where_nothing_is_sent(configured: dict[str, Any]) -> None:
    [field] = preview(make_document(configured), "a")["fields"].values()

    assert field == {"error": "secrets can be used only where something is sent"}


def test_guessing_at_a_secret_tells_nothing() -> None:
    """A preview works with the marker, so that what a secret holds cannot be asked bit by bit."""
    shown = []
    for guess in ("t", "z"):
        text = f"{{{{ 1 / (0 if starts_with(secrets.TOKEN, '{guess}') else 1) }}}}"
        document = make_document(send("a", URL, with_={"body": {"b": text}}))
        shown.append(preview(document, "a")["fields"]["body.b"])

    assert shown[0] == shown[1] == _text("[secret:TOKEN]")


def test_codes_retries_and_timeouts_are_told_in_plain_words() -> None:
    effects = preview(partner_sync(), "sync")["effects"]

    assert [one["words"] for one in effects["codes"]] == [
        "2xx: the run goes on by success",
        "429 and 5xx: tried again up to 5 times over about 2 minutes; then it leaves by error",
        "401 and 403: the run halts",
        "anything else: leaves by error",
    ]
    assert [wait["ms"] for wait in effects["retry"]["waits"]] == [1000, 3000, 9000, 27000, 81000]
    assert effects["retry"]["waits"][0]["words"] == "after 800 ms to 1 second"
    assert effects["timeout"]["words"] == "one attempt may take 15 seconds, the answer included"


def test_a_condition_shows_whether_it_holds() -> None:
    branches = [{"port": "a", "when": "order.id == 'A-1'"}, {"port": "b", "when": "order.id"}]
    fields = preview(make_document(step("pick", "choose", {"branches": branches})), "pick")[
        "fields"
    ]

    assert fields["branches[0].when"] == {"value": True, "text": "true"}
    assert "not true or false" in fields["branches[1].when"]["error"]


def test_a_large_value_is_shown_in_part() -> None:
    event = {**EVENT, "body": {"big": ["x" * 1000] * 200}}
    document = make_document(send("a", URL, with_={"body": {"b": "<big>"}}))

    shown = preview(document, "a", event)["fields"]["body.b"]

    assert shown["value"] is None
    assert shown["truncated"] is True
    assert len(shown["text"]) == 200


def test_what_is_no_event_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidError) as raised:
        preview(partner_sync(), "sync", {"headers": {"a": 1}, "bdy": 1})

    assert [fault.path for fault in raised.value.faults] == ["$.event.bdy", "$.event.headers.a"]
    with pytest.raises(NotFoundError, match="no step nobody"):
        preview(partner_sync(), "nobody")


@given(broken(partner_sync()))
@settings(max_examples=150)
def test_whatever_stands_in_a_draft_it_is_previewed(document: Any) -> None:
    for step_id in ("sync", "answer", "trigger"):
        try:
            shown = preview(document, step_id, with_context=True)
        except NotFoundError:
            continue
        assert all("error" in one or "text" in one for one in shown["fields"].values())


def _text(text: str) -> dict[str, str]:
    return {"value": text, "text": text}


AUTH = {
    "basic": {"user": "shop", "secret": "TOKEN"},
    "bearer": {"secret": "TOKEN"},
    "hmac": {"header": "X-Signature", "secret": "TOKEN"},
    "oauth2": {"token_url": f"{URL}/token", "client_id": "shop", "secret": "TOKEN"},
    "aws-sigv4": {"region": "r", "service": "s", "access_key": "AKID", "secret": "TOKEN"},
}


@pytest.mark.parametrize("kind", AUTH)
def test_authentication_is_previewed_without_a_secret_and_without_asking_for_a_token(
    kind: str,
) -> None:
    auth = {"type": kind, **AUTH[kind]}
    document = make_document(send("sync", f"{URL}/sync", with_={"auth": auth, "body": "token"}))

    request = preview(document, "sync")["request"]

    assert request["url"] == f"{URL}/sync"
    assert request["body"] == '"token"'
    header = request["headers"]["X-Signature" if kind == "hmac" else "Authorization"]
    assert header.endswith("[secret:TOKEN]")


def test_a_client_certificate_is_not_read_by_a_preview() -> None:
    auth = {"type": "mtls", "certificate": "TOKEN"}
    document = make_document(send("sync", f"{URL}/sync", with_={"auth": auth}))
    assert preview(document, "sync")["request"]["url"] == f"{URL}/sync"


def test_a_secret_that_authentication_names_and_nobody_has_is_told() -> None:
    auth = {"type": "bearer", "secret": "GONE"}
    document = make_document(send("sync", f"{URL}/sync", with_={"auth": auth}))
    assert "there is no secret GONE" in preview(document, "sync")["request"]["error"]


LINES = {**EVENT, "body": {"lines": [{"sku": "A-1", "parts": [7]}, {"sku": "B-2", "parts": []}]}}


def in_loops() -> dict[str, Any]:
    """A step in a loop in a loop, after one that stands in the outer."""
    note = step("note", "set-values", {"values": {"sku": "<item.sku>"}}, next=["inner"])
    inner = step("inner", "for-each", {"items": "<item.parts>"}, next={"each": ["sync"]})
    body = {"part": "<item>", "of": "<steps.lines.item.sku>", "at": "<index>"}
    collect = {"sku": "<item.sku>", "sent": "<steps.note.sku>", "count": "<steps.inner.count>"}
    return each(note, inner, send("sync", URL, with_={"body": body}), collect=collect)


def test_a_step_in_a_loop_sees_the_first_item() -> None:
    fields = preview(in_loops(), "sync", LINES)["fields"]
    outer = preview(in_loops(), "note", LINES, with_context=True)

    assert fields == {
        "body.part": {"value": 7, "text": "7"},
        "body.of": _text("A-1"),
        "body.at": {"value": 0, "text": "0"},
    }
    assert outer["fields"] == {"values.sku": _text("A-1")}
    assert (outer["context"]["index"], outer["waiting"]) == (0, [])


def test_what_a_loop_collects_sees_the_first_item_and_its_results() -> None:
    fields = preview(in_loops(), "lines", LINES, {"note": {"output": {"sku": "A-1"}}})["fields"]

    assert fields["items"]["value"] == LINES["body"]["lines"]
    assert fields["collect.sku"] == _text("A-1")
    assert fields["collect.sent"] == _text("A-1")
    assert fields["collect.count"]["waiting"]


@pytest.mark.parametrize("lines", [[], "none", None])
def test_without_an_item_the_preview_says_that_there_is_none(lines: Any) -> None:
    event = {**EVENT, "body": {"lines": lines}}

    error = preview(in_loops(), "note", event)["fields"]["values.sku"]["error"]

    assert "item" in error and "missing" in error


@given(broken(in_loops()))
@settings(max_examples=100)
def test_broken_drafts_with_loops_are_previewed_too(document: Any) -> None:
    for step_id in ("sync", "lines", "note"):
        try:
            preview(document, step_id, LINES)
        except NotFoundError:
            continue


def test_addresses_for_callbacks_are_shown_where_they_are_in_sight() -> None:
    hold = step("hold", "wait-for-callback", {})
    body = {"back": "<run.callbacks.hold>"}
    inside = send("inside", URL, with_={"body": body}, next=["hold"])
    document = each(inside, hold, after=(send("outside", URL, with_={"body": body}),))

    shown = preview(document, "inside", LINES)["fields"]["body.back"]["text"]
    missing = preview(document, "outside", LINES)["fields"]["body.back"]["error"]

    assert shown.startswith("https://")
    assert "run.callbacks.hold is missing" in missing
