"""Senders that never finish, and what others see: measured in turns with and without them."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from bench.load import Load, Measured, measure
from bench.posting import Target
from chaos.tally import Scenario, Setting, Tally
from tests.support.automations import on_webhook
from tests.support.raw_http import connect
from tests.support.server import Server, running_server

STALLED = 200
"""Half of them in the middle of their heads, half in the middle of their bodies."""
CALLERS = 4
_HEAD = b"POST /hooks/default/quick HTTP/1.1\r\nHost: x\r\nX-Slow: a"
_BODY = (
    b"POST /hooks/default/quick HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b'Content-Length: 100000\r\n\r\n"'
)


@dataclass(frozen=True, slots=True)
class Pair:
    """What callers saw alone, and beside the stalled senders."""

    alone: Measured
    beside: Measured


def _stall(setting: Setting, tally: Tally) -> None:
    load = Load(CALLERS, seconds=min(max(setting.seconds / 60, 1.0), 5.0))
    with running_server(setting.folder) as server:
        server.publish("quick", on_webhook("quick"))
        target = Target(urlsplit(server.url).port or 0, "/hooks/default/quick", b"{}", 202)
        measure(target, Load(CALLERS, 1.0))
        pairs = [
            _pair(server, target, load, first=number % 2 == 0)
            for number in range(min(max(setting.rounds // 5, 2), 20))
        ]
        tally.tried["pairs"] += len(pairs)
        tally.accepted += _metric(server, "penstock_accepted_events_total")
        tally.ended += _metric(server, 'penstock_runs_ended_total{status="succeeded"}')
    for name, figure in (("p50", "median_ms"), ("p99", "p99_ms")):
        ratios = [getattr(pair.beside, figure) / getattr(pair.alone, figure) for pair in pairs]
        tally.figures[f"{name} beside {STALLED} stalled"] = round(median(ratios), 2)
        tally.figures[f"{name} alone in ms"] = round(
            median(getattr(pair.alone, figure) for pair in pairs), 1
        )


def _pair(server: Server, target: Target, load: Load, *, first: bool) -> Pair:
    """One after the other; `first` says whether those who are alone come first."""
    if first:
        alone = measure(target, load)
    with stalled_senders(server.url):
        beside = measure(target, load)
    return Pair(alone if first else measure(target, load), beside)


@contextmanager
def stalled_senders(url: str, count: int = STALLED) -> Iterator[None]:
    """So many that send a byte a second and never finish; who is cut off comes again."""
    over = threading.Event()
    senders = [_begin(url, number) for number in range(count)]

    def drip() -> None:
        while not over.wait(1.0):
            for number, sender in enumerate(senders):
                try:
                    sender.send(b"a")
                except OSError:
                    sender.close()
                    senders[number] = _begin(url, number)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for sender in senders:
            sender.close()


def _begin(url: str, number: int) -> socket.socket:
    sender = connect(url)
    with suppress(OSError):
        sender.sendall(_BODY if number % 2 else _HEAD)
    return sender


def _metric(server: Server, name: str) -> int:
    told = server.call("GET", "/metrics").body.decode()
    (value,) = re.findall(rf"^{re.escape(name)} (\S+)$", told, re.MULTILINE)
    return int(float(value))


SCENARIOS = (
    Scenario(
        "stalled-senders",
        f"{STALLED} senders never finish their heads or bodies; measured, promising nothing",
        _stall,
    ),
)
