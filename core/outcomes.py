"""What an attempt of a step came to, as a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller of a waiting trigger gets: the `respond` step's product, ready to send."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Succeed:
    """The step is done: `output` becomes `steps.<id>`, the run goes on by `port`."""

    output: object
    port: str = "success"
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The attempt failed in a way that may pass. `after` is the least wait a partner asked for."""

    reason: str
    after: Milliseconds | None = None
    output: object = None


@dataclass(frozen=True, slots=True)
class Fail:
    """The step failed for good; it leaves by its `error` port when that is wired."""

    error: str
    output: object = None


@dataclass(frozen=True, slots=True)
class Halt:
    """The run ends at once as `halted`; other branches are cancelled."""

    reason: str
    output: object = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The run ends at once as `succeeded` or `failed`, as the step `stop` asks."""

    succeeded: bool
    message: str


@dataclass(frozen=True, slots=True)
class Park:
    """The step waits: until a moment, or until it is told something (`core.signals`).

    With None it is only the latter. The action is asked again then, with what it was told and with
    `output`, which is shown meanwhile.
    """

    until: Milliseconds | None
    output: object = None


@dataclass(frozen=True, slots=True)
class Defer:
    """Nothing was sent, to spare an endpoint or those who call others; the step asks again then.

    It counts as no attempt of the retry policy. `output` is what the step shows until then; of one
    that had waited it stays what it was.
    """

    until: Milliseconds
    reason: str
    output: object = None


@dataclass(frozen=True, slots=True)
class Each:
    """The steps behind the port `each` are to be executed for every item; then the step is done.

    At most `concurrency` items are under way at once. With `stops` the first that fails is the end:
    no other is begun, and the step leaves by `error`.
    """

    items: Sequence[Any]
    concurrency: int = 1
    stops: bool = True

    @property
    def output(self) -> Mapping[str, Any]:
        """All that a loop is, as it is kept until it is done."""
        return {"items": self.items, "concurrency": self.concurrency, "stops": self.stops}


Outcome = Succeed | Retry | Fail | Halt | Finish | Park | Defer | Each
