"""Waits that grow with every failed try to sign in.

They are kept in the memory of the process: whoever guesses must not be able to make the store
write. A start forgets them, and each process that serves pages counts for itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from core.clock import Clock, Milliseconds
from core.errors import SignInRefused

FIRST_WAIT: Milliseconds = 1_000
FORGOTTEN_AFTER: Milliseconds = 3_600_000
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How many tries are free, and how long a wait grows at the most."""

    free: int
    longest: Milliseconds


BY_EMAIL = Patience(free=5, longest=5 * 60_000)
BY_ADDRESS = Patience(free=30, longest=60_000)
"""Many people may come from one address: a company's, or a proxy's that stands before Penstock."""


@dataclass(frozen=True, slots=True)
class _Record:
    tries: int
    last: Milliseconds


class Counter:
    """Counts tries by a key, and says how long the next one has to wait. Not for many threads."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._known: OrderedDict[str, _Record] = OrderedDict()

    def wait(self, key: str, now: Milliseconds) -> Milliseconds:
        """How long until the next try is allowed; 0 for now."""
        record = self._known.get(key)
        if record is None or record.tries < self._patience.free:
            return 0
        doublings = min(record.tries - self._patience.free, 30)
        length = min(FIRST_WAIT << doublings, self._patience.longest)
        return max(0, record.last + length - now)

    def count(self, key: str, now: Milliseconds) -> None:
        """There was a try."""
        record = self._known.pop(key, None)
        old = record.tries if record and now - record.last < FORGOTTEN_AFTER else 0
        self._known[key] = _Record(old + 1, now)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The last try was a good one."""
        record = self._known.get(key)
        if record is not None:
            self._known[key] = _Record(max(0, record.tries - 1), record.last)

    def forget(self, key: str) -> None:
        """Whoever has this key has proved it."""
        self._known.pop(key, None)


class Throttle:
    """Tries by e-mail, known here or not, and by the address they come from."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._emails = Counter(BY_EMAIL)
        self._addresses = Counter(BY_ADDRESS)

    def admit(self, email: str, remote_address: str = "") -> None:
        """Counts a try before it is judged, by e-mail alone if it comes from nowhere.

        Raises SignInRefused while it has to wait.
        """
        now, network = self._clock.now(), _network(remote_address)
        with self._lock:
            wait = max(self._emails.wait(email, now), self._addresses.wait(network, now))
            if wait > 0:
                raise _refusal(wait)
            self._emails.count(email, now)
            if network:
                self._addresses.count(network, now)

    def forgive(self, email: str, remote_address: str = "") -> None:
        """The try that was counted last was right."""
        with self._lock:
            self._emails.forget(email)
            self._addresses.take_back(_network(remote_address))


def _refusal(wait: Milliseconds) -> SignInRefused:
    seconds = -(-wait // 1000)
    unit = "second" if seconds == 1 else "seconds"
    return SignInRefused(f"Too many tries. Wait {seconds} {unit}, then try again.", wait=seconds)


def _network(remote_address: str) -> str:
    """The address; of IPv6 the /64, since whoever has one address has all of them."""
    try:
        address = ip_address(remote_address)
    except ValueError:
        return remote_address
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ip_network((address, 64), strict=False))
