"""Processes whose machine's clock is wrong, or jumps: by Debian's libfaketime.

Only the time of day is wrong: `monotonic` counts on, as it does when a clock is set.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.debian import find_or_install

HOUR, DAY = 3_600, 86_400


def wrong_clock(seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is so much ahead, or behind."""
    return {**_faked(), "FAKETIME": f"{seconds:+d}"}


class JumpingClock:
    """A clock that a test sets while processes go by it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that goes by it."""
        return {
            **_faked(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
        }

    def set(self, seconds: int) -> None:
        """From now on it is so much ahead, or behind."""
        # In one piece: a process may be reading it.
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._file)


def _faked() -> dict[str, str]:
    library = find_or_install(_library, "libfaketime", "faketime")
    return {"LD_PRELOAD": str(library), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _library() -> Path | None:
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
