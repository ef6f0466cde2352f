"""kill -9 at points that other tests do not try: around the accept, and around a run's end."""

from __future__ import annotations

from chaos.installations import Embedded, distributed
from chaos.kills import POSTS, kill
from chaos.tally import Setting, Tally


def check(tally: Tally, rounds: int) -> None:
    assert tally.is_well, tally
    assert tally.tried.total() == rounds
    assert tally.accepted == tally.ended == rounds * POSTS


def test_one_process_dies_as_it_accepts_and_as_it_ends_runs(setting: Setting) -> None:
    points, tally = ["after-accept", "before-end"], Tally()

    kill(Embedded(setting.folder), points, setting.chance("kill"), 2, tally)

    check(tally, 2)


def test_a_web_process_dies_as_it_accepts(setting: Setting) -> None:
    tally = Tally()
    with distributed(setting.folder) as installation:
        kill(installation, ["after-accept"], setting.chance("kill"), 1, tally)

    check(tally, 1)
