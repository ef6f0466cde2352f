"""The queue of wake-ups in Redis."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from core.errors import ConfigError

NAME = "penstock"
"""One queue for all: a worker of several would lose the job that it dies with."""
JOB = "dispatch.rq.job.wake"
ANSWER_SECONDS = 2.0
"""How long Redis may take to answer; a wake-up that takes longer is not worth it."""


def connect(url: str) -> Redis:
    """A connection that gives up soon. Raises ConfigError for a URL that cannot be used."""
    try:
        return Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise ConfigError(f"PENSTOCK_REDIS_URL: {url!r} cannot be used: {error}") from None


def queue_over(connection: Redis) -> Queue:
    """The queue of wake-ups."""
    return Queue(NAME, connection=connection, serializer=JSONSerializer)


class WakeUps:
    """Puts wake-ups into the queue."""

    def __init__(self, url: str) -> None:
        self._queue = queue_over(connect(url))

    def put(self) -> None:
        """Adds a wake-up unless one waits: whoever takes it finds all that is due by then.

        Raises redis.RedisError.
        """
        if self._queue.count == 0:
            job = Queue.prepare_data(JOB, timeout=-1, result_ttl=0, failure_ttl=0)
            self._queue.enqueue_many([job])

    def close(self) -> None:
        """Closes the connection."""
        self._queue.connection.close()
