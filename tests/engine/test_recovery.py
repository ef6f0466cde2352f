"""What was left behind is taken up where it stood; a store that is away costs nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

import pytest

from core.errors import (
    StorageUnavailable,
    UnstorableError,
)
from core.http import OutboundRequest, SendResult
from core.outcomes import Answer
from core.request_store import RequestFilter
from core.run_store import RunFilter
from core.states import RunStatus
from core.writes import ListQuery, Write
from engine.answers import Ended
from engine.execution import Standing
from engine.replies import JsonReply, Problem
from tests.support.builders import make_document, send, step
from tests.support.loops import SYNC, by_item, each, keys
from tests.support.workbench import TENANT, Workbench, answered

URL = "https://partner.example"


class AwayStore:
    """Stands before a store that is away for the next `times` commits."""

    def __init__(self, bench: Workbench, times: int) -> None:
        self._commit = bench.store.commit
        self.times = times
        bench.store.commit = self.commit  # type: ignore[method-assign]

    def commit(self, writes: Sequence[Write]) -> None:
        if self.times:
            self.times -= 1
            raise StorageUnavailable("the disk is full")
        self._commit(writes)


def test_a_completed_step_never_runs_again(bench: Workbench) -> None:
    """The executor dies between two steps; the next one goes on after the first."""

    class Killed(BaseException):
        """Ends the executor as a kill does: nothing after it is done."""

    def die_at_second(request: OutboundRequest) -> SendResult:
        if request.url.endswith("/second") and len(bench.partner.received) == 2:
            raise Killed
        return answered(200)

    bench.partner.script = die_at_second
    bench.publish(
        make_document(
            send("first", f"{URL}/first", next=["second"]), send("second", f"{URL}/second")
        )
    )
    with pytest.raises(Killed):
        bench.post()

    assert bench.transitions.rescue(bench.clock.now()) == 1
    assert bench.run_due() == 1

    assert bench.last_run().status is RunStatus.SUCCEEDED
    urls = [request.url for request in bench.partner.received]
    assert urls == [f"{URL}/first", f"{URL}/second", f"{URL}/second"]
    keys = [dict(request.headers)["Idempotency-Key"] for request in bench.partner.received]
    assert keys[1] == keys[2]


@pytest.mark.parametrize("renewed", [True, False])
@pytest.mark.parametrize("another_took_it", [True, False])
def test_who_hears_late_of_a_commit_asks_whose_the_run_is_before_sending(
    bench: Workbench, another_took_it: bool, renewed: bool
) -> None:
    """The lease runs out in the commit of the first step; the second is sent once all the same."""
    bench.publish(
        make_document(
            send("first", f"{URL}/first", next=["second"]), send("second", f"{URL}/second")
        )
    )
    commit, lease = bench.store.commit, bench.executor.tools.lease
    lease.renewed(bench.clock.now() + 20_000)

    def commit_late(writes: Sequence[Write]) -> None:
        commit(writes)
        if bench.partner.received:
            bench.store.commit = commit  # type: ignore[method-assign]
            bench.clock.turn(20_000)
            if another_took_it:
                assert bench.transitions.rescue(bench.clock.now()) == 1
                assert bench.run_due() == 1
            if renewed:
                # The sweeper, which waited behind this commit, is faster than we are.
                lease.renewed(bench.clock.now() + 20_000)

    bench.store.commit = commit_late  # type: ignore[method-assign]
    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert [one.url for one in bench.partner.received] == [f"{URL}/first", f"{URL}/second"]


def test_who_hears_late_of_a_claim_asks_whose_the_run_is_although_the_lease_is_renewed(
    bench: Workbench,
) -> None:
    bench.publish(make_document(send("first", f"{URL}/first")))
    lease = bench.executor.tools.lease
    lease.renewed(bench.clock.now() + 20_000)
    bench.dispatcher.full = True
    bench.post()
    before = lease.term
    [late] = bench.transitions.claim_due("late", bench.clock.now(), 10)
    bench.clock.turn(20_000)
    lease.renewed(bench.clock.now() + 20_000)
    assert bench.transitions.rescue(bench.clock.now()) == 1
    [held] = bench.transitions.claim_due("another", bench.clock.now(), 10)

    assert bench.executor.resume(late, before) is Standing.LOST
    assert bench.partner.received == []

    assert bench.executor.resume(held) is Standing.ENDED
    assert len(bench.partner.received) == 1


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_loop_goes_on_where_it_was(bench: Workbench, concurrency: int) -> None:
    """The executor dies in the middle, twice; no item that was done is done again."""

    class Killed(BaseException):
        """Ends the executor as a kill does: nothing after it is done."""

    deaths = [4, 9]

    def die_now_and_then(request: OutboundRequest) -> SendResult:
        if deaths and len(bench.partner.received) == deaths[0] and concurrency == 1:
            deaths.pop(0)
            raise Killed
        return by_item({})(request)

    bench.partner.script = die_now_and_then
    more = {**SYNC, "id": "more"}
    document = each({**SYNC, "next": ["more"]}, more, concurrency=concurrency)
    bench.publish(document)
    commit = bench.store.commit

    def die_at_commit(writes: Sequence[Write]) -> None:
        if deaths and concurrency > 1 and len(bench.partner.received) >= deaths[0]:
            deaths.pop(0)
            raise Killed
        commit(writes)

    bench.store.commit = die_at_commit  # type: ignore[method-assign]
    with pytest.raises(Killed):
        bench.post({"lines": list("abcdefgh")})
    assert bench.transitions.rescue(bench.clock.now()) == 1
    with pytest.raises(Killed):
        bench.run_due()
    assert bench.transitions.rescue(bench.clock.now()) == 1
    assert bench.run_due() == 1

    assert bench.last_run().status is RunStatus.SUCCEEDED
    output = bench.steps()["lines"].output
    assert [one["body"]["got"] for one in output["results"]] == list("abcdefgh")
    sent = Counter(keys(bench.partner.received))
    assert set(sent) == {f"{name}[{index}]" for name in ("sync", "more") for index in range(8)}
    assert sum(sent.values()) - len(sent) <= 2 * concurrency
    attempts = bench.store.runs.journal(TENANT, bench.last_run().id)
    assert {len(entry.attempts) for entry in attempts if entry.step_id.startswith("sync")} == {1}


def test_without_a_place_a_run_is_queued_and_taken_up_later(bench: Workbench) -> None:
    bench.publish(make_document(send("sync", URL)))
    bench.dispatcher.full = True

    reply = bench.post()

    assert isinstance(reply, JsonReply)
    assert reply.status == 202
    assert bench.last_run().status is RunStatus.QUEUED
    assert bench.run_due() == 1
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_what_cannot_be_stored_is_answered_502_and_never_accepted(bench: Workbench) -> None:
    bench.publish(make_document(send("sync", URL)))
    away = AwayStore(bench, times=1)

    reply = bench.post()

    assert isinstance(reply, Problem)
    assert reply.status == 502
    assert away.times == 0
    assert bench.service.runs.list(TENANT, RunFilter(), ListQuery()).items == ()
    assert bench.partner.received == []


def test_an_answer_of_a_partner_is_not_lost_while_the_store_is_away(bench: Workbench) -> None:
    bench.publish(make_document(send("sync", URL)))
    away = AwayStore(bench, times=0)

    def go_away(_request: OutboundRequest) -> SendResult:
        away.times = 2
        return answered(200)

    bench.partner.script = go_away

    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(bench.partner.received) == 1


def test_a_run_ends_although_what_is_published_cannot_be_read_meanwhile(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is told of its end is known from caches that have grown old."""
    bench.publish(make_document(send("sync", URL)))

    def away(_tenant: str) -> None:
        raise StorageUnavailable("nobody answers")

    def answer_while_it_is_away(_request: OutboundRequest) -> SendResult:
        bench.clock.turn(60_000)
        monkeypatch.setattr(bench.store.automations, "live", away)
        monkeypatch.setattr(bench.store.secrets, "reveal_all", away)
        return answered(200)

    bench.partner.script = answer_while_it_is_away
    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_a_caller_that_waits_gets_504_with_the_id_while_the_run_goes_on(bench: Workbench) -> None:
    bench.partner.answers(answered(503), answered(200))
    document = make_document(
        send("sync", URL, next=["answer"]), step("answer", "respond", {"status": 200})
    )
    document["trigger"]["with"] |= {"respond": "step", "respond_timeout": "1ms"}
    bench.publish(document)

    reply = bench.post()

    run = bench.last_run()
    assert isinstance(reply, Problem)
    assert (reply.status, reply.extra) == (504, {"run_id": run.id})
    bench.clock.turn(10_000)
    bench.run_due()
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_an_answer_reaches_a_caller_whose_run_others_finish(bench: Workbench) -> None:
    parked = threading.Event()
    bench.partner.answers(answered(503), answered(200))
    document = make_document(
        send("sync", URL, next=["answer"]), step("answer", "respond", {"status": 201})
    )
    document["trigger"]["with"]["respond"] = "step"
    bench.publish(document)
    bench.dispatcher.wake = parked.set  # type: ignore[method-assign]

    def finish() -> None:
        assert parked.wait(20)
        bench.clock.turn(1_000)
        bench.run_due()

    other = threading.Thread(target=finish)
    other.start()
    reply = bench.post()
    other.join()

    assert isinstance(reply, Answer)
    assert reply.status == 201


