"""Who acts: set where a request, a call or a command begins, read where a change is noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.accounts import Actor, ActorKind, User
from core.model import ApiKey

SYSTEM = Actor(ActorKind.SYSTEM, "", "Penstock")
"""Whoever acts while nobody has said who it is."""

_acting: ContextVar[Actor] = ContextVar("acting", default=SYSTEM)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Within it, changes of this thread are this actor's."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


def acting() -> Actor:
    """Who acts now."""
    return _acting.get()


def actor_of(user: User) -> Actor:
    """A user as an actor."""
    return Actor(ActorKind.USER, user.id, user.name)


def actor_of_key(key: ApiKey) -> Actor:
    """Whoever holds an API key, as an actor."""
    return Actor(ActorKind.KEY, key.id, key.name)
