"""The thread of a worker process that takes wake-ups from the queue."""

from __future__ import annotations

import logging
import threading
from itertools import count

from redis import Redis, RedisError, exceptions
from redis.client import Pipeline
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from dispatch.rq.job import WakeUp
from dispatch.rq.queue import queue_over

PAUSE_SECONDS = 2.0
"""Between an end of RQ's worker, as when Redis is gone, and the next one."""

logger = logging.getLogger(__name__)


class _ThreadWorker(SimpleWorker):
    """RQ's worker outside of the main thread, where signals cannot be used."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        """The process has its own."""

    def subscribe(self) -> None:
        """Nobody sends RQ's commands. Its thread for them breaks when Redis goes away."""

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Ends the worker where there is no Redis; whoever started it says so and comes again.

        RQ would try by itself, after a minute in the end, and nobody would be told.
        """
        try:
            super().heartbeat(timeout, pipeline)
        except exceptions.ConnectionError as error:
            raise RedisError(str(error)) from error


class WakeUpTaker:
    """Takes wake-ups until the process ends. While Redis is away there are none, which is all."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="wake-ups", daemon=True)
        _quieten()

    def start(self) -> None:
        """Begins to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Lets it end. It is not waited for: RQ blocks, and what it takes now is needed by nobody.

        Every worker looks into the database once a second, wake-ups or not.
        """
        self._stopping.set()

    def _work(self) -> None:
        for number in count(1):
            try:
                self._listen(f"{self._name}.{number}")
            except (RedisError, ValueError) as error:
                logger.warning("there are no wake-ups, it is looked every second: %s", error)
            except Exception:
                logger.exception("taking wake-ups broke off")
            if self._stopping.wait(PAUSE_SECONDS):
                return

    def _listen(self, name: str) -> None:
        """Returns, or raises, when RQ's worker ends: it does at a timeout of Redis."""
        with Redis.from_url(self._url) as connection:
            worker = _ThreadWorker(
                [queue_over(connection)],
                name=name,
                connection=connection,
                serializer=JSONSerializer,
                job_class=WakeUp,
            )
            worker.work(logging_level="WARNING", with_scheduler=False)


def _quieten() -> None:
    """RQ would write of each job, and a traceback of each fault of Redis; it is said once, here."""
    for name in ("rq", "rq.worker"):
        quiet = logging.getLogger(name)
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False
