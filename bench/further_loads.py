"""Loads beside accept and request-response: asynchronous end to end, large bodies, half load."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from bench.automations import (
    TELL,
    Administration,
    accept_target,
    answer_target,
    tell_target,
)
from bench.load import Load, Measured, measure
from bench.paced import Pace, Paced, measure_paced
from bench.scene import Route, Scene
from bench.servers import Server
from bench.stored import Stored

LARGE_BODY_SIZE = 256 * 1024
"""The most that a webhook trigger takes unless its `max_body` says otherwise."""


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """Events taken in, and meanwhile their runs ended a second, each with a call to the upstream.

    `drain_s`: until those that had not ended under load had.
    """

    accepted: Measured
    ended_rate: float
    drain_s: float


@dataclass(frozen=True, slots=True)
class HalfLoad:
    """How long answers take at half of the rate that was measured before in the same round."""

    accept: Paced
    request_response: Paced


def take_end_to_end(
    server: Server, administration: Administration, stored: Stored, load: Load
) -> EndToEnd:
    """Accepts while the runs of what was accepted call the upstream. Raises UnexpectedAnswer."""
    accepted = measure(tell_target(server), load)
    drain_s = administration.drain()
    ended = stored.ended(TELL, accepted.since, accepted.until)
    return EndToEnd(accepted, ended / (accepted.until - accepted.since), drain_s)


def take_large_bodies(scene: Scene, load: Load) -> Route:
    """Accept with large bodies. Raises UnexpectedAnswer."""
    body = large_body()
    floor, penstock = accept_target(scene.program, body), accept_target(scene.penstock, body)
    taken = scene.route(floor, penstock, load)
    scene.administration.drain()
    return taken


def take_half_load(server: Server, accept: Measured, answer: Measured, load: Load) -> HalfLoad:
    """Posts on a fixed schedule. Raises UnexpectedAnswer."""

    def pace(measured: Measured) -> Pace:
        return Pace(measured.rate / 2, load.seconds, load.warm_up)

    return HalfLoad(
        accept=measure_paced(accept_target(server), pace(accept)),
        request_response=measure_paced(answer_target(server), pace(answer)),
    )


def large_body() -> bytes:
    """An order of many lines, of exactly that size; a third of it cannot be foreseen."""
    digits = random.Random(4711)
    order = {"id": "A-1001", "currency": "EUR", "total": 129.5, "lines": [_line(digits)]}
    size = len(json.dumps({"order": order}))
    each = len(json.dumps(_line(digits))) + len(", ")
    count = (LARGE_BODY_SIZE - size - len(json.dumps({"note": ""}))) // each
    order["lines"] = [_line(digits) for _ in range(count + 1)]
    body = {"order": order, "note": ""}
    body["note"] = "." * (LARGE_BODY_SIZE - len(json.dumps(body)))
    return json.dumps(body).encode()


def _line(digits: random.Random) -> dict[str, object]:
    sku = f"{digits.getrandbits(96):024x}"
    return {"sku": sku, "price": f"{digits.randrange(10_000):04d}.50", "unit": "piece"}
