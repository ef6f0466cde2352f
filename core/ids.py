"""Identifiers: UUID version 7, so that ids sort by the time they were made."""

from __future__ import annotations

import os
import threading
import time


class IdMaker:
    """Makes UUIDv7 texts (RFC 9562, section 5.7) that never go backwards within a process.

    The 12 bits of `rand_a` count within a millisecond (method 1 of section 6.2); when the count or
    the clock would run backwards, the last timestamp is carried on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timestamp = 0
        self._counter = 0

    def __call__(self) -> str:
        """A new id, such as `0192e4a0-7b1c-7abc-8def-0123456789ab`."""
        timestamp, counter = self._tick()
        tail = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        digits = f"{timestamp:012x}7{counter:03x}{tail:016x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _tick(self) -> tuple[int, int]:
        now = time.time_ns() // 1_000_000
        with self._lock:
            if now > self._timestamp:
                self._timestamp, self._counter = now, 0
            elif self._counter < 0xFFF:
                self._counter += 1
            else:
                self._timestamp, self._counter = self._timestamp + 1, 0
            return self._timestamp, self._counter


new_id = IdMaker()


def first_id_at(moment: int) -> str:
    """What sorts before every id made at or after a moment (milliseconds since the epoch)."""
    digits = f"{min(max(moment, 0), 0xFFFF_FFFF_FFFF):012x}"
    return f"{digits[:8]}-{digits[8:]}-"
