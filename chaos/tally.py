"""What one scenario tried, and what became of what was accepted meanwhile."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """How hard a scenario tries. `seconds` is for faults that come while time passes.

    `folder` is for its files, and nobody else's.
    """

    seed: int
    rounds: int
    seconds: float
    folder: Path

    def chance(self, name: str) -> random.Random:
        """What a scenario leaves to chance, the same for the same seed."""
        return random.Random(f"{self.seed} {name}")


@dataclass
class Tally:
    """What was counted. `tried` says how often each fault came, by its name.

    `accepted` are posts that were answered 2xx, `ended` those of them whose runs reached an end,
    `repeated` steps that ran again after they were completed. `faults` says in words what else was
    not as promised; `figures` are measurements, which promise nothing.
    """

    tried: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    ended: int = 0
    repeated: int = 0
    faults: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    left_out: str | None = None
    """Why nothing was tried here, if nothing was."""

    @property
    def lost(self) -> int:
        """How many accepted events did not reach an end."""
        return self.accepted - self.ended

    @property
    def is_well(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost or self.repeated or self.faults)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of fault, by a name for the command line and a line that says what is done."""

    name: str
    says: str
    run: Callable[[Setting, Tally], None]
    """Adds to the tally as it goes, so that what was seen before it broke off is known."""
