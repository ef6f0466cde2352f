"""A trial executes a draft as a run would, in memory, and tells what becomes of each step."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from core.errors import BusyError, InvalidError
from core.http import OutboundRequest, SendResult
from core.request_store import RequestFilter
from core.run_store import RunFilter
from core.writes import ListQuery
from engine.trying import trials
from engine.trying.trial_input import LONGEST_TRIAL
from engine.trying.trials import Trial, TrialStream
from tests.support.builders import make_document, send, step
from tests.support.drafts import EVENT, URL, partner_sync
from tests.support.loops import bodies, by_item, each
from tests.support.workbench import TENANT, Workbench, answered, unreachable

TOKEN = "tok-very-secret-1"

Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture(autouse=True)
def _secret(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", TOKEN)


def start(bench: Workbench, trial: Trial, user: str = "ada") -> TrialStream:
    return bench.service.trials.run(TENANT, "orders", trial, user=user)


def tell(bench: Workbench, document: Any, event: Any = None, **trial: Any) -> Told:
    """Everything a trial tells."""
    stream = start(bench, Trial(document, event or EVENT, **trial))
    told = [(one.name, dict(one.data)) for one in stream]
    assert TOKEN not in json.dumps(told)
    return told


def results(told: Told) -> dict[str, dict[str, Any]]:
    """The last that was told of each step."""
    return {data["id"]: data for name, data in told if name == "step"}


def test_the_whole_draft_is_executed_as_a_run_would_be(bench: Workbench) -> None:
    told = tell(bench, partner_sync())

    assert [name for name, _ in told] == [
        "started",
        "step",
        "step",
        "step",
        "step",
        "step",
        "ended",
    ]
    assert told[0][1] == {"steps": ["sync", "answer", "sorry"]}
    assert {step: one["status"] for step, one in results(told).items()} == {
        "sync": "succeeded",
        "answer": "succeeded",
        "sorry": "skipped",
    }
    end = told[-1][1]
    assert (end["status"], end["answer"]["status"]) == ("succeeded", 200)
    assert json.loads(end["answer"]["body"]) == {"remote": "remote-1"}
    [sent] = bench.partner.received
    assert dict(sent.headers)["Authorization"] == f"Bearer {TOKEN}"


def test_no_run_is_stored_and_the_request_is_in_the_log(bench: Workbench) -> None:
    told = tell(bench, partner_sync())

    assert bench.service.runs.list(TENANT, RunFilter(), ListQuery()).items == ()
    assert bench.run_due() == 0
    bench.store.check()
    [entry] = bench.service.requests.list(TENANT, RequestFilter(), ListQuery()).items
    assert (entry.direction, entry.automation_id, entry.step_id) == ("out", "orders", "sync")
    assert (entry.run_id, entry.event_id) == (None, None)
    assert entry.request_headers["Authorization"] == "Bearer [secret:TOKEN]"
    [shown] = results(told)["sync"]["requests"]
    assert shown["id"] == entry.id
    assert shown["url"] == f"{URL}/partners/acme%2F1/sync?source=penstock"


def test_what_would_be_tried_again_fails_and_says_when_it_would_be(bench: Workbench) -> None:
    bench.partner.answers(answered(503))

    told = tell(bench, partner_sync())

    assert len(bench.partner.received) == 1
    assert results(told)["sync"]["error"] == (
        "partner.example answered 503 Service Unavailable; "
        "a run would try again after 1 second, and up to 4 times more"
    )
    assert json.loads(told[-1][1]["answer"]["body"]) == {
        "error": "partner.example answered 503 Service Unavailable"
    }


def test_a_step_alone_takes_its_input_from_results(bench: Workbench) -> None:
    given = {"sync": {"output": {"body": {"id": 9}}}}

    told = tell(bench, partner_sync(), only="answer", results=given)

    assert told[0][1] == {"steps": ["answer"]}
    assert results(told)["answer"]["output"]["body"] == {"remote": 9}
    assert bench.partner.received == []


def test_a_step_alone_is_refused_while_a_result_it_needs_is_missing(bench: Workbench) -> None:
    document = partner_sync()
    document["steps"][1] = send("answer", URL, with_={"body": "<steps.sync.body.id>"})

    [(name, data)] = tell(bench, document, only="answer")

    assert name == "refused"
    assert data["faults"][0]["path"] == "$.steps[1].with.body"
    assert "no result yet" in data["faults"][0]["message"]
    assert bench.partner.received == []


def test_a_result_that_is_not_needed_after_all_is_not_asked_for(bench: Workbench) -> None:
    body = {"id": "{{ default(steps.sync.body.id, 'none') }}"}
    document = partner_sync()
    document["steps"][1] = send("answer", URL, with_={"body": body})

    told = tell(bench, document, only="answer")

    assert told[-1][1]["status"] == "succeeded"
    assert bench.partner.received[0].body == b'{"id":"none"}'


def test_a_pinned_step_is_not_executed(bench: Workbench) -> None:
    given = {"sync": {"status": "failed", "error": "no luck"}}

    told = tell(bench, partner_sync(), results=given)

    assert bench.partner.received == []
    assert results(told)["sync"]["pinned"] is True
    assert results(told)["answer"]["status"] == "skipped"
    assert json.loads(told[-1][1]["answer"]["body"]) == {"error": "no luck"}


def test_up_to_a_step_nothing_behind_it_is_executed_or_checked(bench: Workbench) -> None:
    document = partner_sync()
    document["steps"][1]["with"] = {"status": "{{ 1 +"}
    document["steps"].append(step("alone", "teleport", {}))
    document["trigger"]["with"] = {}

    told = tell(bench, document, until="sync")

    assert list(results(told)) == ["sync"]
    assert told[-1][1]["status"] == "succeeded"
    assert told[-1][1]["output"]["body"] == {"id": "remote-1"}


def test_where_the_last_step_leads_does_not_matter_and_where_others_lead_does(
    bench: Workbench,
) -> None:
    document = partner_sync()
    document["steps"][0]["next"]["error"] = ["nowhere"]

    assert tell(bench, document, until="sync")[-1][1]["status"] == "succeeded"
    [(name, data)] = tell(bench, document, until="answer")
    assert name == "refused"
    assert [fault["path"] for fault in data["faults"]] == ["$.steps[0].next.error"]


def test_faults_of_what_is_to_be_tried_are_all_told(bench: Workbench) -> None:
    document = partner_sync()
    document["steps"][0]["with"] |= {"timeout": "soon", "url": "<"}

    [(name, data)] = tell(bench, document)

    assert name == "refused"
    assert {fault["path"] for fault in data["faults"]} == {"$.steps[0].with.timeout"}
    [(name, data)] = tell(bench, document, until="nobody")
    assert (name, data["detail"]) == ("refused", "the draft has no step nobody")


def test_a_step_the_way_does_not_lead_to_is_told_apart(bench: Workbench) -> None:
    told = tell(bench, partner_sync(), until="sorry")

    assert results(told)["sorry"]["status"] == "skipped"
    assert told[-1][1]["status"] == "cancelled"
    assert "sorry was not reached" in told[-1][1]["error"]


def test_a_halt_ends_it_and_what_was_left_is_cancelled(bench: Workbench) -> None:
    bench.partner.answers(answered(401))
    document = make_document(
        *(send(name, URL, with_={"codes": {"halt": ["401"]}}) for name in ("a", "b"))
    )
    document["trigger"]["next"] = ["a", "b"]

    told = tell(bench, document)

    assert len(bench.partner.received) == 1
    assert (results(told)["a"]["status"], results(told)["b"]["status"]) == ("failed", "cancelled")
    assert told[-1][1]["status"] == "halted"


def test_a_join_waits_for_all_of_its_branches(bench: Workbench) -> None:
    document = make_document(
        send("a", f"{URL}/a", next=["join"]),
        send("b", f"{URL}/b", next=["join"]),
        step("join", "set-values", {"values": {"both": ["<steps.a.status>", "<steps.b.status>"]}}),
    )
    document["trigger"]["next"] = ["a", "b"]

    assert tell(bench, document)[-1][1]["output"] == {"both": [200, 200]}


def test_who_stops_reading_ends_the_trial_before_its_next_step(bench: Workbench) -> None:
    chain = [send(name, f"{URL}/{name}", next=[then]) for name, then in ("ab", "bc")]
    document = make_document(*chain, send("c", URL))
    stream = start(bench, Trial(document, EVENT))
    while next(stream).data.get("status") != "succeeded":
        pass

    stream.close()

    assert [one.url for one in bench.partner.received] == [f"{URL}/a"]
    assert list(stream) == []


def test_a_trial_ends_after_five_minutes(bench: Workbench) -> None:
    def slow(_request: OutboundRequest) -> Any:
        bench.clock.turn(299_000)
        return answered(200)

    bench.partner.script = slow
    chain = [send(name, URL, next=[then]) for name, then in ("ab", "bc")]
    told = tell(bench, make_document(*chain, send("c", URL)))

    assert [sent.timeout for sent in bench.partner.received] == [15_000, 1_000]
    assert results(told)["c"]["status"] == "cancelled"
    assert "at most 5 minutes" in told[-1][1]["error"]


def test_only_so_many_trials_are_under_way_at_once(bench: Workbench) -> None:
    trial = Trial(partner_sync(), EVENT)
    users = [f"user-{number % 8}" for number in range(trials.MOST_TRIALS)]
    open_ones = [start(bench, trial, user) for user in users]

    with pytest.raises(BusyError, match="32 trials are under way"):
        start(bench, trial, "one more")
    open_ones[0].close()
    for stream in (*open_ones[1:], start(bench, trial, "one more")):
        assert [one.name for one in stream][-1] == "ended"


def test_one_user_has_a_few_trials_and_leaves_the_other_places_to_others(bench: Workbench) -> None:
    trial = Trial(partner_sync(), EVENT)
    open_ones = [start(bench, trial) for _ in range(trials.MOST_OF_A_USER)]

    with pytest.raises(BusyError, match="4 trials of yours are under way"):
        start(bench, trial)
    start(bench, trial, "grace").close()
    assert [one.name for one in open_ones[0]][-1] == "ended"
    start(bench, trial).close()


def test_a_trial_that_nobody_reads_loses_its_place_with_its_time(bench: Workbench) -> None:
    trial = Trial(partner_sync(), EVENT)
    unread = [start(bench, trial) for _ in range(trials.MOST_OF_A_USER)]

    bench.clock.turn(LONGEST_TRIAL)

    assert [one.name for one in start(bench, trial)][-1] == "ended"
    sent = len(bench.partner.received)
    assert "at most 5 minutes" in [*unread[0]][-1].data["error"]
    assert len(bench.partner.received) == sent


def test_a_trial_keeps_only_so_much_output_and_ends_there(bench: Workbench) -> None:
    names = [f"s{number}" for number in range(9)]
    steps = [
        step(name, "set-values", {"values": {"a": ["<order.id>"] * 500}}, next=[after])
        for name, after in pairwise(names)
    ]
    document = make_document(*steps, step("s8", "set-values", {"values": {"a": 1}}))
    event = {**EVENT, "body": {"order": {"id": "x" * 20_000}}}

    told = tell(bench, document, event)

    statuses = [results(told)[name]["status"] for name in names]
    assert statuses == ["succeeded"] * 6 + ["failed", "cancelled", "cancelled"]
    assert told[-1][1]["status"] == "failed"
    assert "64 MiB at most" in told[-1][1]["error"]


def test_results_of_wrong_form_are_refused(bench: Workbench) -> None:
    with pytest.raises(InvalidError) as raised:
        tell(bench, partner_sync(), results={"sync": {"port": 1}})

    assert [fault.path for fault in raised.value.faults] == ["$.results.sync.port"]


def test_what_a_partner_echoes_of_a_secret_is_masked(bench: Workbench) -> None:
    bench.partner.answers(answered(200, {"id": f"got {TOKEN}"}, x_echo=TOKEN))

    told = tell(bench, partner_sync())

    assert results(told)["sync"]["output"]["body"] == {"id": "got [secret:TOKEN]"}


def test_a_partner_that_cannot_be_reached_is_told_in_words(bench: Workbench) -> None:
    bench.partner.answers(unreachable())

    assert "connection refused" in results(tell(bench, partner_sync()))["sync"]["error"]


def test_a_step_nobody_waits_for_hides_its_answer_from_the_next(bench: Workbench) -> None:
    ping = send("ping", URL, with_={"wait": False}, next=["note"])
    note = step("note", "set-values", {"values": {"p": "{{ exists(steps.ping) }}"}})

    assert tell(bench, make_document(ping, note))[-1][1]["output"] == {"p": False}


def test_a_trial_asks_for_an_access_token_and_shows_it_to_nobody(bench: Workbench) -> None:
    given = "at-very-secret-2"
    auth = {"type": "oauth2", "token_url": f"{URL}/token", "client_id": "c", "secret": "TOKEN"}
    document = make_document(send("sync", f"{URL}/sync", with_={"auth": auth}))

    def answer(request: OutboundRequest) -> SendResult:
        shown = dict(request.headers)["Authorization"]
        return answered(200, {"access_token": given, "token_type": "bearer", "shown": shown})

    bench.partner.script = answer
    told = tell(bench, document)

    assert results(told)["sync"]["status"] == "succeeded"
    assert [one.url for one in bench.partner.received] == [f"{URL}/token", f"{URL}/sync"]
    shown = results(told)["sync"]["requests"]
    assert [one["url"] for one in shown] == [f"{URL}/token", f"{URL}/sync"]
    assert given not in json.dumps(told)


REPORTING = make_document(
    send("sync", f"{URL}/sync", with_={"body": "<order.id>"}),
    send("tell", f"{URL}/tell", with_={"body": "<failure>"}, next=["note"]),
    step("note", "set-values", {"values": {"why": "<failure.error>"}}),
    on_failure=["tell"],
)


def test_a_step_that_fails_is_followed_by_those_of_a_failure(bench: Workbench) -> None:
    bench.partner.answers(answered(404), answered(200))

    told = tell(bench, REPORTING)

    error = "sync: partner.example answered 404 Not Found"
    assert {name: one["status"] for name, one in results(told).items()} == {
        "sync": "failed",
        "tell": "succeeded",
        "note": "succeeded",
    }
    assert results(told)["note"]["output"] == {"why": error}
    assert (told[-1][1]["status"], told[-1][1]["error"]) == ("failed", error)
    body = json.loads(bench.partner.received[1].body or b"")
    assert (body["status"], body["step"]) == ("failed", "sync")


def test_steps_of_a_failure_are_passed_over_when_nothing_fails(bench: Workbench) -> None:
    told = tell(bench, REPORTING)

    assert results(told)["tell"]["status"] == "skipped"
    assert told[-1][1]["status"] == "succeeded"


@pytest.mark.parametrize(
    ("trial", "executed"), [({"until": "note"}, ["tell", "note"]), ({"only": "note"}, ["note"])]
)
def test_a_step_of_a_failure_is_tried_with_one_that_is_made_up(
    bench: Workbench, trial: dict[str, str], executed: list[str]
) -> None:
    told = tell(bench, REPORTING, **trial)

    assert told[0][1] == {"steps": executed}
    assert results(told)["note"]["output"] == {"why": "this is a trial: nothing has failed"}
    assert told[-1][1]["status"] == "succeeded"


def test_what_goes_wrong_in_a_made_up_failure_is_the_end_of_the_trial(bench: Workbench) -> None:
    bench.partner.answers(answered(410))

    told = tell(bench, REPORTING, until="tell")

    assert told[-1][1]["error"] == "tell: partner.example answered 410 Gone"
    assert len(bench.partner.received) == 1


def test_a_trial_that_is_cut_off_tells_of_no_failure(bench: Workbench) -> None:
    def slow(_request: OutboundRequest) -> Any:
        bench.clock.turn(LONGEST_TRIAL)
        return answered(404)

    bench.partner.script = slow
    told = tell(bench, REPORTING)

    assert results(told)["tell"]["status"] == "cancelled"
    assert "at most 5 minutes" in told[-1][1]["error"]


def through(count: int, **configuration: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A draft that goes through a list, and an event with so many lines."""
    document = each(collect="<steps.sync.body.got>", **configuration)
    return document, {**EVENT, "body": {"lines": [f"line {number}" for number in range(count)]}}


