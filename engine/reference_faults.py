"""What can be wrong with references: found at publish, so that no run has to find it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from core.errors import Fault
from engine.ancestry import Ancestry
from engine.graph import FAILURE
from engine.params import FoundReference
from engine.regions import Regions
from expressions import ITEM_ROOTS

MOST_FAULTS = 100
"""References at fault that are named; a draft can hold a hundred thousand."""
MOST_NAMES = 20
"""Steps that a fault names as those that could be meant."""

_NO_ITEM = (
    "item and index are there only where a list is worked through, as in the values of a "
    "set-values step with for_each; where it is meant as it is written, write \\< for <"
)
_NO_FAILURE = (
    "is there only for the steps that follow a failure (on_failure); "
    "a step after another one's port error finds steps.<id>.error"
)


def reference_faults(
    regions: Regions, callbacks: frozenset[str], references: Iterable[tuple[str, FoundReference]]
) -> Iterator[Fault]:
    """The faults of references, each given with its step, at most `MOST_FAULTS` of them.

    `callbacks` are the steps that others can tell something.
    """
    judge = _Judge(regions, callbacks)
    faults = (fault for step, found in references for fault in judge.faults(step, found))
    return islice(faults, MOST_FAULTS)


class _Judge:
    """Knows which steps each step may refer to."""

    def __init__(self, regions: Regions, callbacks: frozenset[str]) -> None:
        self._regions = regions
        self._callbacks = callbacks
        self._ancestry = Ancestry(regions.whole)
        self._main = frozenset(regions.main.steps)

    def faults(self, step: str, found: FoundReference) -> Iterator[Fault]:
        """The faults of one reference of a step."""
        root, *rest = found.reference.path
        if root == "secrets" and not found.secrets_allowed:
            yield Fault(found.path, "secrets can be used only where something is sent")
        if root in ITEM_ROOTS and not found.items_allowed:
            yield Fault(found.path, f"{found.reference.source}: {_NO_ITEM}")
        if root == "steps" and rest and not self._may_refer(step, str(rest[0])):
            yield Fault(found.path, f"{found.reference.source}: {self._words(step, str(rest[0]))}")
        if root == "failure" and self._regions.owners.get(step, FAILURE) != FAILURE:
            yield Fault(found.path, f"{found.reference.source}: {_NO_FAILURE}")
        yield from self._callback_faults(found)

    def _callback_faults(self, found: FoundReference) -> Iterator[Fault]:
        match found.reference.path:
            case ("run", "callbacks", step, *_) if step not in self._callbacks:
                known = ", ".join(sorted(self._callbacks)[:MOST_NAMES]) or "none"
                words = f"{step} is no step that waits for a callback; those are: {known}"
                yield Fault(found.path, f"{found.reference.source}: {words}")

    def _may_refer(self, step: str, referred: str) -> bool:
        if self._ancestry.precedes(referred, step):
            return True
        return self._regions.follows_failure(step) and referred in self._main

    def _words(self, step: str, referred: str) -> str:
        earlier = self._ancestry.of(step)
        if self._regions.follows_failure(step):
            earlier += self._regions.main.steps
        more = f" and {len(earlier) - MOST_NAMES} more" if len(earlier) > MOST_NAMES else ""
        known = (", ".join(earlier[:MOST_NAMES]) or "none") + more
        if referred in self._regions.whole.incoming:
            return f"the step {referred} does not run before {step}; before it run: {known}"
        return f"there is no step {referred}; before {step} run: {known}"
