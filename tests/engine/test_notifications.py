"""Notifications of runs, trials, previews and Penstock itself: told, logged, and masked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.model import RequestEntry
from core.notifications import Notification, NotificationResult
from core.request_store import RequestFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.trying.sights import Question
from engine.trying.trials import Trial
from tests.support.builders import make_document, step
from tests.support.workbench import TENANT, Workbench

CHAT = "slack://T0KEN-A/T0KEN-B/T0KEN-C"
MAIL = "mailtos://ada:hunter2-secret@example.org?to=ada@example.org"
BUSY = NotificationResult("mailtos://mail.example", 3, 451, "mail.example answered 451", True)
GONE = NotificationResult("slack://hooks.example", 3, 404, "hooks.example answered 404 T0KEN-A")


def telling(*to: str, **rest: Any) -> dict[str, Any]:
    configuration = {"to": list(to), "title": "Order <order.id>", "body": "It is late."}
    return make_document(
        step("tell", "send-notification", configuration, retry={"attempts": 3}, **rest),
    )


@pytest.fixture
def bench_with_secrets(bench: Workbench) -> Workbench:
    bench.service.secrets.put(TENANT, "CHAT", CHAT)
    bench.service.secrets.put(TENANT, "MAIL", MAIL)
    bench.service.secrets.put(TENANT, "PASS", "hunter2-secret")
    return bench


def logged(bench: Workbench) -> list[RequestEntry]:
    """What went out, the oldest first, with its body."""
    # Units are committed in their turn: once this one is, so is all that was left to be.
    bench.store.commit([bench.store.tenants.rename(TENANT, "Acme")])
    page = bench.service.requests.list(TENANT, RequestFilter(direction="out"), ListQuery(limit=50))
    ids = [entry.id for entry in reversed(page.items)]
    return [bench.service.requests.get(TENANT, one) for one in ids]


def test_people_are_told_and_the_log_says_so_without_their_addresses(
    bench_with_secrets: Workbench,
) -> None:
    bench = bench_with_secrets
    bench.publish(telling("CHAT", "mailtos://ada:<secrets.PASS>@example.org?to=<order.mail>"))

    bench.post({"order": {"id": 7, "mail": "ada@example.org"}})

    addresses = [address for address, _ in bench.people.told]
    assert addresses == [
        CHAT,
        "mailtos://ada:hunter2-secret@example.org?to=ada%40example.org",
    ]
    assert bench.people.told[0][1].title == "Order 7"
    entries = logged(bench)
    assert [(one.method, one.url, one.status) for one in entries] == [
        ("NOTIFY", "slack://chat.example", 200),
        ("NOTIFY", "mailtos://chat.example", 200),
    ]
    assert json.loads(entries[0].request_body or b"") == {
        "title": "Order 7",
        "body": "It is late.",
        "format": "text",
        "type": "info",
    }
    run = bench.detail()
    assert run.run.status is RunStatus.SUCCEEDED
    assert bench.steps()["tell"].output == {
        "results": [
            {"to": "CHAT", "delivered": True},
            {"to": "mailtos://chat.example", "delivered": True},
        ]
    }


def test_after_a_partial_failure_only_the_others_are_tried_again(
    bench_with_secrets: Workbench,
) -> None:
    bench = bench_with_secrets
    bench.publish(telling("CHAT", "MAIL"))
    bench.people.out_of_reach[MAIL] = BUSY

    bench.post({"order": {"id": 7}})
    assert bench.last_run().status is RunStatus.WAITING
    bench.people.out_of_reach.clear()
    bench.clock.turn(60_000)
    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert [address for address, _ in bench.people.told] == [CHAT, MAIL]
    assert [(one.url, one.attempt, one.error) for one in logged(bench)] == [
        ("slack://chat.example", 1, None),
        ("mailtos://mail.example", 1, "mail.example answered 451"),
        ("mailtos://chat.example", 2, None),
    ]


def test_whoever_cannot_be_told_fails_the_step_and_the_words_are_masked(
    bench_with_secrets: Workbench,
) -> None:
    bench = bench_with_secrets
    bench.service.secrets.put(TENANT, "PART", "T0KEN-A")
    bench.publish(telling("CHAT"))
    bench.people.out_of_reach[CHAT] = GONE

    bench.post({"order": {"id": 7}})

    words = "hooks.example answered 404 [secret:PART]"
    assert bench.steps()["tell"].error == f"CHAT: {words}"
    assert logged(bench)[0].error == words


def test_the_secrets_of_addresses_are_listed_with_their_uses(bench_with_secrets: Workbench) -> None:
    bench = bench_with_secrets
    bench.publish(telling("CHAT", "mailtos://ada:<secrets.PASS>@example.org"))

    uses = {one.entry.name: one.used_by for one in bench.service.secrets.list(TENANT)}

    assert uses == {"CHAT": ("orders",), "PASS": ("orders",), "MAIL": ()}


def test_a_secret_cannot_stand_in_what_people_read(bench_with_secrets: Workbench) -> None:
    document = telling("CHAT")
    document["steps"][0]["with"]["body"] = "<secrets.PASS>"

    sketch = bench_with_secrets.service.sketches.sketch(TENANT, document)

    [fault] = sketch["faults"]
    assert fault["message"] == "secrets can be used only where something is sent"


def preview(bench: Workbench, document: dict[str, Any]) -> dict[str, Any]:
    event = {"body": {"order": {"id": 7}}}
    question = Question(TENANT, "orders", document, "tell", event, {})
    return bench.service.previews.preview(question)


def test_a_preview_shows_what_would_be_said_and_tells_nobody(bench_with_secrets: Workbench) -> None:
    shown = preview(bench_with_secrets, telling("CHAT"))
    scheme = preview(bench_with_secrets, telling("mailtos://ada:<secrets.PASS>@example.org"))

    assert bench_with_secrets.people.told == []
    assert shown["request"]["url"] == "[secret:CHAT]"
    assert json.loads(shown["request"]["body"])["title"] == "Order 7"
    assert scheme["request"]["url"] == "mailtos://…"
    assert scheme["fields"]["to[0]"]["text"] == "mailtos://ada:[secret:PASS]@example.org"
    assert "hunter2-secret" not in json.dumps([shown, scheme])


def test_a_trial_tells_people_really_and_within_its_time(bench_with_secrets: Workbench) -> None:
    bench = bench_with_secrets
    document = telling("CHAT")
    document["steps"][0]["with"]["timeout"] = "10m"
    trial = Trial(document, {"body": {"order": {"id": 7}}})

    events = list(bench.service.trials.run(TENANT, "orders", trial, user="ada"))

    [(address, notification)] = bench.people.told
    assert address == CHAT
    assert notification.timeout == 300_000
    assert events[-1].data["status"] == "succeeded"
    assert [one.run_id for one in logged(bench)] == [None]


def test_penstock_itself_tells_people_by_the_names_of_secrets(
    bench_with_secrets: Workbench,
) -> None:
    bench = bench_with_secrets
    bench.people.out_of_reach[MAIL] = BUSY
    alert = Notification("3 runs failed; the password is hunter2-secret.", title="Runs fail")

    results = bench.service.notifications.send(TENANT, ["CHAT", "NOBODY", "MAIL"], alert)

    assert [(one.delivered, one.error) for one in results] == [
        (True, None),
        (False, "there is no secret NOBODY; an admin can set it"),
        (False, "mail.example answered 451"),
    ]
    assert [address for address, _ in bench.people.told] == [CHAT]
    entries = logged(bench)
    assert [(one.url, one.run_id) for one in entries] == [
        ("slack://chat.example", None),
        ("mailtos://mail.example", None),
    ]
    assert json.loads(entries[0].request_body or b"")["body"] == (
        "3 runs failed; the password is [secret:PASS]."
    )
