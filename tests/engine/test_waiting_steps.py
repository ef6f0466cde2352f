"""Steps that wait: for a while, or for a callback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import StorageUnavailable
from core.http import InboundRequest
from core.request_store import RequestFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.execution import Standing
from engine.replies import JsonReply, Problem
from tests.support.builders import NOW, make_document, send, step
from tests.support.statements import counted_statements
from tests.support.workbench import TENANT, Workbench

HOUR = 3_600_000
PARTNER = "https://partner.example"
HOLD = step(
    "hold",
    "wait-for-callback",
    {"expires": "1h"},
    next={"success": ["keep"], "expired": ["late"]},
)
LATE = step("late", "set-values", {"values": {"late": "<steps.hold.expires_at>"}})


def keep(value: str) -> dict[str, Any]:
    return step("keep", "set-values", {"values": {"kept": value}})


def wait(**configuration: str) -> dict[str, Any]:
    return step("pause", "wait", configuration, next=["keep"])


def callback(bench: Workbench, url: str, body: Any = None, raw: bytes | None = None) -> Any:
    token = url.removeprefix("http://penstock.test/callback/")
    raw = json.dumps(body).encode() if raw is None else raw
    headers = {"content-type": "application/json"}
    request = InboundRequest("POST", "/callback/…", {}, headers, "203.0.113.9", lambda _most: raw)
    return bench.service.callbacks.receive(token, request)


def publish_callback(bench: Workbench) -> None:
    tell = send("tell", PARTNER, with_={"body": {"back": "<run.callbacks.hold>"}}, next=["hold"])
    kept = keep("<steps.hold.body.answer>")
    bench.publish(make_document(tell, HOLD, kept, LATE))


def address(bench: Workbench) -> str:
    sent: str = json.loads(bench.partner.received[0].body or b"")["back"]
    return sent


def test_a_duration_is_waited_for_from_the_moment_the_step_begins(bench: Workbench) -> None:
    bench.publish(make_document(wait(**{"for": "2h"}), keep("<steps.pause.waited_ms>")))
    bench.post()
    assert bench.last_run().due_at == NOW + 2 * HOUR

    bench.clock.turn(2 * HOUR)
    bench.run_due()

    assert bench.detail().run.output == {"kept": 2 * HOUR}


def test_until_takes_a_moment_of_the_event(bench: Workbench) -> None:
    bench.publish(make_document(wait(until="<order.at>"), keep("<steps.pause.until>")))
    bench.post({"order": {"at": "2027-01-15T10:00:00+01:00"}})

    assert bench.last_run().due_at == NOW + HOUR
    bench.clock.turn(HOUR)
    bench.run_due()
    assert bench.detail().run.output == {"kept": "2027-01-15T09:00:00.000Z"}


@pytest.mark.parametrize(
    ("duration", "standing"), [("1s", Standing.PARKED), ("2s", Standing.RESTING)]
)
def test_whoever_looks_for_what_is_due_is_told_only_of_what_comes_soon(
    bench: Workbench, duration: str, standing: Standing
) -> None:
    bench.publish(make_document(wait(**{"for": duration}), keep("x")))
    bench.dispatcher.full = True
    bench.post()
    [run] = bench.transitions.claim_due("workbench", bench.clock.now(), 1)
    assert bench.executor.resume(run) is standing


def test_a_moment_that_is_over_is_not_waited_for(bench: Workbench) -> None:
    bench.publish(make_document(wait(until="2020-01-01T00:00:00Z"), keep("x")))
    bench.post()
    assert bench.last_run().status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("given", ["soon", "2027-01-15", 5, "2099-01-01T00:00:00Z"])
def test_what_is_no_moment_fails_in_words(bench: Workbench, given: Any) -> None:
    bench.publish(make_document(wait(until="<order.at>"), keep("x")))
    bench.post({"order": {"at": given}})
    assert "until: " in (bench.last_run().error or "")


def test_a_wait_longer_than_a_run_may_take_is_a_fault(bench: Workbench) -> None:
    found = bench.faults(make_document(wait(**{"for": "3d"}), keep("x")))
    assert "settings.timeout" in found["$.steps[0].with"]

    allowed = make_document(wait(**{"for": "3d"}), keep("x"), settings={"timeout": "4d"})
    bench.publish(allowed)


@pytest.mark.parametrize(
    "configuration", [{}, {"for": "1h", "until": "<order.at>"}, {"for": "1 hour"}]
)
def test_one_of_the_two_ways_is_named(bench: Workbench, configuration: dict[str, str]) -> None:
    assert bench.faults(make_document(wait(**configuration), keep("x")))


def test_the_partner_gets_the_address_and_its_answer_goes_on(bench: Workbench) -> None:
    publish_callback(bench)
    bench.post()
    run = bench.last_run()
    assert run.status is RunStatus.WAITING

    reply = callback(bench, address(bench), {"answer": "yes"})
    bench.run_due()

    assert reply == JsonReply(200, {"status": "accepted", "run_id": run.id})
    assert bench.detail().run.output == {"kept": "yes"}


def test_a_callback_counts_once(bench: Workbench) -> None:
    publish_callback(bench)
    bench.post()
    url = address(bench)

    callback(bench, url, {"answer": "first"})
    again = callback(bench, url, {"answer": "second"})
    bench.run_due()

    assert isinstance(again, Problem)
    assert again.status == 410
    assert bench.detail().run.output == {"kept": "first"}
    assert callback(bench, url, {"answer": "third"}).status == 410


def test_a_callback_before_the_step_begins_is_kept_for_it(bench: Workbench) -> None:
    publish_callback(bench)
    answer = bench.partner.script

    def call_back_first(request: Any) -> Any:
        callback(bench, json.loads(request.body)["back"], {"answer": "quick"})
        return answer(request)

    bench.partner.script = call_back_first
    bench.post()
    bench.run_due()

    assert bench.detail().run.output == {"kept": "quick"}


def test_without_a_callback_the_step_expires(bench: Workbench) -> None:
    publish_callback(bench)
    bench.post()
    bench.clock.turn(HOUR)
    bench.run_due()

    assert bench.detail().run.output == {"late": "2027-01-15T09:00:00.000Z"}
    assert callback(bench, address(bench), {}).status == 410


@pytest.mark.parametrize("change", [lambda url: url[:-1], lambda url: url + "x", lambda _: "x"])
def test_a_forged_address_is_no_address(bench: Workbench, change: Any) -> None:
    publish_callback(bench)
    bench.post()
    assert callback(bench, change(address(bench)), {}).status == 404


def test_a_body_that_cannot_be_read_loses_nothing(bench: Workbench) -> None:
    publish_callback(bench)
    bench.post()
    assert callback(bench, address(bench), raw=b"{").status == 400

    callback(bench, address(bench), {"answer": "yes"})
    bench.run_due()
    assert bench.detail().run.output == {"kept": "yes"}


def test_an_address_of_no_such_step_is_a_fault(bench: Workbench) -> None:
    tell = send("tell", PARTNER, with_={"body": "<run.callbacks.nobody>"})
    found = bench.faults(make_document(tell))
    assert "no step that waits for a callback" in found["$.steps[0].with.body"]


def test_the_log_does_not_show_the_address(bench: Workbench) -> None:
    publish_callback(bench)
    bench.post()
    callback(bench, address(bench), {"answer": "yes"})
    page = bench.store.requests.list(TENANT, RequestFilter(direction="in"), ListQuery(limit=10))
    assert "/callback/[masked]" in {entry.url for entry in page.items}


def publish_beside_sending(bench: Workbench) -> None:
    """One branch waits for a callback while another sends three times; the first tells where."""
    tell = send("one", PARTNER, with_={"body": {"back": "<run.callbacks.hold>"}}, next=["two"])
    others = (send("two", f"{PARTNER}/2", next=["three"]), send("three", f"{PARTNER}/3"))
    hold = step("hold", "wait-for-callback", {"expires": "1h"}, next=["keep"])
    document = make_document(hold, tell, *others, keep("<steps.hold.body.answer>"))
    document["trigger"]["next"] = ["hold", "one"]
    bench.publish(document)


def call_back_at_once(bench: Workbench) -> None:
    """The partner calls back while the request that told it where is still under way."""
    answer = bench.partner.script

    def script(request: Any) -> Any:
        if request.body and b"back" in request.body:
            callback(bench, json.loads(request.body)["back"], {"answer": "quick"})
        return answer(request)

    bench.partner.script = script


def test_a_branch_that_waits_hears_while_another_one_is_still_sending(bench: Workbench) -> None:
    publish_beside_sending(bench)
    call_back_at_once(bench)

    bench.post()

    # Nobody had to take the run up again.
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.steps()["keep"].output == {"kept": "quick"}


def test_what_cannot_be_read_in_that_moment_is_heard_when_the_run_rests(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_beside_sending(bench)
    call_back_at_once(bench)

    def away(*_: object) -> None:
        raise StorageUnavailable("nobody answers")

    with monkeypatch.context() as patched:
        patched.setattr(bench.store.signals, "of_run", away)
        bench.post()
    assert bench.last_run().status is RunStatus.WAITING

    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.steps()["keep"].output == {"kept": "quick"}


def test_a_run_in_which_nothing_waits_asks_nothing_about_it(bench: Workbench) -> None:
    bench.publish(make_document(send("one", PARTNER, next=["two"]), send("two", PARTNER)))
    with counted_statements() as sent:
        bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    asked = [one for one in sent if "FROM signals" in one or "FROM runs" in one]
    assert asked == []
