"""Floor (b): only what cannot be left out, by hand: the commits and the upstream call.

`python -m bench.floor_program PORT UPSTREAM_PORT DATABASE`. Accept is one commit of an event and
its run; request-response is that commit, the call, and a second commit of the journal, the request
log and the run's end. One thread writes, with as many requests in a commit as wait for one.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue

import orjson
import urllib3
from flask import Flask, Response, request

from bench.serving import serve
from core.ids import new_id

SCHEMA = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, tenant, received_at, headers, body);
CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, tenant, event, status, created_at, ended_at);
CREATE TABLE IF NOT EXISTS steps (run, step, status, output, ended_at, PRIMARY KEY (run, step));
CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY, run, url, sent, status, received, at);
"""
EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?)"
RUN = "INSERT INTO runs VALUES (?, ?, ?, 'queued', ?, NULL)"
STEP = "INSERT INTO steps VALUES (?, ?, 'succeeded', ?, ?)"
SENT = "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?)"
END = "UPDATE runs SET status = 'succeeded', ended_at = ? WHERE id = ? AND status = 'queued'"
SENT_HEADERS = {"Authorization": "Bearer token-of-the-bench", "Content-Type": "application/json"}

Write = tuple[str, tuple[object, ...]]
Waiting = tuple[tuple[Write, ...], threading.Lock]
app = Flask(__name__)
waiting: SimpleQueue[Waiting] = SimpleQueue()


def commit(*writes: Write) -> None:
    """Returns when the writes are on disk."""
    done = threading.Lock()
    done.acquire()
    waiting.put((writes, done))
    done.acquire()


def write_forever(path: str) -> None:
    """The one writer."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(SCHEMA)
    while True:
        batch = list(next_batch())
        database.execute("BEGIN IMMEDIATE")
        for writes, _ in batch:
            for statement, values in writes:
                database.execute(statement, values)
        database.execute("COMMIT")
        for _, done in batch:
            done.release()


def next_batch() -> Iterator[Waiting]:
    """What waits now; waits for the first."""
    yield waiting.get()
    while not waiting.empty():
        yield waiting.get()


def accept(tenant: str) -> tuple[str, str]:
    """Stores an event and its run; their ids."""
    event, run, now = new_id(), new_id(), time.time_ns() // 1_000_000
    headers = orjson.dumps(dict(request.headers))
    commit(
        (EVENT, (event, tenant, now, headers, request.get_data())),
        (RUN, (run, tenant, event, now)),
    )
    return event, run


@app.post("/hooks/<tenant>/bench/accept")
def accepted(tenant: str) -> Response:
    """202 with what was stored."""
    event, run = accept(tenant)
    return reply(202, {"status": "accepted", "event_id": event, "run_id": run})


@app.post("/hooks/<tenant>/bench/rr")
def answered(tenant: str) -> Response:
    """Stores, calls the upstream, stores what came of it, and answers with it."""
    _, run = accept(tenant)
    data = orjson.loads(request.get_data())
    sent = orjson.dumps({"id": data["customer"]["id"]})
    url = f"/partners/{data['customer']['partnerId']}/sync"
    response = upstream.urlopen("POST", url, sent, SENT_HEADERS, retries=False, redirect=False)
    now = time.time_ns() // 1_000_000
    commit(
        (SENT, (new_id(), run, url, sent, response.status, response.data, now)),
        (STEP, (run, "sync", response.data, now)),
        (STEP, (run, "answer", b"{}", now)),
        (END, (now, run)),
    )
    return reply(200, {"remote": orjson.loads(response.data)["id"]})


def reply(status: int, body: object) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), status, content_type="application/json")


@app.get("/healthz")
def health() -> str:
    """Says that the server is up."""
    return "ok"


if __name__ == "__main__":
    os.environ["UPSTREAM"], os.environ["DATABASE"] = sys.argv[2:4]
    serve("bench.floor_program:app", int(sys.argv[1]))
else:
    upstream = urllib3.HTTPConnectionPool("127.0.0.1", int(os.environ["UPSTREAM"]), maxsize=64)
    threading.Thread(target=write_forever, args=(os.environ["DATABASE"],), daemon=True).start()
