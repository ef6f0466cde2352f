"""The one tree of errors. Expected outcomes are values; these are for what a caller must handle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in something a person wrote.

    `path` is a JSON path from the root of what was sent (`$.steps[0].with.url`); `message` says in
    plain words what is wrong and, where it can, what would be right.
    """

    path: str
    message: str


class PenstockError(Exception):
    """Root of every error Penstock raises on purpose. The message is meant for a person."""


class ConfigError(PenstockError):
    """A setting of the environment or the command line cannot be used; stops the start."""


class InvalidError(PenstockError):
    """What was sent has faults; all of them are in `faults`."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class NotFoundError(PenstockError):
    """The tenant has no such thing."""


class ForbiddenError(PenstockError):
    """The caller is known but may not do this."""


class SignInRefused(ForbiddenError):
    """Nobody is signed in by this. `wait` is how many seconds to wait before the next try."""

    def __init__(self, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait


class ConflictError(PenstockError):
    """The thing is not in a state in which this can be done."""


class BusyError(PenstockError):
    """As many of these are under way as may be; trying again a little later can help."""


class StaleError(PenstockError):
    """Somebody else changed the thing since it was read (`If-Match` does not hold)."""


class ExpressionError(PenstockError):
    """A template or expression cannot be parsed, or cannot be resolved in this context."""


class JsonError(PenstockError):
    """Bytes that are not strict JSON (RFC 8259 with the limits of `core.strict_json`)."""


class GuardMissed(PenstockError):
    """A conditional write matched no row: its state or fencing token is not the expected."""


class StorageUnavailable(PenstockError):
    """The store could not commit or read.

    Nothing of the unit of work is on disk, unless only the word of a commit was lost.
    """


class UnstorableError(StorageUnavailable):
    """The store cannot take these values, now or later: trying again cannot help."""
