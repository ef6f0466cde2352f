"""The machinery of processes that share an installation: those that take in, those that execute."""

from __future__ import annotations

from threading import Event

from dispatch.accepting import AcceptingDispatcher
from dispatch.embedded import EmbeddedDispatcher
from dispatch.forwarding import Forwarder
from dispatch.machinery import Machinery, Workshop
from dispatch.rq.bell import Bell
from dispatch.rq.job import woken_by_jobs
from dispatch.rq.worker import WakeUpTaker
from engine.assembly import Parts


def web(workshop: Workshop, dispatcher: AcceptingDispatcher, bell: Bell) -> Machinery:
    """Takes events in, answers callers, and calls workers to the rest."""
    return Machinery(
        workshop.parts,
        dispatcher,
        workshop.sweeper(dispatcher),
        [
            workshop.answers(),
            Forwarder(_stirred(workshop.parts), bell.ring),
            workshop.limits(),
            *workshop.listening(),
        ],
        around=[bell],
    )


def worker(
    workshop: Workshop, dispatcher: EmbeddedDispatcher, bell: Bell, redis_url: str
) -> Machinery:
    """Executes what others took in, and does the chores."""
    for sleeper in (dispatcher.look, *(one.set for one in _stirred(workshop.parts))):
        woken_by_jobs(sleeper)
    return Machinery(
        workshop.parts,
        dispatcher,
        workshop.sweeper(dispatcher),
        [WakeUpTaker(redis_url, dispatcher.executor), workshop.limits()],
        workshop.chores(dispatcher.executor),
        around=[bell],
    )


def _stirred(parts: Parts) -> tuple[Event, ...]:
    """What is set when there is something for the chores."""
    return (parts.relay.stirred, parts.ticker.stirred, parts.subscriptions.stirred)
