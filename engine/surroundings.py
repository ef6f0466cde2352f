"""What the engine meets of the world beside the store, as wiring hands it over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.changes import ALONE, Changes
from core.clock import Milliseconds
from core.http import Sender
from core.limits import RequestCounter
from core.meters import SILENT, Meters
from core.notifications import Notifier
from core.traces import NO_TRACES, Traces
from engine.links import Links

ParseBody = Callable[[str, str, bytes], object]
"""From method, Content-Type and bytes to a value. Raises InvalidError or JsonError in words."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The ways out, how a body is read that comes by no trigger, this installation's links, and
    where requests are counted.

    `meters` are told what happens, and `traces` for whom; `ready_lag` is how old the oldest due run
    may be. `shared` says that other processes work on the same store; `changes`
    is where those of one machine tell one another what they changed.
    """

    sender: Sender
    notifier: Notifier
    parse_body: ParseBody
    links: Links
    counter: RequestCounter
    shared: bool = False
    meters: Meters = SILENT
    ready_lag: Milliseconds | None = None
    traces: Traces = NO_TRACES
    changes: Changes = ALONE
