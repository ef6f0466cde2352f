"""What callers were told in one installation, and what became of it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from time import monotonic
from typing import Any

from chaos.tally import Tally
from tests.crash.callers import PATHS, Posted, plan_posts
from tests.crash.promises import RECOVERY_SECONDS
from tests.support.automations import ENDS, every
from tests.support.partner import Arrival, Partner
from tests.support.server import Server
from tests.support.waiting import eventually

Completed = tuple[Set[str], Counter[str]]
"""Steps completed at a moment, as `<run>.<step>`, and how often each key had arrived by then."""


class Ledger:
    """Every post of an installation whose automations are `publish_all`'s. Thread-safe."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner
        self._posts: list[Posted] = []
        self._completed: list[Completed] = []
        self._late = 0
        self._lock = threading.Lock()

    def plan(self, chance: random.Random, count: int) -> list[Posted]:
        """So many posts, remembered, none of which was planned before."""
        with self._lock:
            planned = plan_posts(chance, count, first=len(self._posts))
            self._posts += planned
        return planned

    def note_completed(self, completed: Set[str]) -> None:
        """These steps are completed, and must not run again."""
        self._completed.append((completed, self._partner.times_by_key()))

    def wait_for_ends(self, server: Server, since: float | None = None) -> None:
        """Waits as long as recovery may take for every run to end; who takes longer is late.

        `since` is the moment of `monotonic` at which everything was whole again: now.
        """
        last_moment = (monotonic() if since is None else since) + RECOVERY_SECONDS
        try:
            eventually(lambda: not _open_runs(server), max(last_moment - monotonic(), 0))
        except AssertionError:
            self._late += _open_runs(server)

    def settle(self, server: Server, tally: Tally) -> None:
        """Counts what became of everything, at the end of a scenario."""
        runs = [run for run in every(server, "/api/v1/runs") if run["automation_id"] in PATHS]
        ends = [run for run in runs if run["status"] in ENDS]
        ended = {str(run[name]) for run in ends for name in ("id", "event_id")}
        accepted = [_told(one) for one in self._posts if one.accepted]
        tally.accepted += len(accepted)
        tally.ended += len([name for name in accepted if name in ended])
        tally.repeated += len(repeated(self._completed, self._partner.arrivals))
        tally.faults += self._faults({run["id"]: run["status"] for run in runs})

    def _faults(self, runs: Mapping[str, str]) -> Iterator[str]:
        if self._late:
            yield f"{self._late} runs did not end within {RECOVERY_SECONDS} s"
        if len(runs) > len(self._posts):
            yield f"{len(runs)} runs of {len(self._posts)} events"
        failed = sum(status in ENDS and status != "succeeded" for status in runs.values())
        if failed:
            yield f"{failed} runs did not succeed"
        sent = {key.partition(".")[0] for key in self._partner.times_by_key()}
        if sent - runs.keys():
            yield f"the partner heard of {len(sent - runs.keys())} runs that are not stored"


def repeated(completed: Sequence[Completed], arrivals: Sequence[Arrival]) -> set[str]:
    """The keys of steps that ran again after they were completed.

    Completed are those that somebody saw completed, and each whose run had sent what follows it.
    """
    now = Counter(arrival.key for arrival in arrivals)
    again = {key for keys, before in completed for key in keys if now[key] > before[key]}
    followed = set()
    for arrival in arrivals:
        run_id, _, step_id = arrival.key.partition(".")
        if step_id == "second":
            followed.add(run_id)
        elif run_id in followed:
            again.add(arrival.key)
    return again


def _told(post: Posted) -> str:
    """What the caller of an accepted post was told: the id of its run, or of its event."""
    assert post.reply is not None
    answer: Mapping[str, Any] = post.reply.json
    # A repetition is told the event alone.
    return str(answer.get("run_id") or answer["event_id"])


def _open_runs(server: Server) -> int:
    """How many runs have not ended."""
    open_states = ("queued", "running", "waiting")
    return sum(len(every(server, f"/api/v1/runs?status={state}")) for state in open_states)
