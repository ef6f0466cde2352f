"""Whether events can be stored is found out once for all who ask at one time."""

from __future__ import annotations

from typing import cast

import pytest

from core.errors import StorageUnavailable
from core.store import Store
from engine.readiness import LASTING, Readiness
from tests.support.workbench import TurnedClock


class AskedStore:
    """A store that is asked, and away if it is told so."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    def check(self) -> None:
        self.asked += 1
        if self.away:
            raise StorageUnavailable("the disk is full")


def test_many_who_ask_cost_one_commit_and_what_changed_is_known_soon() -> None:
    store, clock = AskedStore(), TurnedClock()
    readiness = Readiness(cast(Store, store), clock)
    for _ in range(100):
        readiness.check()
    assert store.asked == 1

    store.away = True
    readiness.check()
    clock.turn(LASTING)
    for _ in range(100):
        with pytest.raises(StorageUnavailable, match="the disk is full"):
            readiness.check()
    assert store.asked == 2

    store.away = False
    clock.turn(LASTING)
    readiness.check()