def test_runs_of_a_deleted_automation_go_on(bench: Workbench) -> None:
    bench.partner.answers(answered(503), answered(200))
    bench.publish(make_document(send("sync", URL)))
    bench.post()
    bench.service.automations.delete(TENANT, "orders")

    bench.clock.turn(1_000)
    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert isinstance(bench.post(), Problem)


def test_a_run_keeps_its_version_when_another_is_published(bench: Workbench) -> None:
    bench.partner.answers(answered(503), answered(200))
    bench.publish(make_document(send("sync", f"{URL}/old")))
    bench.post()
    bench.publish(make_document(send("sync", f"{URL}/new")))

    bench.clock.turn(1_000)
    bench.run_due()

    assert [request.url for request in bench.partner.received] == [f"{URL}/old"] * 2


def test_no_secret_is_kept_anywhere(bench: Workbench) -> None:
    """The partner sends the secret back in every form; nothing that is kept shows it."""
    secret = "tok-9f8e7d6c5b4a"
    bench.service.secrets.put(TENANT, "TOKEN", secret)

    def echo(request: OutboundRequest) -> SendResult:
        assert dict(request.headers)["Authorization"] == f"Bearer {secret}"
        assert secret in request.url
        return answered(200, {"you": f"sent {secret}", secret: 1}, x_echo=secret)

    bench.partner.script = echo
    sync = send(
        "sync",
        f"{URL}/<secrets.TOKEN>/x",
        with_={
            "headers": {"Authorization": "Bearer <secrets.TOKEN>"},
            "query": {"key": "{{ base64_encode(secrets.TOKEN) }}"},
            "body": {"token": "a <secrets.TOKEN> b"},
        },
        next=["answer"],
    )
    answer = step("answer", "respond", {"body": "<steps.sync.body>"})
    document = make_document(sync, answer)
    document["trigger"]["with"]["respond"] = "step"
    bench.publish(document)

    reply = bench.post()

    assert isinstance(reply, Answer)
    assert b"[secret:TOKEN]" in reply.body
    entries = bench.service.requests.list(TENANT, RequestFilter(), ListQuery()).items
    kept = repr((reply, bench.detail(), entries))
    assert "[secret:TOKEN]" in kept
    assert secret not in kept
    assert "dG9rLTlmOGU3ZDZjNWI0YQ" not in kept


