"""Machines whose clocks are wrong, and one whose clock jumps while runs wait for a retry."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

from chaos.callers import steady_callers
from chaos.ledger import Ledger
from chaos.services import watched
from chaos.tally import Scenario, Setting, Tally
from tests.crash.callers import post_all
from tests.support.automations import every, on_webhook, two_calls
from tests.support.builders import send
from tests.support.machines import open_machines
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner, open_partner
from tests.support.postgres import running_postgres
from tests.support.redis import running_redis
from tests.support.server import Server, running_server
from tests.support.waiting import eventually
from tests.support.wrong_clocks import DAY, HOUR, JumpingClock, wrong_clock

OFFSETS = {"1 h ahead": HOUR, "1 h behind": -HOUR, "1 day ahead": DAY, "1 day behind": -DAY}
POSTS = 9
_LATER = {"attempts": 5, "initial": "3s", "jitter": 0}


class BusyAtFirst:
    """A partner's script: of those who ask for the first time every n-th shall come again, if busy.

    A partner that is busy more often than not would be spared for a while (its circuit opens).
    """

    def __init__(self, every: int) -> None:
        self.busy = True
        self._every = every
        self._asked: set[str] = set()
        self._served: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, arrival: Arrival) -> Answer:
        """503 or 200."""
        with self._lock:
            first = arrival.key not in self._asked
            self._asked.add(arrival.key)
            if self.busy and first and len(self._asked) % self._every == 0:
                return Answer(503, {"busy": True})
            self._served[arrival.key] += 1
        return Answer(200, {"id": 1})

    def add_to(self, tally: Tally) -> None:
        """Nobody died here: a step that was served and came again is a fault."""
        twice = sum(times > 1 for times in self._served.values())
        if twice:
            tally.faults.append(f"{twice} steps were served twice, and nobody had died")


def _wrong_clocks(setting: Setting, tally: Tally) -> None:
    go_by_wrong_clocks(list(OFFSETS), setting, tally)


def go_by_wrong_clocks(names: Sequence[str], setting: Setting, tally: Tally) -> None:
    """A worker for each of these; the web process has the last one's, PostgreSQL is right."""
    wrong = [wrong_clock(OFFSETS[name]) for name in names]
    script = BusyAtFirst(every=5)
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        open_machines(setting.folder, postgres, redis) as machines,
        watched(machines, tally, script, [wrong[-1], *wrong]) as (server, ledger),
    ):
        with steady_callers(server, ledger, setting.chance("clocks")):
            threading.Event().wait(setting.seconds / 10)
        tally.tried.update(names)
    script.add_to(tally)


def _jump(setting: Setting, tally: Tally) -> None:
    jump_while_retries_wait(list(OFFSETS), setting, tally)


def jump_while_retries_wait(names: Sequence[str], setting: Setting, tally: Tally) -> None:
    """The clock of the one process is wrong for a while, and then right again."""
    chance, clock, script = setting.chance("jumps"), JumpingClock(setting.folder), BusyAtFirst(1)
    with (
        open_partner() as partner,
        running_server(
            setting.folder, port=None, PENSTOCK_ALLOW_PRIVATE=LOOPBACK, **clock.settings
        ) as server,
    ):
        partner.script = script
        ledger = Ledger(partner)
        _publish(server, partner)
        for name in chance.sample(names, len(names)):
            script.busy = True
            posts = [one for one in ledger.plan(chance, POSTS) if one.path != "answer"]
            post_all(server, posts, stop=False)
            _wait_until_retries_wait(server)
            clock.set(OFFSETS[name])
            script.busy = False
            post_all(server, ledger.plan(chance, POSTS), stop=False)
            if OFFSETS[name] > 0:
                ledger.wait_for_ends(server)
            clock.set(0)
            ledger.wait_for_ends(server)
            tally.tried[name] += 1
        ledger.settle(server, tally)
        if "Traceback" in server.errors():
            tally.faults.append("an error in a log that nobody foresaw")
    script.add_to(tally)


def _publish(server: Server, partner: Partner) -> None:
    """As the ledger expects it, with retries that can be waited for.

    How long a run may take is counted by the time of day, so a jump may end it; not here.
    """
    settings = {"timeout": "3d"}
    first = send("first", f"{partner.url}/first", retry=_LATER, next=["second"])
    second = send("second", f"{partner.url}/second", retry=_LATER)
    server.publish("accept", on_webhook("accept", first, second, settings=settings))
    answer = two_calls("answer", partner.url, respond="step", settings=settings)
    server.publish("answer", answer)
    server.publish("note", on_webhook("note", respond="finished"))


def _wait_until_retries_wait(server: Server) -> None:
    eventually(lambda: len(every(server, "/api/v1/runs?status=waiting")) == POSTS // 3)


SCENARIOS = (
    Scenario(
        "wrong-clocks",
        "web and workers whose clocks are an hour and a day ahead and behind",
        _wrong_clocks,
    ),
    Scenario(
        "jumping-clock",
        "the clock of the one process jumps while retries wait, and is set right again",
        _jump,
    ),
)
