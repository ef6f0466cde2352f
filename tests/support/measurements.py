"""Measurements as the bench takes them, made of round numbers."""

from __future__ import annotations

from bench.load import Measured
from bench.memory import Memory
from bench.rounds import Round
from bench.scene import Route


def measured(rate: float) -> Measured:
    """So many answers a second."""
    return Measured(rate=rate, median_ms=2.0, p99_ms=9.0, generator_us=12.0)


def round_with(rate: float, floor: float, start_s: float = 1.0) -> Round:
    """A round in which Penstock and its floor were as fast at everything."""
    route = Route(floor=measured(floor), penstock=measured(rate))
    idle = Memory(100.0, "PSS")
    return Round(start_s, idle, measured(8000), route, 0.5, route)
