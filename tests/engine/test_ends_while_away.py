"""Runs come to their ends although it cannot be read, for a while, who is to be told of them."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import StorageUnavailable
from core.http import OutboundRequest, SendResult
from core.states import RunStatus
from engine.assembly import Parts, assemble
from engine.book import Book
from engine.execution import Standing
from engine.replies import JsonReply
from tests.support.builders import make_document, send
from tests.support.workbench import Workbench, answered, surroundings
from wiring import action_and_trigger_registry

URL = "https://partner.example"


class AwayCatalog:
    """What is published cannot be read, so many times."""

    def __init__(self, bench: Workbench, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.times = times
        read = bench.store.automations.live

        def live(tenant: str) -> Any:
            if self.times > 0:
                self.times -= 1
                raise StorageUnavailable("nobody answers")
            return read(tenant)

        monkeypatch.setattr(bench.store.automations, "live", live)


def another_process(bench: Workbench) -> Parts:
    """The engine of a process that has just been started over the same store."""
    around = surroundings(bench.partner, bench.people)
    registry = action_and_trigger_registry()
    return assemble(
        registry, bench.store, around, bench.clock, bench.dispatcher, lambda work: work()
    )


def test_a_run_ends_in_a_process_that_never_knew_what_is_published(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows from an end is waited for: the answer that led to it is not asked for again."""
    bench.publish(make_document(send("sync", URL)))
    bench.dispatcher.full = True
    bench.post()
    [claimed] = bench.transitions.claim_due("other", bench.clock.now(), 10)
    away = AwayCatalog(bench, monkeypatch, times=2)

    standing = another_process(bench).executor.resume(claimed)

    assert (standing, away.times) == (Standing.ENDED, 0)
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(bench.partner.received) == 1


def test_a_run_that_cannot_be_executed_ends_once_it_can_be_read_who_is_told(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.publish(make_document(send("sync", URL)))
    bench.dispatcher.full = True
    bench.post()
    [claimed] = bench.transitions.claim_due("other", bench.clock.now(), 10)
    monkeypatch.setattr(bench.store.events, "get", lambda *_: None)
    away = AwayCatalog(bench, monkeypatch, times=2)

    standing = another_process(bench).executor.resume(claimed)

    assert (standing, away.times) == (Standing.ENDED, 0)
    run = bench.last_run()
    assert run.status is RunStatus.FAILED
    assert "is no longer there" in str(run.error)


def test_a_fault_of_ours_ends_the_run_once_it_can_be_read_who_is_told(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.publish(make_document(send("sync", URL)))
    bench.dispatcher.full = True
    bench.post()
    [claimed] = bench.transitions.claim_due("other", bench.clock.now(), 10)
    away = AwayCatalog(bench, monkeypatch, times=2)

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Book, "save", broken)
    standing = another_process(bench).executor.resume(claimed)

    assert (standing, away.times) == (Standing.ENDED, 0)
    assert "an internal error" in str(bench.last_run().error)


def test_a_caller_does_not_wait_in_vain_for_what_cannot_be_read(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody publishes while the run is under way, and then nobody can read it for a while."""
    document = make_document(send("sync", URL))
    document["trigger"]["with"]["respond"] = "finished"
    bench.publish(document)

    def publish_and_go_away(_request: OutboundRequest) -> SendResult:
        bench.publish(document)
        AwayCatalog(bench, monkeypatch, times=2)
        return answered(200)

    bench.partner.script = publish_and_go_away
    reply = bench.post()

    assert isinstance(reply, JsonReply)
    assert reply.status == 200
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(bench.partner.received) == 1
