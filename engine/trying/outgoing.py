"""What listening has to store, in its order, by a thread that nobody waits for."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from threading import Event

from core.errors import UnstorableError
from core.store import Store
from core.writes import Write

Unit = Callable[[], Sequence[Write]]
"""What is to be committed, made when its turn comes. May raise StorageUnavailable."""

logger = logging.getLogger(__name__)


class Outgoing:
    """Waits in memory until it is sent. `stirred` is set when there is something."""

    def __init__(self, store: Store) -> None:
        self.stirred = Event()
        self._store = store
        self._waiting: deque[Unit] = deque()

    def put(self, unit: Unit) -> None:
        """Has it committed soon."""
        self._waiting.append(unit)
        self.stirred.set()

    def send(self) -> None:
        """Commits what waits. Raises StorageUnavailable; what was not committed waits on."""
        while self._waiting:
            self._commit(self._waiting[0])
            self._waiting.popleft()

    def _commit(self, unit: Unit) -> None:
        try:
            if writes := unit():
                self._store.commit(writes)
        except UnstorableError as error:
            logger.warning("whoever listens is not told of a request: %s", error)
