"""How the log is written: lines for people, or a JSON object a line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.logs import JsonLines, TextLines
from core import log_context
from core.masking import Masker
from core.model import Run
from tests.support.builders import make_run


@dataclass(frozen=True)
class Attempt:
    """A subject of the log, as an attempt is."""

    run: Run
    step_id: str | None
    masker: Masker
    trace_id: str | None = None


@contextmanager
def at(subject: log_context.Subject | Run) -> Iterator[None]:
    before = log_context.SUBJECT.set(subject)
    try:
        yield
    finally:
        log_context.SUBJECT.reset(before)


def record(message: str = "%s broke", *arguments: object, **changes: Any) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {
            "name": "engine.book",
            "levelno": logging.WARNING,
            "levelname": "WARNING",
            "msg": message,
            "args": arguments,
            **changes,
        }
    )
    made.created = datetime(2026, 11, 26, 7, 10, 4, 512_300, UTC).timestamp()
    return made


def line(made: logging.LogRecord) -> dict[str, str]:
    written = JsonLines().format(made)
    assert "\n" not in written
    assert written.isascii()
    found: dict[str, str] = json.loads(written)
    return found


def broken(words: str) -> Any:
    """What `exc_info` is of an error with these words."""
    try:
        raise RuntimeError(words)
    except RuntimeError:
        return sys.exc_info()


def test_a_line_is_an_object_with_its_time_level_logger_and_message() -> None:
    assert line(record("%s\nbroke", "it")) == {
        "time": "2026-11-26T07:10:04.512Z",
        "level": "WARNING",
        "logger": "engine.book",
        "message": "it\nbroke",
    }


def test_a_line_tells_of_the_run_and_the_step_that_the_thread_is_at() -> None:
    run = make_run(tenant="acme")
    with at(run):
        assert named(line(record())) == {"tenant": "acme", "run": run.id}
    with at(Attempt(run, "sync[3]", Masker({}))):
        assert named(line(record())) == {"tenant": "acme", "run": run.id, "step": "sync[3]"}
    assert named(line(record())) == {}


def test_a_line_of_a_traced_run_names_its_trace() -> None:
    with at(Attempt(make_run(), "sync", Masker({}), trace_id="4bf92f3577b34da6a3ce929d0e0e4736")):
        assert line(record())["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_what_the_line_itself_names_comes_first() -> None:
    other = record(**log_context.of("globex", "its-run"))
    with at(Attempt(make_run(), "sync", Masker({}))):
        assert named(line(other)) == {"tenant": "globex", "run": "its-run", "step": "sync"}


def test_an_exception_is_text() -> None:
    told = line(record(exc_info=broken("out of luck")))
    assert told["exception"].startswith("Traceback (most recent call last):\n")
    assert told["exception"].endswith("RuntimeError: out of luck")


def test_secrets_of_the_run_are_masked_in_both_formats() -> None:
    attempt = Attempt(make_run(), "sync", Masker({"TOKEN": "s3cr3t-value"}))
    made = record("it says %s", "s3cr3t-value", exc_info=broken("no s3cr3t-value"))
    with at(attempt):
        told, text = line(made), TextLines().format(made)
    assert told["message"] == "it says [secret:TOKEN]"
    assert told["exception"].endswith("RuntimeError: no [secret:TOKEN]")
    assert text.splitlines()[0].endswith("WARNING engine.book: it says [secret:TOKEN]")
    assert text.endswith("RuntimeError: no [secret:TOKEN]")


def test_what_is_no_text_for_a_terminal_is_written_all_the_same() -> None:
    assert line(record("a lone \ud800, an é"))["message"] == "a lone \ud800, an é"


def named(told: dict[str, str]) -> dict[str, str]:
    return {name: told[name] for name in ("tenant", "run", "step") if name in told}
