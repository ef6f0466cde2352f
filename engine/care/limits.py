"""What an endpoint is spared: how many requests at once, and how many in a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.rates import Rate, parse_rate


@dataclass(frozen=True, slots=True)
class EndpointLimits:
    """At most `concurrency` requests under way at once, and no more than `rate`; None: any."""

    concurrency: int | None = None
    rate: Rate | None = None


UNLIMITED = EndpointLimits()


def limits_of(configured: Mapping[str, Any] | None) -> EndpointLimits:
    """What a tenant's settings say of one endpoint."""
    if not configured:
        return UNLIMITED
    rate = configured.get("rate")
    return EndpointLimits(configured.get("concurrency"), None if rate is None else parse_rate(rate))
