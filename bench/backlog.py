"""A backlog that piled up while nobody executed runs: how fast it is worked off."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import orjson

from bench.automations import (
    ACCEPT,
    ACCEPT_PATH,
    BODY,
    Administration,
    accept_document,
    accept_target,
)
from bench.load import Load, Measured, measure
from bench.rounds import work_folder
from bench.servers import DATA_FOLDER, penstock
from bench.stored import open_stored, sqlite_url
from core.clock import Milliseconds
from core.ids import new_id
from core.model import Event, Run
from core.states import RunStatus
from core.writes import Write
from store import Cipher, SqlStore, open_store

_BATCH = 500
_DRAIN_LIMIT = 1200.0
_DAY = 86_400_000


class BacklogLost(Exception):
    """Not every run of the backlog succeeded."""


@dataclass(frozen=True, slots=True)
class Drain:
    """So many runs, each of one step without an outside effect, and then accept beside it."""

    runs: int
    seconds: float
    accept: Measured

    @property
    def rate(self) -> float:
        """Runs a second, from the first start to the last end."""
        return self.runs / self.seconds


def take_drain(count: int, load: Load) -> Drain:
    """Stores a backlog while no server runs, and starts one.

    Raises BacklogLost, and what a round raises.
    """
    with work_folder() as work:
        url = sqlite_url(work / DATA_FOLDER)
        with penstock(work) as server:
            Administration(server).publish("accept", accept_document())
        fill(url, count)
        with penstock(work) as server, open_stored(url) as stored:
            Administration(server).drain(_DRAIN_LIMIT)
            span = stored.span(ACCEPT)
            if span.runs != count:
                raise BacklogLost(f"{span.runs} of {count} runs succeeded")
            return Drain(span.runs, span.seconds, measure(accept_target(server), load))


def fill(url: str, count: int) -> None:
    """Adds so many events and their runs, all of them due."""
    with closing(open_store(url, Cipher(b"of no use here"))) as store:
        for first in range(0, count, _BATCH):
            size = min(_BATCH, count - first)
            store.commit([write for _ in range(size) for write in _accepted(store)])


def _accepted(store: SqlStore) -> tuple[Write, Write]:
    """What accepting an event of the bench stores."""
    now = time.time_ns() // 1_000_000
    event = _event(now, orjson.loads(BODY))
    run = Run(
        id=new_id(),
        tenant=event.tenant,
        automation_id=event.automation_id,
        version=1,
        event_id=event.id,
        status=RunStatus.QUEUED,
        token=0,
        created_at=now,
        deadline=now + _DAY,
        due_at=now,
    )
    return store.events.insert(event), store.runs.insert(run)


def _event(now: Milliseconds, body: Any) -> Event:
    return Event(
        id=new_id(),
        tenant="default",
        automation_id=ACCEPT,
        type="webhook",
        received_at=now,
        method="POST",
        path=f"/hooks/default/{ACCEPT_PATH}",
        query={},
        headers={"content-type": "application/json"},
        params={},
        body=body,
        raw=BODY,
        is_json=True,
    )
