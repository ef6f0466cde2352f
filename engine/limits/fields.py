"""Header fields that tell callers of limits.

`RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-11 has them: lists of
structured fields (RFC 9651), whose items are the policies' names.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.clock import Milliseconds
from core.http import Headers
from core.limits import Standing


def limit_fields(standings: Sequence[Standing]) -> Headers:
    """How limits stand: what each allows, and what is left of it."""
    if not standings:
        return ()
    policies = (_policy(one) for one in standings)
    left = (f'"{one.limit.policy}";r={one.left};t={seconds(one.wait)}' for one in standings)
    return (("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(left)))


def quota_fields(policy: str, size: int, wait: Milliseconds) -> Headers:
    """A quota of a month that is used up: a month has no length in seconds, so there is no `w`."""
    return (
        ("RateLimit-Policy", f'"{policy}";q={size}'),
        ("RateLimit", f'"{policy}";r=0;t={seconds(wait)}'),
    )


def retry_after(wait: Milliseconds) -> Headers:
    """When to come again; never earlier than the `t` of a limit says."""
    return (("Retry-After", str(seconds(wait))),)


def seconds(wait: Milliseconds) -> int:
    """Whole seconds, at least one: whoever comes after them does not come too early."""
    return max(-(-wait // 1000), 1)


def _policy(standing: Standing) -> str:
    rate = standing.limit.rate
    return f'"{standing.limit.policy}";q={rate.amount};w={rate.period // 1000}'
