"""The thread that empties the outbox of platform events as they come."""

from __future__ import annotations

import logging
import threading

from core.errors import StorageUnavailable
from engine.relaying.relay import Relay

LONGEST_NAP_SECONDS = 1.0
"""However quiet it is, the outbox is looked into this often: another process may have filled it."""
SHORTEST_NAP_SECONDS = 0.005
"""How soon after an announcement it is looked into: the commit of it takes a moment."""

logger = logging.getLogger(__name__)


class RelayThread:
    """Runs a relay until it is stopped."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="relay", daemon=True)

    def start(self) -> None:
        """Begins with what a crash left in the outbox."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what is in the outbox waits there."""
        self._stopping.set()
        self._relay.stirred.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        nap = LONGEST_NAP_SECONDS
        while not self._stopping.is_set():
            if self._hand_on():
                nap = SHORTEST_NAP_SECONDS
                continue
            if self._relay.stirred.wait(nap):
                # What was announced is committed in moments: look soon, then ever more rarely.
                self._relay.stirred.clear()
                self._stopping.wait(SHORTEST_NAP_SECONDS)
                nap = SHORTEST_NAP_SECONDS
            else:
                nap = min(nap * 2, LONGEST_NAP_SECONDS)

    def _hand_on(self) -> bool:
        """Hands on a batch, whatever goes wrong; whether there was anything."""
        try:
            return self._relay.hand_on() > 0
        except StorageUnavailable as error:
            logger.warning("events cannot be handed on: %s", error)
        except Exception:
            # Without this thread nobody would be told of anything.
            logger.exception("handing on broke off")
        return False
