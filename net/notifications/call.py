"""One notification on its way to one address: what it may use, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from core.http import FailureKind, SendFailure
from core.masking import Masker
from net.connections import reach
from net.deadline import Deadline, DeadlineSocket
from net.failures import SendError
from net.guard import AddressGuard
from net.url import Target

_MOST_TRIED = 8
_LONGEST_REPLY = 200
"""Characters of what a service answered that stand in an error."""

_current: ContextVar[Call] = ContextVar("notification")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a notification was not delivered, and whether another attempt could do better."""

    words: str
    may_pass: bool


class Call:
    """Opens every socket of one notification: to judged addresses, within one deadline.

    `host` is the one that was called last, `status` what was answered last, `reply` in which words.
    `fault` is the last thing that went wrong, however it went on. `masker` hides the parts of the
    address, in case an answer repeats them.
    """

    def __init__(self, guard: AddressGuard, deadline: Deadline, masker: Masker) -> None:
        self.deadline = deadline
        self.host = ""
        self.status: int | None = None
        self.reply = ""
        self.fault: Fault | None = None
        self._guard = guard
        self._masker = masker

    @property
    def last_moment(self) -> float:
        """When it has to be over, on the monotonic clock."""
        return time.monotonic() + self.deadline.left

    def connect(self, host: str, port: int, seconds: float | None) -> DeadlineSocket:
        """A socket to one of the host's addresses, all of them allowed.

        `seconds` bound it, within the deadline. Raises SendError, which is noted as the fault.
        """
        self.host = host.strip("[]")
        try:
            deadline = self.deadline if seconds is None else self.deadline.at_most(seconds)
            addresses = self._guard.addresses(self.host, deadline.left)
            target = Target("", self.host, port, "")
            sock, _ = reach(target, addresses[:_MOST_TRIED], deadline)
        except SendError as error:
            self.failed(error.kind, str(error))
            raise
        sock.last_moment = self.last_moment
        return sock

    def failed(self, kind: FailureKind, words: str) -> None:
        """No answer came, for this reason."""
        self.fault = Fault(words, SendFailure(kind, words, 0).may_pass)

    def answered(self, status: int, reply: str, *, transient: bool) -> None:
        """An answer came; with a status from 400 on it is a fault, a `transient` one may pass."""
        shown = self._masker.mask_text(" ".join(reply.split()))
        self.status, self.reply = status, shown[:_LONGEST_REPLY]
        if status >= 400:
            self.fault = Fault(self.answer, transient)

    @property
    def answer(self) -> str:
        """What was answered last, in words: `hooks.slack.com answered 404 Not Found: no_team`."""
        return f"{self.host} answered {self.status} {self.reply}".rstrip()


def current_call() -> Call:
    """The call that this thread makes. Raises LookupError outside one, so that nothing is sent."""
    return _current.get()


@contextmanager
def under_way(call: Call) -> Iterator[Call]:
    """Within it, what services send in this thread belongs to the call."""
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)
