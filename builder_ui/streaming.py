"""Server-sent events (WHATWG HTML, section 9.2) of something that goes on while it is read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import orjson
from flask import Response

BEAT_SECONDS = 15.0
"""After so long without an event a comment goes out, so that nobody takes the line for dead."""

BEAT = b": still here\n\n"

logger = logging.getLogger(__name__)


class Told(Protocol):
    """One event: its name, and its data as JSON."""

    @property
    def name(self) -> str:
        """The event's name."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """The event's data."""
        ...


class Source(Protocol):
    """Events that come one by one. `close` may be called by another thread than reads."""

    def __next__(self) -> Told:
        """The next event, whenever it comes."""
        ...

    def close(self) -> None:
        """Nobody reads any more."""
        ...


def event_stream(source: Source, may_read: Callable[[], bool]) -> Response:
    """The answer that tells a source's events as they come, and closes it when the reader goes.

    `may_read` is asked before anything is told: a reader may lose the right to it meanwhile.
    """
    stream = BeatingStream(source, may_read=may_read)
    answer = Response(stream, content_type="text/event-stream; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    # nginx would hold the events back until it has a buffer full of them.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def written(told: Told) -> bytes:
    """An event as it goes over the wire; JSON has no line break of its own."""
    return b"event: %s\ndata: %s\n\n" % (told.name.encode(), orjson.dumps(told.data))


class BeatingStream:
    """The bytes of a source's events, with a beat where none comes for a while.

    A thread of its own asks the source, and only for what was asked of it: what nobody reads is not
    worked out.
    """

    def __init__(
        self,
        source: Source,
        seconds: float = BEAT_SECONDS,
        may_read: Callable[[], bool] = lambda: True,
    ) -> None:
        self._source = source
        self._seconds = seconds
        self._may_read = may_read
        self._asks: SimpleQueue[bool] = SimpleQueue()
        self._answers: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._asked = False

    def __iter__(self) -> BeatingStream:
        return self

    def __next__(self) -> bytes:
        if not self._asked:
            self._ask()
        answer = self._wait()
        if answer is None or not self._may_read():
            self.close()
            raise StopIteration
        return answer

    def close(self) -> None:
        """The reader is gone, or everything was told."""
        self._source.close()
        self._asks.put(False)

    def _wait(self) -> bytes | None:
        try:
            answer = self._answers.get(timeout=self._seconds)
        except Empty:
            return BEAT
        self._asked = False
        return answer

    def _ask(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="events", daemon=True)
            self._thread.start()
        self._asked = True
        self._asks.put(True)

    def _serve(self) -> None:
        while self._asks.get():
            self._answers.put(self._next())

    def _next(self) -> bytes | None:
        try:
            return written(next(self._source))
        except StopIteration:
            return None
        except Exception:
            # The answer has begun, so that its status can no longer tell.
            logger.exception("a stream of events broke")
            return None
