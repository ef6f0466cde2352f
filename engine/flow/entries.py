"""The entries of a journal by the scope to which they belong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.model import StepRun
from engine.regions import Regions
from engine.step_keys import Path, split_key

ByStep = Mapping[str, StepRun]
ByIndex = Mapping[int, StepRun]


class Entries:
    """Entries of steps by region and path, and ends of items by the loop's step and its path."""

    def __init__(self, regions: Regions, journal: Iterable[StepRun] = ()) -> None:
        self._steps: dict[tuple[str, Path], dict[str, StepRun]] = {}
        self._items: dict[tuple[str, Path], dict[int, StepRun]] = {}
        depths = {step: len(regions.loops_around(step)) for step in regions.owners}
        for entry in journal:
            step_id, path = split_key(entry.step_id)
            if step_id not in depths:
                continue
            if len(path) == depths[step_id]:
                steps = self._steps.setdefault((regions.owners[step_id], path), {})
                steps[step_id] = entry
            else:
                self._items.setdefault((step_id, path[:-1]), {})[path[-1]] = entry

    def of(self, owner: str, path: Path) -> ByStep:
        """The entries of one scope, by step."""
        return self._steps.get((owner, path), {})

    def items(self, loop: str, path: Path) -> ByIndex:
        """The ends of items of a loop that stands at a path, by index."""
        return self._items.get((loop, path), {})

    def begun(self, loop: str, path: Path, count: int) -> Sequence[int]:
        """Which of the items of a loop have begun and not ended."""
        ended = self.items(loop, path)
        return [
            index
            for index in range(count)
            if index not in ended and (loop, (*path, index)) in self._steps
        ]
