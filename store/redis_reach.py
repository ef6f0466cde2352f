"""Whether Redis answers: for `penstock doctor`."""

from __future__ import annotations

from core.findings import Finding, fault, fine

SECONDS = 3.0
"""How long it may take."""


def reach_redis(url: str) -> Finding:
    """Asks it once."""
    # Large, and an installation in one process needs it not.
    from redis import Redis, RedisError  # noqa: PLC0415

    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as redis:
            redis.ping()
    except (RedisError, ValueError) as error:
        return fault(f"Redis does not answer ({error}): is PENSTOCK_REDIS_URL right, does it run?")
    return fine("Redis answers")
