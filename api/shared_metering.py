"""What the working processes behind one port have counted, put together.

Whoever asks `GET /metrics` comes to any of them. So each keeps its counts in a file, once a second,
and adds up those of the others; one that follows another goes on from where that one was last kept.
"""

from __future__ import annotations

import logging
import pickle
import threading
from collections.abc import Mapping
from pathlib import Path

from api.metering import Distribution, Labels, Meter, Readings

_KEEP_SECONDS = 1.0

logger = logging.getLogger(__name__)


class SharedReadings:
    """The counts of all processes (`api.metering.Counted`). `number` is which one this is."""

    def __init__(self, meter: Meter, folder: Path, number: int) -> None:
        self._meter = meter
        self._folder = folder
        self._file = folder / str(number)
        self._before = _kept_in(self._file)
        self._thread = threading.Thread(target=self._keep_forever, name="meter", daemon=True)

    def start(self) -> None:
        """Begins to keep what is counted here."""
        self._thread.start()

    def read(self) -> Readings:
        """What was counted by all of them: here until now, elsewhere until a second ago."""
        total = self._mine()
        for file in self._folder.iterdir():
            if file != self._file and file.suffix == "" and (kept := _kept_in(file)) is not None:
                total = together(total, kept)
        return total

    def keep(self) -> None:
        """Writes down what was counted here and by whoever was in this place before."""
        new = self._file.with_suffix(".new")
        new.write_bytes(pickle.dumps(self._mine()))
        new.replace(self._file)

    def _mine(self) -> Readings:
        mine = self._meter.read()
        return mine if self._before is None else together(self._before, mine)

    def _keep_forever(self) -> None:
        pause = threading.Event()
        while not pause.wait(_KEEP_SECONDS):
            try:
                self.keep()
            except OSError as error:
                logger.warning("others cannot be told what was counted here: %s", error)


def together(one: Readings, other: Readings) -> Readings:
    """The sums of two."""
    return Readings(
        accepted=one.accepted + other.accepted,
        rescued=one.rescued + other.rescued,
        given_up=one.given_up + other.given_up,
        ended={
            status: one.ended.get(status, 0) + other.ended.get(status, 0)
            for status in {**one.ended, **other.ended}
        },
        attempts=_merged(one.attempts, other.attempts),
        steps=_merged(one.steps, other.steps),
        waits=_sum(one.waits, other.waits),
        commits=_sum(one.commits, other.commits),
        units=_sum(one.units, other.units),
    )


def _merged(
    one: Mapping[Labels, Distribution], other: Mapping[Labels, Distribution]
) -> Mapping[Labels, Distribution]:
    merged = dict(one)
    for labels, found in other.items():
        merged[labels] = _sum(merged[labels], found) if labels in merged else found
    return merged


def _sum(one: Distribution, other: Distribution) -> Distribution:
    total = one.copy()
    total.counts = [first + second for first, second in zip(one.counts, other.counts, strict=True)]
    total.total += other.total
    return total


def _kept_in(file: Path) -> Readings | None:
    try:
        kept: Readings = pickle.loads(file.read_bytes())  # noqa: S301  our own, in a folder of ours
    except (OSError, EOFError, pickle.UnpicklingError):
        return None
    return kept
