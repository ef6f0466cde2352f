"""Until when this process is believed to be alive, as far as it knows itself."""

from __future__ import annotations

from core.clock import Clock, Milliseconds


class Lease:
    """Set at each renewal; read before a step acts on the world.

    Whoever's lease may be over has perhaps been given up, and others have what was theirs. That is
    no fault: they ask the store before they act. Without a renewal yet nobody can have.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: Milliseconds | None = None

    def renewed(self, until: Milliseconds) -> None:
        """The store says that the lease holds until then."""
        self._until = until

    def holds(self) -> bool:
        """Whether nobody can have taken over what this process executes."""
        return self._until is None or self._clock.now() < self._until
