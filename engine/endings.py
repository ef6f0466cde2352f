"""What follows from the end of a run beyond the run itself, whoever brings it about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.clock import Milliseconds
from core.meters import Meters
from core.model import Run
from core.states import RunStatus
from core.writes import Write


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends. `run` is as it was before; everything is masked."""

    run: Run
    status: RunStatus
    output: Any
    error: str | None
    at: Milliseconds


class EndingRule(Protocol):
    """Something that follows from the end of a run."""

    def writes(self, ending: Ending) -> Sequence[Write]:
        """What to commit with the end. A guard in it that is missed would undo the end."""
        ...


class Endings:
    """Every rule, in the order in which they were given."""

    def __init__(
        self, rules: Iterable[EndingRule], wake: Callable[[], None], meters: Meters
    ) -> None:
        self._rules = tuple(rules)
        self._wake = wake
        self._meters = meters

    def of(
        self, run: Run, status: RunStatus, output: Any, error: str | None, now: Milliseconds
    ) -> Sequence[Write]:
        """What is to be committed with this end of a run."""
        ending = Ending(run, status, output, error, now)
        return [write for rule in self._rules for write in rule.writes(ending)]

    def counted(self, status: RunStatus, count: int = 1) -> None:
        """So many runs have ended like this, and that is on disk."""
        self._meters.run_ended(status, count)

    def committed(self) -> None:
        """What follows is on disk: what it made due can be taken up."""
        self._wake()