def test_a_loop_is_tried_with_the_first_items_of_its_list(bench: Workbench) -> None:
    bench.partner.script = by_item({})

    told = tell(bench, *through(12))

    loop = results(told)["lines"]
    assert (loop["status"], loop["output"]["count"]) == ("succeeded", 10)
    assert loop["note"] == "only the first 10 of 12 items were tried"
    assert loop["output"]["results"][-1] == "line 9"
    assert len(bench.partner.received) == 10
    steps = [data for name, data in told if name == "step" and data["id"] == "sync"]
    assert [one["item"] for one in steps if one["status"] == "succeeded"] == [
        [index] for index in range(10)
    ]
    assert [one["output"] for name, one in told if name == "step" and one["id"] == "lines"][:2] == [
        None,
        None,
    ]


def test_a_loop_is_tried_with_as_many_items_as_are_asked_for(bench: Workbench) -> None:
    document, event = through(12)

    told = tell(bench, document, event, items=12)

    assert (results(told)["lines"]["output"]["count"], results(told)["lines"]["note"]) == (12, None)


def test_an_item_that_fails_in_a_trial_stops_the_loop_as_in_a_run(bench: Workbench) -> None:
    bench.partner.script = by_item({"line 1": answered(404)})

    told = tell(bench, *through(3))

    error = "item 1: sync: partner.example answered 404 Not Found"
    assert results(told)["lines"]["error"] == error
    assert told[-1][1]["error"] == f"lines: {error}"
    assert len(bench.partner.received) == 2


