"""What further kinds of load gave: medians, and ratios taken within each round first."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.rounds import Round
from bench.servers import SLOW_SECONDS
from bench.slow_partners import ALLOWED_RATE, CALLERS


def load_figures(rounds: Sequence[Round]) -> dict[str, Any]:
    """By kind of load, of those that were measured."""
    made = {"slow_partners": _slow_partners(rounds)}
    return {kind: figures for kind, figures in made.items() if figures}


def _slow_partners(rounds: Sequence[Round]) -> dict[str, Any] | None:
    taken = [each.slow_partners for each in rounds if each.slow_partners]
    if not taken:
        return None
    return {
        "rate": round(median(each.rate for each in taken)),
        "allowed_rate": round(ALLOWED_RATE),
        "ratio": round(median(each.rate / ALLOWED_RATE for each in taken), 2),
        "median_ms": round(median(each.median_ms for each in taken), 1),
        "p99_ms": round(median(each.p99_ms for each in taken), 1),
        "callers": CALLERS,
        "partner_ms": round(SLOW_SECONDS * 1000),
    }
