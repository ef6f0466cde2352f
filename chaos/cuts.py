"""The network between a worker and the database is cut, for moments and beyond its lease."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from chaos.callers import steady_callers
from chaos.ledger import Ledger
from chaos.tally import Scenario, Setting, Tally
from dispatch.sweeper import LEASE
from tests.crash.promises import publish_all, publish_all_for
from tests.support.machines import Machines, open_machines
from tests.support.namespaces import HERE, NEIGHBOURS, namespace
from tests.support.partner import LOOPBACK, open_partner
from tests.support.postgres import running_postgres
from tests.support.proxy import running_proxy
from tests.support.redis import running_redis

SHORTEST, LONGEST = 1.0, 35.0
"""Seconds that a cut lasts; a lease lasts 20."""
BETWEEN = 5.0
"""Seconds from one cut to the next at most."""
LAST_LINE = "tells whether it can"

Call = Callable[[], None]


def _cut_by_proxy(setting: Setting, tally: Tally) -> None:
    """What was held arrives late, or is lost with its connection."""
    chance = setting.chance("proxy")
    with _machines(setting) as machines, open_partner() as partner:
        web, ledger = machines.web(), Ledger(partner)
        publish_all(web, partner)
        with running_proxy(machines.database_url) as proxy:
            machines.worker(PENSTOCK_DATABASE_URL=proxy.url(machines.database_url))
            machines.worker()

            def heal() -> None:
                chance.choice([proxy.heal, proxy.reset])()

            with steady_callers(web, ledger, chance):
                _cut_again_and_again(proxy.cut, heal, chance, setting.seconds / 4, tally)
            ledger.wait_for_ends(web)
            ledger.settle(web, tally)


def _cut_cable(setting: Setting, tally: Tally) -> None:
    """The worker is in a network namespace, as on a machine of its own."""
    chance = setting.chance("cable")
    with (
        namespace() as elsewhere,
        _machines(setting) as machines,
        open_partner() as partner,
        running_proxy(machines.database_url, HERE) as database,
        running_proxy(machines.redis.url, HERE) as redis,
        running_proxy(partner.url, HERE) as way_to_partner,
    ):
        allowed = {"PENSTOCK_ALLOW_PRIVATE": f"{LOOPBACK},{NEIGHBOURS}"}
        web, ledger = machines.web(**allowed), Ledger(partner)
        publish_all_for(web, way_to_partner.url(partner.url))
        settings = {
            "PENSTOCK_DATABASE_URL": database.url(machines.database_url),
            "PENSTOCK_REDIS_URL": redis.url(machines.redis.url),
        }
        worker = machines.start(elsewhere.server, "worker", {**settings, **allowed})
        worker.wait_until_ready(LAST_LINE)
        machines.worker(**allowed)
        with steady_callers(web, ledger, chance):
            _cut_again_and_again(elsewhere.cut, elsewhere.heal, chance, setting.seconds / 4, tally)
        ledger.wait_for_ends(web)
        ledger.settle(web, tally)


def _cut_again_and_again(
    cut: Call, heal: Call, chance: random.Random, seconds: float, tally: Tally
) -> None:
    end, pause = monotonic() + seconds, threading.Event()
    while (left := end - monotonic()) > 0:
        pause.wait(min(chance.uniform(0.5, BETWEEN), left / 4))
        lasting = min(chance.uniform(SHORTEST, LONGEST), max(left, SHORTEST))
        cut()
        pause.wait(lasting)
        heal()
        tally.tried["beyond the lease" if lasting * 1000 > LEASE else "within the lease"] += 1


@contextmanager
def _machines(setting: Setting) -> Iterator[Machines]:
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        open_machines(setting.folder, postgres, redis) as machines,
    ):
        yield machines


SCENARIOS = (
    Scenario(
        "cut-proxy",
        "nothing passes between a worker and PostgreSQL; then it comes late, or not at all",
        _cut_by_proxy,
    ),
    Scenario(
        "cut-cable",
        "the network of a worker (a namespace) is cut off from PostgreSQL, Redis and partners",
        _cut_cable,
    ),
)
