"""What can be wrong with references: found at publish, so that no run has to find it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from core.errors import Fault
from engine.ancestry import Ancestry
from engine.params import FoundReference
from engine.regions import Regions
from expressions import ITEM_ROOTS

MOST_FAULTS = 100
"""References at fault that are named; a draft can hold a hundred thousand."""
MOST_NAMES = 20
"""Steps that a fault names as those that could be meant."""

_NO_ITEM = (
    "item and index are there only where a list is worked through: in the steps behind the port "
    "each of a for-each, and in the values of a set-values step with for_each; "
    "where it is meant as it is written, write \\< for <"
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
        words = None
        if root == "secrets" and not found.secrets_allowed:
            yield Fault(found.path, "secrets can be used only where something is sent")
        elif root == "steps" and rest and not self._may_refer(step, str(rest[0]), found.inside):
            words = self._words(step, str(rest[0]))
        elif root == "run":
            words = self._callback_words(step, found)
        elif step in self._regions.owners:
            words = self._missing_root(step, root, found.items_allowed)
        if words is not None:
            yield Fault(found.path, f"{found.reference.source}: {words}")

    def _callback_words(self, step: str, found: FoundReference) -> str | None:
        """Why an address is not there for a step."""
        match found.reference.path:
            case ("run", "callbacks", waiting, *_) if waiting not in self._callbacks:
                known = ", ".join(sorted(self._callbacks)[:MOST_NAMES]) or "none"
                return f"{waiting} is no step that waits for a callback; those are: {known}"
            case ("run", "callbacks", waiting, *_) if loop := self._outside(step, waiting, found):
                return (
                    f"{waiting} waits for each item of {loop} at an address of its own, "
                    f"which is there only for the steps in the body of {loop}"
                )
        return None

    def _missing_root(self, step: str, root: str, items_allowed: bool) -> str | None:
        """Why a root is not there for a step."""
        if root == "failure" and not self._regions.follows_failure(step):
            return _NO_FAILURE
        if root in ITEM_ROOTS and not items_allowed and not self._regions.loops_around(step):
            return _NO_ITEM
        return None

    def _may_refer(self, step: str, referred: str, inside: bool) -> bool:
        if self._ancestry.precedes(referred, step):
            return True
        if inside and step in (referred, self._regions.owners.get(referred)):
            return True
        return self._regions.follows_failure(step) and referred in self._main

    def _words(self, step: str, referred: str) -> str:
        between = self._regions.loops_between(step, referred)
        loop = next((one for one in between if one != step), None)
        if loop is not None:
            return (
                f"the step {referred} has a result for each item of {loop}; "
                f"steps.{loop}.results has what is kept of them"
            )
        known = self._names(step)
        if referred in self._regions.whole.incoming:
            return f"the step {referred} does not run before {step}; before it run: {known}"
        return f"there is no step {referred}; before {step} run: {known}"

    def _outside(self, step: str, waiting: str, found: FoundReference) -> str | None:
        """The loop for each of whose items another step waits, where none of them is in sight."""
        if found.inside and waiting in self._regions.graph_of(step).steps:
            return None
        return next(iter(self._regions.loops_between(step, waiting)), None)

    def _names(self, step: str) -> str:
        """Some of the steps that could be meant."""
        earlier = self._ancestry.of(step)
        if self._regions.follows_failure(step):
            earlier += self._regions.main.steps
        more = f" and {len(earlier) - MOST_NAMES} more" if len(earlier) > MOST_NAMES else ""
        return (", ".join(earlier[:MOST_NAMES]) or "none") + more