def test_what_can_never_be_stored_fails_the_run_instead_of_trying_for_ever(
    bench: Workbench,
) -> None:
    commit = bench.store.commit

    def refuse_journals(writes: Sequence[Write]) -> None:
        if any(
            "step_id" in write.parameters and "attempts" in write.parameters for write in writes
        ):
            raise UnstorableError("a value is too large")
        commit(writes)

    bench.store.commit = refuse_journals  # type: ignore[method-assign]
    bench.publish(make_document(send("sync", URL)))

    bench.post()

    run = bench.last_run()
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert "internal error" in run.error


def test_a_run_goes_on_when_only_the_word_of_its_commit_was_lost(bench: Workbench) -> None:
    commit = bench.store.commit
    lost: list[Sequence[Write]] = []

    def lose_the_word_once(writes: Sequence[Write]) -> None:
        commit(writes)
        if bench.partner.received and not lost:
            lost.append(writes)
            raise StorageUnavailable("the connection broke after the commit")

    bench.store.commit = lose_the_word_once  # type: ignore[method-assign]
    bench.publish(make_document(send("first", URL, next=["second"]), send("second", URL)))

    bench.post()
    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(bench.partner.received) == 2


def test_a_run_that_breaks_while_the_process_stops_is_left_for_the_next_one(
    bench: Workbench,
) -> None:
    """Its end is not on disk, so nobody is told of one."""
    commit = bench.store.commit
    told: list[Ended] = []

    def break_then_stay_away(writes: Sequence[Write]) -> None:
        if not bench.partner.received:
            return commit(writes)
        if bench.executor.tools.stopping.is_set():
            raise StorageUnavailable("the store is closing")
        bench.executor.tools.stopping.set()
        raise UnstorableError("a value is too large")

    bench.store.commit = break_then_stay_away  # type: ignore[method-assign]
    bench.executor.tools.answers.give = lambda _run, end: told.append(end)  # type: ignore
    bench.publish(make_document(send("sync", URL)))

    bench.post()

    assert told == []
    assert bench.last_run().status is RunStatus.RUNNING
