"""Many callers whose partner takes its time: how near Penstock comes to what the partner allows."""

from __future__ import annotations

from dataclasses import replace

from bench.automations import SLOW_PATH, answer_target
from bench.load import Load, Measured, measure
from bench.scene import Scene
from bench.servers import SLOW_SECONDS

CALLERS = 400
ALLOWED_RATE = CALLERS / SLOW_SECONDS
"""What so many callers would reach if nothing but the partner took time."""


def take_slow_partners(scene: Scene, load: Load) -> Measured:
    """Request-response with a partner that answers after a while. Raises UnexpectedAnswer."""
    spread = replace(load, connections=CALLERS, spread=SLOW_SECONDS)
    return measure(answer_target(scene.penstock, SLOW_PATH), spread)
