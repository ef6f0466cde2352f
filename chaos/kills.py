"""kill -9 at points of the program's own work, in both modes."""

from __future__ import annotations

import random
from collections.abc import Sequence

from chaos.installations import Embedded, Installation, distributed
from chaos.ledger import Ledger
from chaos.tally import Scenario, Setting, Tally
from tests.crash.callers import post_again
from tests.crash.promises import publish_all
from tests.support.partner import open_partner

POSTS = 18
"""Posts of a round, a third of them for each kind of answer."""


def _kill_embedded(setting: Setting, tally: Tally) -> None:
    installation = Embedded(setting.folder)
    kill(installation, installation.points, setting.chance("kill"), setting.rounds, tally)


def _kill_distributed(setting: Setting, tally: Tally) -> None:
    with distributed(setting.folder) as installation:
        kill(installation, installation.points, setting.chance("kill"), setting.rounds, tally)


def kill(
    installation: Installation,
    points: Sequence[str],
    chance: random.Random,
    rounds: int,
    tally: Tally,
) -> None:
    """As many rounds of death and recovery, each at the next point of a shuffled order."""
    points = chance.sample(points, len(points))
    with open_partner() as partner:
        ledger = Ledger(partner)
        with installation.running() as server:
            publish_all(server, partner)
        try:
            for number in range(rounds):
                point = points[number % len(points)]
                _die_and_recover(installation, ledger, point, chance)
                tally.tried[point] += 1
        finally:
            with installation.running() as server:
                ledger.wait_for_ends(server)
                ledger.settle(server, tally)


def _die_and_recover(
    installation: Installation, ledger: Ledger, point: str, chance: random.Random
) -> None:
    posts = ledger.plan(chance, POSTS)
    installation.die(point, posts, chance)
    ledger.note_completed(installation.completed())
    with installation.running() as server:
        post_again(server, posts)
        ledger.wait_for_ends(server)


SCENARIOS = (
    Scenario(
        "kill-embedded",
        "kill -9 of the one process at points of its work, SQLite",
        _kill_embedded,
    ),
    Scenario(
        "kill-distributed",
        "kill -9 of web processes, workers and their sweepers at points of their work",
        _kill_distributed,
    ),
)
