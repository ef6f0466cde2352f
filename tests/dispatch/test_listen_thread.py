"""The thread that reaches listeners in other processes: again and again, whatever goes wrong."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from core.errors import StorageUnavailable
from dispatch import listening
from dispatch.listening import ListenThread
from tests.support.waiting import PATIENCE, eventually


class Exchange:
    """Stands in for the exchange: counts what it is called for, and fails while told to."""

    def __init__(self) -> None:
        self.stirred = threading.Event()
        self.called: Counter[str] = Counter()
        self.fault: Exception | None = None

    def send(self) -> None:
        self._call("send")

    def collect(self) -> None:
        self._call("collect")

    def renew(self) -> None:
        self._call("renew")

    def look(self) -> None:
        self._call("look")
        if self.fault is not None:
            raise self.fault

    def _call(self, name: str) -> None:
        self.called[name] += 1


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def started(exchange: Any) -> ListenThread:
    thread = ListenThread(exchange)
    thread.start()
    return thread


def test_it_looks_at_once_and_sends_as_soon_as_there_is_something(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "BEAT_SECONDS", PATIENCE)
    thread = started(exchange)
    eventually(lambda: exchange.called["look"] == 1 and exchange.called["renew"] == 1)
    sent = exchange.called["send"]

    exchange.stirred.set()
    eventually(lambda: exchange.called["send"] > sent)

    thread.stop()


def test_a_stop_waits_for_what_has_to_be_stored(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "BEAT_SECONDS", PATIENCE)
    thread = started(exchange)
    eventually(lambda: exchange.called["look"] == 1)
    sent = exchange.called["send"]

    thread.stop()

    assert exchange.called["send"] > sent


def test_it_outlives_every_fault(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_for_a_while(exchange, KeyError("unforeseen"), monkeypatch)

    assert "broke off" in caplog.text


def test_it_tells_of_an_outage_once(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_for_a_while(exchange, StorageUnavailable("it is away"), monkeypatch)

    assert [one.getMessage() for one in caplog.records] == [
        "listeners in other processes cannot be reached: it is away"
    ]


def fail_for_a_while(exchange: Exchange, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails three times, and then looks once more."""
    for name in ("BEAT_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(listening, name, 0.001)
    exchange.fault = fault
    thread = started(exchange)
    eventually(lambda: exchange.called["look"] >= 3)
    exchange.fault = None
    looked = exchange.called["look"]
    eventually(lambda: exchange.called["look"] > looked)
    thread.stop()
