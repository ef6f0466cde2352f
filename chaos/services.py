"""PostgreSQL and Redis in trouble, under callers that post all the while."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

from chaos.callers import steady_callers
from chaos.ledger import Ledger
from chaos.tally import Scenario, Setting, Tally
from tests.crash.promises import publish_all
from tests.support.machines import Machines, open_machines
from tests.support.partner import Script, open_partner
from tests.support.postgres import running_postgres
from tests.support.redis import RedisServer, running_redis, troubled
from tests.support.server import Server

SHORTEST_GAP, LONGEST_GAP = 5.0, 40.0
"""Seconds between restarts of PostgreSQL; less where a scenario has less time."""
REDIS_FAULTS = ("flushed", "restarted", "slow", "gone")


def _restart_postgresql(setting: Setting, tally: Tally) -> None:
    chance = setting.chance("postgresql")
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        open_machines(setting.folder, postgres, redis) as machines,
        watched(machines, tally) as (server, ledger),
        steady_callers(server, ledger, chance),
    ):
        end, pause = monotonic() + setting.seconds, threading.Event()
        while (left := end - monotonic()) > 0:
            shortest = min(SHORTEST_GAP, setting.seconds / 8)
            longest = min(LONGEST_GAP, setting.seconds / 2)
            pause.wait(min(chance.uniform(shortest, longest), left))
            postgres.restart()
            tally.tried["restart"] += 1


def _trouble_redis(setting: Setting, tally: Tally) -> None:
    chance = setting.chance("redis")
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        open_machines(setting.folder, postgres, redis) as machines,
        watched(machines, tally) as (server, ledger),
    ):
        for fault in REDIS_FAULTS:
            with steady_callers(server, ledger, chance):
                _trouble(redis, fault, setting.seconds / 10, tally)


def _trouble(redis: RedisServer, fault: str, seconds: float, tally: Tally) -> None:
    pause = threading.Event()
    if fault == "gone":
        redis.stop()
        pause.wait(seconds)
        redis.start()
        tally.tried[fault] += 1
        return
    with troubled(redis, fault) as times:
        pause.wait(seconds)
    tally.tried.update(times)


@contextmanager
def watched(
    machines: Machines,
    tally: Tally,
    script: Script | None = None,
    settings: Sequence[Mapping[str, str]] = ({}, {}, {}),
) -> Iterator[tuple[Server, Ledger]]:
    """A web process and workers with these settings; in the end their runs and logs are read.

    `script` is the partner's.
    """
    with open_partner() as partner:
        ledger = Ledger(partner)
        partner.script = script or partner.script
        web = machines.web(**settings[0])
        workers = [machines.worker(**each) for each in settings[1:]]
        publish_all(web, partner)
        try:
            yield web, ledger
        finally:
            ledger.wait_for_ends(web)
            ledger.settle(web, tally)
        if any("Traceback" in one.errors() for one in (web, *workers)):
            tally.faults.append("an error in a log that nobody foresaw")


SCENARIOS = (
    Scenario(
        "restart-postgresql",
        "PostgreSQL is restarted as by a crash every 5 to 40 s while callers post",
        _restart_postgresql,
    ),
    Scenario(
        "trouble-redis",
        "Redis is flushed, restarted, slow and gone while callers post",
        _trouble_redis,
    ),
)
