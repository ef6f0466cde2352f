"""Ids of records that steps make without naming one."""

from __future__ import annotations

import hashlib
import re

_TIME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7")


def derived_id(key: str) -> str:
    """The id (UUIDv7) of what a step makes: always the same for its idempotency key.

    Its time is that of the run's id. So a step that is repeated finds its own record, however long
    ago it was made.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()
    time = key[:14] if _TIME.match(key) else f"{digest[18:26]}-{digest[26:30]}-"
    return f"{time}7{digest[:3]}-8{digest[3:6]}-{digest[6:18]}"
