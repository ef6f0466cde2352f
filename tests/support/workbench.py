"""The whole engine over a real store, with a clock to turn and partners to script.

Runs are executed in the calling thread, so a test reads as one story and waits for nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.clock import Milliseconds
from core.errors import InvalidError
from core.http import (
    FailureKind,
    InboundRequest,
    OutboundRequest,
    OutboundResponse,
    SendFailure,
    SendResult,
)
from core.ids import new_id
from core.model import Run, StepRun
from core.notifications import Notification, NotificationResult, place_of
from core.run_store import RunFilter
from core.signals import Signal
from core.traces import NO_TRACES, Traces
from core.writes import ListQuery
from engine.assembly import assemble
from engine.execution import Execution
from engine.inbound_replies import Reply
from engine.links import Links
from engine.run_details import RunDetail
from engine.surroundings import Surroundings
from store import Cipher, SqlStore, open_counter, open_store
from tests.support.builders import NOW
from tests.support.databases import FILE, sqlite_database
from tests.support.people import passwords_of_little_work
from triggers.bodies import body_value
from wiring import action_and_trigger_registry

TENANT = "acme"

Script = Callable[[OutboundRequest], SendResult]


PATIENCE = 10.0


class TurnedClock:
    """A clock that moves only when it is turned."""

    def __init__(self, moment: Milliseconds = NOW) -> None:
        self.moment = moment

    def now(self) -> Milliseconds:
        return self.moment

    def turn(self, duration: Milliseconds) -> None:
        self.moment += duration


class ScriptedPartner:
    """Stands behind the sending port: answers by script and remembers what it was sent."""

    def __init__(self) -> None:
        self.received: list[OutboundRequest] = []
        self.script: Script = lambda _request: answered(200, {"id": "remote-1"})
        self._lock = threading.Lock()

    def send(self, request: OutboundRequest) -> SendResult:
        with self._lock:
            self.received.append(request)
        return self.script(request)

    def close(self) -> None:
        """Nothing is open."""

    def answers(self, *results: SendResult) -> None:
        """Gives these results in turn, the last one ever after."""
        waiting = list(results)
        self.script = lambda _request: waiting.pop(0) if len(waiting) > 1 else waiting[0]


class ScriptedPeople:
    """Stand behind the notifying port: are told, or not, by their addresses."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Notification]] = []
        self.out_of_reach: dict[str, NotificationResult] = {}
        """What becomes of notifications at these addresses."""

    def notify(self, address: str, notification: Notification) -> NotificationResult:
        reached = NotificationResult(place_of(address, "chat.example"), 5, 200)
        result = self.out_of_reach.get(address, reached)
        if result.delivered:
            self.told.append((address, notification))
        return result


class InlineDispatcher:
    """Executes in the calling thread; with `full` it has no place, so that runs stay queued."""

    def __init__(self) -> None:
        self.executor = "workbench"
        self.full = False

    def reserve(self) -> bool:
        return not self.full

    def give_back(self) -> None:
        """Places are not counted here."""

    def start(self, execution: Execution) -> None:
        execution.advance()

    def continue_(self, execution: Execution) -> None:
        execution.advance()

    def wake(self) -> None:
        """Tests take up due runs themselves."""


def surroundings(
    partner: ScriptedPartner,
    people: ScriptedPeople,
    *,
    shared: bool = False,
    traces: Traces = NO_TRACES,
) -> Surroundings:
    """What the engine meets of the world in a test."""
    links = Links(b"a key of the tests", "http://penstock.test")
    counter = open_counter(None)
    return Surroundings(partner, people, body_value, links, counter, shared, traces=traces)


