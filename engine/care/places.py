"""How executors' threads are shared among the endpoints that are waited for in them.

Three rules keep some free for others, however many endpoints stall at once: no endpoint may take
more than a quarter of all, nor more than are left free (the dynamic threshold of Choudhury and
Hahne, 1998), and no tenant more than three quarters.
"""

from __future__ import annotations

from collections import Counter

ALWAYS = 4
"""However few places are free, an endpoint may take as many as this."""


class Places:
    """Counts the places of this process. Not safe for threads; whoever holds it locks.

    `capacity` is how many there are; a few more are taken where many endpoints have but ALWAYS.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._taken = 0
        self._by_tenant: Counter[str] = Counter()

    def limit(self, tenant: str) -> int:
        """How many places an endpoint of this tenant may have now."""
        free = self._capacity - self._taken
        left_to_tenant = self._capacity * 3 // 4 - self._by_tenant[tenant]
        share = max(self._capacity // 4, 1)
        return min(share, max(min(free, left_to_tenant), ALWAYS))

    def take(self, tenant: str) -> None:
        """A request goes."""
        self._taken += 1
        self._by_tenant[tenant] += 1

    def give_back(self, tenant: str) -> None:
        """A request has ended."""
        self._taken -= 1
        self._by_tenant[tenant] -= 1
        if not self._by_tenant[tenant]:
            del self._by_tenant[tenant]
