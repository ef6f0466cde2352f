"""Until when this process is believed to be alive, as far as it knows itself."""

from __future__ import annotations

from core.clock import Clock, Milliseconds

Term = int
"""Which unbroken row of renewals it is: one that comes after the end begins another."""


class Lease:
    """Set at each renewal; read before a step acts on the world.

    Whoever's lease may be over has perhaps been given up, and others have what was theirs. That is
    no fault: they ask the store before they act. Without a renewal yet nobody can have. A renewal
    that comes too late brings nothing back: what was taken up in an earlier term may be others'.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: Milliseconds | None = None
        self._term = 0

    @property
    def term(self) -> Term:
        """The present one. To be read before what is taken up in it is asked for."""
        return self._term

    def renewed(self, until: Milliseconds) -> None:
        """The store says that the lease holds until then."""
        if self._until is not None and self._clock.now() >= self._until:
            self._term += 1
        self._until = until

    def holds(self, term: Term | None = None) -> bool:
        """Whether nobody can have taken over what this process took up in a term, or only now."""
        # In this order: a renewal that comes meanwhile changes the term first.
        until = self._until
        return term in (None, self._term) and (until is None or self._clock.now() < until)