class Workbench:
    """What a test works with. `beside` is another process over its store, by the same clock."""

    def __init__(
        self,
        store: SqlStore,
        traces: Traces = NO_TRACES,
        *,
        shared: bool = False,
        beside: Workbench | None = None,
    ) -> None:
        self.store = store
        self.clock = TurnedClock() if beside is None else beside.clock
        self.partner = ScriptedPartner()
        self.dispatcher = InlineDispatcher()
        self.people = ScriptedPeople()
        registry = action_and_trigger_registry()
        around = surroundings(self.partner, self.people, shared=shared, traces=traces)
        self.links = around.links
        self._threads: list[threading.Thread] = []
        parts = assemble(registry, store, around, self.clock, self.dispatcher, self._in_a_thread)
        self.parts = parts
        self.service, self.executor, self.transitions = (
            parts.service,
            parts.executor,
            parts.transitions,
        )
        self.relay = parts.relay
        self.ticker = parts.ticker
        self.alert_watch = parts.alert_watch
        self.notice_sender = parts.notice_sender
        self.quota_watch = parts.quota_watch
        self.rejections = parts.rejections
        self.alert_history = parts.alert_history
        if store.tenants.get(TENANT) is None:
            self.service.tenants.create(TENANT, "Acme")

    def _in_a_thread(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        """Waits until no thread uses the store any more."""
        for thread in self._threads:
            thread.join(PATIENCE)

    def publish(self, document: Mapping[str, Any], automation_id: str = "orders") -> None:
        self.service.automations.put(TENANT, automation_id, document)
        self.service.versions.publish(TENANT, automation_id)

    def faults(self, document: Mapping[str, Any], automation_id: str = "orders") -> dict[str, str]:
        """Why a document is not published: words by paths."""
        self.service.automations.put(TENANT, automation_id, document)
        with pytest.raises(InvalidError) as caught:
            self.service.versions.publish(TENANT, automation_id)
        return {fault.path: fault.message for fault in caught.value.faults}

    def post(
        self,
        body: Any = None,
        path: str = "orders",
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        raw: bytes | None = None,
    ) -> Reply:
        """What a partner's request is answered with."""
        raw = json.dumps({} if body is None else body).encode() if raw is None else raw
        given = {"content-type": "application/json", **(headers or {})}
        request = InboundRequest(
            method, f"/hooks/{TENANT}/{path}", {}, given, "203.0.113.9", lambda _most: raw
        )
        return self.service.intake.receive(TENANT, path, request)

    def run_due(self) -> int:
        """Takes up every run that is due; how many they were."""
        claimed = self.transitions.claim_due("workbench", self.clock.now(), 100)
        for run in claimed:
            self.executor.resume(run)
        return len(claimed)

    def tell(self, rounds: int = 100) -> None:
        """Hands on what happened, and executes what that starts, until nothing happens any more."""
        for _ in range(rounds):
            if not self.relay.hand_on() and not self.run_due():
                return
        raise AssertionError(f"something still happened after {rounds} rounds")

    def signal(self, run: Run, step_id: str, payload: Mapping[str, Any]) -> None:
        """Tells a waiting step something, as a callback does."""
        now = self.clock.now()
        told = Signal(new_id(), TENANT, run.id, step_id, now, payload)
        wake = self.transitions.signal(TENANT, run.id, now)
        self.store.commit([self.store.signals.insert(told), wake])

    def runs(self, automation_id: str) -> list[Run]:
        """An automation's runs, the oldest first."""
        page = self.service.runs.list(TENANT, RunFilter(automation_id), ListQuery(limit=100))
        return [self.service.runs.get(TENANT, run.id).run for run in reversed(page.items)]

    def last_run(self) -> Run:
        [run] = self.service.runs.list(TENANT, RunFilter(), ListQuery(limit=1)).items
        return run

    def detail(self) -> RunDetail:
        return self.service.runs.get(TENANT, self.last_run().id)

    def steps(self) -> dict[str, StepRun]:
        return {step.step_id: step for step in self.detail().steps}


@contextmanager
def workbench(folder: Path, traces: Traces = NO_TRACES) -> Iterator[Workbench]:
    """A workbench over a new SQLite store in a folder."""
    with workbench_over(sqlite_database(folder), traces) as opened:
        yield opened


@contextmanager
def workbench_again(folder: Path, traces: Traces = NO_TRACES) -> Iterator[Workbench]:
    """A workbench over the SQLite store that an earlier one left in a folder."""
    with workbench_over(f"sqlite:///{folder / FILE}", traces) as opened:
        yield opened


@contextmanager
def workbench_over(database_url: str, traces: Traces = NO_TRACES) -> Iterator[Workbench]:
    """A workbench over a database with every table."""
    store = open_store(database_url, Cipher(b"a key of the tests"))
    try:
        with passwords_of_little_work():
            opened = Workbench(store, traces)
            yield opened
        opened.wait()
    finally:
        store.close()


def answered(status: int, body: Any = None, **headers: str) -> OutboundResponse:
    """A partner's JSON answer; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return OutboundResponse(
        status, {"content-type": "application/json", **named}, json.dumps(body).encode(), False, 5
    )


def unreachable() -> SendFailure:
    """A partner whose port is closed."""
    return SendFailure(FailureKind.CONNECT, "connection refused by partner.example:443", 3)
