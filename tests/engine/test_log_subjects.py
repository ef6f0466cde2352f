"""Whom the log's lines are about that are written while a run is executed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from core import log_context
from core.http import OutboundRequest, SendResult
from tests.support.builders import make_document, send, step
from tests.support.workbench import TENANT, Workbench

SECRET = "s3cr3t-of-the-partner"


class Heard(logging.Handler):
    """Keeps of each line what it says, and whom it is about, at the moment it is written."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[tuple[str, dict[str, str | None]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = log_context.masked(self.format(record))
        self.lines.append((text, dict(log_context.known_names())))


@pytest.fixture
def heard() -> Iterator[Heard]:
    handler = Heard()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_an_action_that_breaks_is_told_with_its_run_and_step_and_without_secrets(
    bench: Workbench, heard: Heard
) -> None:
    def break_down(request: OutboundRequest) -> SendResult:
        raise RuntimeError(f"cannot send {dict(request.headers)['X-Key']}")

    bench.service.secrets.put(TENANT, "PARTNER_KEY", SECRET)
    bench.partner.script = break_down
    key = {"X-Key": "<secrets.PARTNER_KEY>"}
    bench.publish(make_document(send("sync", "https://partner.example/", with_={"headers": key})))
    bench.post({"order": {"id": 7}})

    [(text, about)] = heard.lines
    assert about == {"tenant": TENANT, "run": bench.last_run().id, "step": "sync", "trace_id": None}
    assert "RuntimeError: cannot send [secret:PARTNER_KEY]" in text
    assert SECRET not in text


def test_a_run_that_breaks_between_its_steps_is_told_with_its_id(
    bench: Workbench, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("engine.book.Book.save", break_down)
    steps = (
        send("sync", "https://partner.example/", next=["note"]),
        step("note", "set-values", {"values": {"seen": 1}}),
    )
    bench.publish(make_document(*steps))
    bench.post({"order": {"id": 7}})

    [(text, about)] = heard.lines
    assert text.startswith(f"run {bench.last_run().id} broke")
    run_id = bench.last_run().id
    assert about == {"tenant": TENANT, "run": run_id, "step": None, "trace_id": None}


def test_afterwards_the_thread_is_at_nothing(bench: Workbench) -> None:
    bench.publish(make_document(send("sync", "https://partner.example/")))
    bench.post({"order": {"id": 7}})
    assert log_context.known_names() == {}
