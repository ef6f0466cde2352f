"""What the builder is told comes while it happens, and stops when nobody reads."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder_ui.streaming import BEAT, BeatingStream
from tests.support.builders import make_document, send
from tests.support.drafts import EVENT
from tests.support.live_pages import live_pages, told
from tests.support.partner import LOOPBACK, Answer, open_partner


def test_a_trial_tells_of_a_step_before_its_partner_has_answered(tmp_path: Path) -> None:
    with open_partner() as partner, live_pages(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as pages:
        document = make_document(send("first", f"{partner.url}/first"))
        pages.server.publish("orders", document)
        gate = partner.gate()
        partner.script = lambda _arrival: Answer(200, gate.wait())
        body = {"document": document, "event": EVENT}
        events = told(pages.ask("POST", "/automations/orders/try", body))

        assert next(events)[0] == "started"
        assert next(events)[1]["status"] == "running"
        gate.set()

        assert [data.get("status") for _, data in events] == ["succeeded", "succeeded"]


@dataclass(frozen=True)
class Told:
    name: str
    data: Mapping[str, Any]


class Tap:
    """Gives an event each time it is opened."""

    def __init__(self) -> None:
        self.flow = threading.Semaphore(0)
        self.asked = 0
        self.closed = threading.Event()

    def __next__(self) -> Told:
        self.asked += 1
        self.flow.acquire()
        if self.closed.is_set():
            raise StopIteration
        return Told("step", {"number": self.asked})

    def close(self) -> None:
        self.closed.set()
        self.flow.release()


def test_while_nothing_happens_the_line_is_kept_alive() -> None:
    tap = Tap()
    stream = BeatingStream(tap, seconds=0.01)

    assert next(stream) == BEAT
    tap.flow.release()
    first = next(part for part in stream if part != BEAT)
    assert first == b'event: step\ndata: {"number":1}\n\n'
    stream.close()


def test_nothing_is_worked_out_that_nobody_reads() -> None:
    tap = Tap()
    tap.flow.release(2)
    stream = BeatingStream(tap)

    next(stream)

    assert tap.asked == 1
    stream.close()
    assert tap.closed.is_set()


def test_a_stream_that_ends_closes_its_source() -> None:
    class Short:
        closed = False

        def __next__(self) -> Told:
            raise StopIteration

        def close(self) -> None:
            self.closed = True

    source = Short()

    assert list(BeatingStream(source)) == []
    assert source.closed
