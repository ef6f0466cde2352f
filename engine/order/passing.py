"""Each end passes the turn on: the next run of its key becomes due in the same commit."""

from __future__ import annotations

from collections.abc import Sequence

from core.event_keys import EventKey
from core.writes import Write
from engine.endings import Ending
from engine.transitions import Transitions


class TurnsPassedOn:
    """An `engine.endings.EndingRule`."""

    def __init__(self, transitions: Transitions) -> None:
        self._transitions = transitions

    def writes(self, ending: Ending) -> Sequence[Write]:
        """What makes the next run of the order's key due."""
        run = ending.run
        if run.order_key is None:
            return ()
        lane = EventKey(run.tenant, run.automation_id, run.order_key)
        return (self._transitions.pass_on(lane, ending.at),)
