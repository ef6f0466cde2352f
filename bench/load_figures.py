"""What further kinds of load gave: medians, and ratios taken within each round first."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.further_loads import LARGE_BODY_SIZE
from bench.paced import Paced
from bench.rounds import Round
from bench.servers import SLOW_SECONDS
from bench.slow_partners import ALLOWED_RATE, CALLERS


def load_figures(rounds: Sequence[Round]) -> dict[str, Any]:
    """By kind of load, of those that were measured."""
    made = {
        "end_to_end": _end_to_end(rounds),
        "large_bodies": _large_bodies(rounds),
        "slow_partners": _slow_partners(rounds),
        "latency": _latency(rounds),
    }
    return {kind: figures for kind, figures in made.items() if figures}


def _end_to_end(rounds: Sequence[Round]) -> dict[str, Any] | None:
    """Runs that ended while events were accepted; beside the floor, which does it at once."""
    taken = [(each.end_to_end, each.request_response.floor) for each in rounds if each.end_to_end]
    if not taken:
        return None
    return {
        "rate": round(median(one.ended_rate for one, _ in taken)),
        "accepted_rate": round(median(one.accepted.rate for one, _ in taken)),
        "ratio": round(median(one.ended_rate / one.accepted.rate for one, _ in taken), 2),
        "floor_ratio": round(median(one.ended_rate / floor.rate for one, floor in taken), 2),
        "drain_s": round(median(one.drain_s for one, _ in taken), 1),
    }


def _large_bodies(rounds: Sequence[Round]) -> dict[str, Any] | None:
    taken = [each.large_bodies for each in rounds if each.large_bodies]
    if not taken:
        return None
    return {
        "rate": round(median(each.penstock.rate for each in taken)),
        "floor_rate": round(median(each.floor.rate for each in taken)),
        "ratio": round(median(each.penstock.rate / each.floor.rate for each in taken), 2),
        "median_ms": round(median(each.penstock.median_ms for each in taken), 1),
        "p99_ms": round(median(each.penstock.p99_ms for each in taken), 1),
        "kilobytes": LARGE_BODY_SIZE // 1024,
    }


def _latency(rounds: Sequence[Round]) -> dict[str, Any] | None:
    """`ratio` is the worse of both."""
    taken = [each.half_load for each in rounds if each.half_load]
    if not taken:
        return None
    kinds = {
        "accept": _paced([each.accept for each in taken]),
        "request_response": _paced([each.request_response for each in taken]),
    }
    return {**kinds, "ratio": max(kind["ratio"] for kind in kinds.values())}


def _paced(taken: Sequence[Paced]) -> dict[str, Any]:
    return {
        "rate": round(median(each.rate for each in taken)),
        "median_ms": round(median(each.median_ms for each in taken), 1),
        "p99_ms": round(median(each.p99_ms for each in taken), 1),
        "ratio": round(median(each.ratio for each in taken), 2),
    }


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
