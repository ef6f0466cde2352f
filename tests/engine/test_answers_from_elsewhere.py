"""A caller waits in one process for a run that another one executes, over a store they share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.outcomes import Answer
from core.states import RunStatus
from engine.answers import KEPT
from engine.inbound_replies import Reply
from engine.replies import JsonReply, Problem
from store import Cipher, SqlStore, open_store
from tests.support.builders import make_document, send, step
from tests.support.waiting import eventually
from tests.support.workbench import Workbench, answered

PARTNER = "https://partner.example"
FIVE_MINUTES = 300_000
"""How long a caller may wait at the most."""


class Two:
    """Callers wait in `web`, and `worker` goes on with what they wait for."""

    def __init__(self, store: SqlStore, other: SqlStore) -> None:
        self.web = Workbench(store, shared=True)
        self.worker = Workbench(other, shared=True, beside=self.web)
        self.parked = threading.Event()
        self.reply: Reply | None = None
        self.web.dispatcher.wake = self.parked.set  # type: ignore[method-assign]
        self.web.partner.answers(answered(503))

    def post(self) -> threading.Thread:
        """A caller that waits by now: its run is at rest, and its next step is due."""
        caller = threading.Thread(target=self._post)
        caller.start()
        assert self.parked.wait(20)
        self.web.clock.turn(1_000)
        return caller

    def _post(self) -> None:
        self.reply = self.web.post()

    def collect(self) -> None:
        """Looks once for what came of runs that callers of `web` wait for."""
        self.web.executor.tools.answers.collect(self.web.store.runs)

    def collect_for(self, caller: threading.Thread) -> None:
        """Looks until the caller has its reply: it may begin to wait a moment after the park."""
        eventually(lambda: self.collect() or not caller.is_alive())


@pytest.fixture
def two(database_url: str) -> Iterator[Two]:
    stores = [open_store(database_url, Cipher(b"a key of the tests")) for _ in range(2)]
    yield Two(*stores)
    for store in stores:
        store.close()


def asking(respond: str, *more: dict[str, Any]) -> dict[str, Any]:
    """A document that asks a partner, once more after a second, and then does more."""
    retry = {"attempts": 2, "initial": "1s", "jitter": 0}
    ask = send("ask", PARTNER, retry=retry, next=[one["id"] for one in more])
    document = make_document(ask, *more)
    document["trigger"]["with"]["respond"] = respond
    return document


TELL = step("tell", "respond", {"status": 201, "body": "<steps.ask.body.id>"})


def test_the_answer_of_a_step_reaches_the_caller(two: Two) -> None:
    two.web.publish(asking("step", TELL))
    caller = two.post()

    assert two.worker.run_due() == 1
    two.collect_for(caller)

    assert isinstance(two.reply, Answer)
    assert (two.reply.status, two.reply.body) == (201, b"remote-1")


def test_the_caller_has_its_answer_while_the_run_goes_on(two: Two) -> None:
    two.web.publish(asking("step", {**TELL, "next": ["nap"]}, step("nap", "wait", {"for": "1h"})))
    caller = two.post()

    assert two.worker.run_due() == 1
    two.collect_for(caller)

    assert isinstance(two.reply, Answer)
    assert two.web.last_run().status is RunStatus.WAITING


@pytest.mark.parametrize("respond", ["step", "finished"])
def test_the_caller_learns_that_its_run_failed(two: Two, respond: str) -> None:
    two.web.publish(asking(respond))
    two.worker.partner.answers(answered(503))
    caller = two.post()

    assert two.worker.run_due() == 1
    two.collect_for(caller)

    assert isinstance(two.reply, Problem)
    assert (two.reply.status, two.reply.extra["run_id"]) == (502, two.web.last_run().id)


def test_the_caller_learns_how_its_run_ended(two: Two) -> None:
    two.web.publish(asking("finished", step("keep", "set-values", {"values": {"n": 7}})))
    caller = two.post()

    assert two.worker.run_due() == 1
    two.collect_for(caller)

    assert isinstance(two.reply, JsonReply)
    assert (two.reply.status, two.reply.payload["output"]) == (200, {"n": 7})


def test_who_looks_before_anything_came_of_it_gives_the_caller_nothing(two: Two) -> None:
    two.web.publish(asking("step", TELL))
    caller = two.post()
    for _ in range(3):
        two.collect()
    assert caller.is_alive()

    assert two.worker.run_due() == 1
    two.collect_for(caller)

    assert isinstance(two.reply, Answer)


def test_an_answer_that_comes_while_it_is_looked_is_not_taken_for_an_end_without_one(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker answers and ends the run between the two looks of the process that waits."""
    two.web.publish(asking("step", TELL))
    caller = two.post()
    (waiter,) = two.web.executor.tools.answers._waiters.values()
    eventually(lambda: waiter.waits)
    left = [1]

    def then_the_worker_answers(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def looking(run_ids: Any) -> Any:
            found = look(run_ids)
            if left:
                assert two.worker.run_due() == left.pop()
            return found

        return looking

    store = two.web.store
    monkeypatch.setattr(store.runs, "ended", then_the_worker_answers(store.runs.ended))
    monkeypatch.setattr(store.answers, "of", then_the_worker_answers(store.answers.of))
    two.collect_for(caller)

    assert isinstance(two.reply, Answer)
    assert two.reply.status == 201


def test_an_answer_for_a_caller_in_the_same_process_goes_nowhere_else(two: Two) -> None:
    two.web.publish(asking("step", TELL))
    two.web.partner.answers(answered(200, {"id": "remote-1"}))

    reply = two.web.post()

    assert isinstance(reply, Answer)
    assert two.worker.store.answers.of([two.web.last_run().id]) == {}


def test_the_first_answer_counts_wherever_a_second_comes_from(two: Two) -> None:
    """A step whose executor was given up runs again: what it answers then changes nothing."""
    store = two.worker.store
    first, second = Answer(201, (("x-a", "1"),), b"first \xff"), Answer(500, (), b"second")
    for answer in (first, second):
        store.commit([store.answers.keep("acme", "run-1", answer, two.web.clock.now() + KEPT)])

    assert two.web.store.answers.of(["run-1", "run-2"]) == {"run-1": first}


def test_an_answer_is_kept_for_longer_than_any_caller_waits(two: Two) -> None:
    two.web.publish(asking("step", TELL))
    caller = two.post()
    assert two.worker.run_due() == 1

    for kept in two.web.store.retention.lapsed.values():
        batch = kept.batch(two.web.clock.now() + FIVE_MINUTES, None)
        if batch is not None:
            two.web.store.commit(batch.writes)
    two.collect_for(caller)

    assert isinstance(two.reply, Answer)
