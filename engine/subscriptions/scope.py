"""Which events a subscription is told of: by their type, and by the automation they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.event_names import fits
from core.subscriptions import Scope

TagsOf = Callable[[str], Iterable[str]]
"""The tags of an automation, by its id."""


def takes_type(patterns: Iterable[str], event_type: str) -> bool:
    """Whether one of the names and patterns chooses this type."""
    return any(fits(pattern, event_type) for pattern in patterns)


def is_within(scope: Scope, automation_id: str | None, tags_of: TagsOf) -> bool:
    """Whether an event about this automation, or about none, is within a scope.

    It is when the automation is one of those named or has one of the tags.
    """
    if scope.is_open:
        return True
    if automation_id is None:
        return False
    if automation_id in scope.automations:
        return True
    return bool(scope.tags) and not set(scope.tags).isdisjoint(tags_of(automation_id))
