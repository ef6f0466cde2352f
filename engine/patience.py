"""What must not be given up while the store is away: it is about something that happened."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

from core.errors import StorageUnavailable, UnstorableError
from core.store import Store
from core.writes import Write

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds between two tries."""

logger = logging.getLogger(__name__)


def commit_patiently(
    store: Store, writes: Sequence[Write], stopping: threading.Event, what: str
) -> bool:
    """Commits, trying again until the store is back; False when the process stops before that.

    `what` names whose work it is for the log. Raises GuardMissed when somebody else moved it,
    UnstorableError when waiting is vain.
    """
    return patiently(partial(store.commit, writes), stopping, what)


def patiently(work: Callable[[], object], stopping: threading.Event, what: str) -> bool:
    """Does what needs the store, as `commit_patiently` does; `work` may be begun several times."""
    pause = FIRST_PAUSE
    while True:
        try:
            work()
        except UnstorableError:
            raise
        except StorageUnavailable as error:
            logger.warning("%s cannot be saved yet: %s", what, error)
            if stopping.wait(pause):
                return False
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return True
