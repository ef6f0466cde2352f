"""The log of a process: lines for people, or a JSON object a line for a collector of logs."""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import IO

from core import log_context
from core.config import LogFormat

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_KNOWN = ("tenant", "run", "step", "trace_id")

logger = logging.getLogger(__name__)


def start_log(log_format: LogFormat, stream: IO[str]) -> None:
    """Has everything from WARNING on written to the stream, in this process and its forks."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if log_format is LogFormat.JSON else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    if log_format is LogFormat.JSON:
        _log_what_python_would_print()


class TextLines(logging.Formatter):
    """A line for people; secrets of the run under execution are masked."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return log_context.masked(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line, ASCII alone.

    `time` (RFC 3339, UTC), `level`, `logger`, `message`; `tenant`, `run`, `step` and `trace_id`
    where they are known; `exception`, a traceback as text. Secrets of the run under execution are
    masked.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as an object."""
        written = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, str] = {
            "time": written.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": log_context.masked(record.getMessage()),
        }
        names = log_context.known_names()
        for name in _KNOWN:
            if known := getattr(record, name, None) or names.get(name):
                line[name] = str(known)
        if exception := self._exception(record):
            line["exception"] = log_context.masked(exception)
        return json.dumps(line)

    def _exception(self, record: logging.LogRecord) -> str:
        parts = []
        if record.exc_info:
            parts.append(self.formatException(record.exc_info))
        elif record.exc_text:
            parts.append(record.exc_text)
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return "\n".join(parts)


def _log_what_python_would_print() -> None:
    """Warnings and what nobody caught are lines of their own kind; here they become objects."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_of_thread


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    logger.critical("nobody caught an error", exc_info=(kind, error, traceback))


def _log_uncaught_of_thread(ended: threading.ExceptHookArgs) -> None:
    name = ended.thread.name if ended.thread else "?"
    error = ended.exc_value or ended.exc_type()
    logger.error("thread %s broke", name, exc_info=(ended.exc_type, error, ended.exc_traceback))
