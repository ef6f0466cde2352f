"""What a backlog and a grown store gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from bench.backlog import Drain
from bench.growth import FEW, Grown, Growth


def drain_figures(drain: Drain) -> dict[str, Any]:
    """Taken once; the ratio is to accepting on the same server directly after it."""
    return {
        "runs": drain.runs,
        "seconds": round(drain.seconds, 1),
        "rate": round(drain.rate),
        "accept_rate": round(drain.accept.rate),
        "ratio": round(drain.rate / drain.accept.rate, 2),
    }


def growth_figures(turns: Sequence[Growth], many: int, machine: str) -> dict[str, Any]:
    """Medians of the turns, and as `ratio` the worse of both.

    It is not measured each time, so it says itself on which machine.
    """
    kinds = {
        "accept": _grown(turns, lambda turn: turn.accept),
        "request_response": _grown(turns, lambda turn: turn.request_response),
    }
    return {
        **kinds,
        "ratio": min(kind["ratio"] for kind in kinds.values()),
        "few": FEW,
        "many": many,
        "turns": len(turns),
        "machine": machine,
    }


def _grown(turns: Sequence[Growth], which: Callable[[Growth], Grown]) -> dict[str, Any]:
    taken = [which(turn) for turn in turns]
    return {
        "few_rate": round(median(each.few.rate for each in taken)),
        "many_rate": round(median(each.many.rate for each in taken)),
        "ratio": round(median(each.ratio for each in taken), 2),
    }