def test_a_step_of_a_body_is_tried_alone_with_the_first_item(bench: Workbench) -> None:
    document, event = through(3)

    told = tell(bench, document, event, only="sync")

    assert told[0][1] == {"steps": ["sync"]}
    assert bodies(bench.partner.received) == ["line 0"]
    assert results(told)["sync"]["item"] == []


@pytest.mark.parametrize("trial", [{"until": "sync"}, {"until": "lines"}, {"only": "lines"}])
def test_a_trial_that_ends_at_a_loop_goes_through_its_list(
    bench: Workbench, trial: dict[str, str]
) -> None:
    bench.partner.script = by_item({})
    document, event = through(2, after=(step("after", "set-values", {"values": {"x": 1}}),))

    told = tell(bench, document, event, **trial)

    assert told[0][1] == {"steps": ["lines", "sync"]}
    assert bodies(bench.partner.received) == ["line 0", "line 1"]
    assert told[-1][1]["status"] == "succeeded"


def test_what_is_pinned_stands_for_a_step_of_every_item(bench: Workbench) -> None:
    document, event = through(2)
    pinned = {"sync": {"output": {"body": {"got": "pinned"}}}}

    told = tell(bench, document, event, results=pinned)

    assert results(told)["lines"]["output"]["results"] == ["pinned", "pinned"]
    assert bench.partner.received == []


def test_steps_of_a_list_without_items_are_passed_over(bench: Workbench) -> None:
    told = tell(bench, *through(0))

    assert results(told)["sync"]["status"] == "skipped"
    assert told[-1][1]["status"] == "succeeded"
