"""From rounds to figures: the median of each."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.load import Load
from bench.load_figures import load_figures
from bench.markdown import Figures
from bench.peer_figures import peer_figures
from bench.rounds import Round
from bench.scene import Route
from bench.servers import upstream_name


def figures_of(rounds: Sequence[Round], load: Load) -> Figures:
    """The median of every figure over the rounds; ratios are taken within each round first."""

    def middle(figure: Callable[[Round], float], digits: int) -> float:
        return round(median(figure(each) for each in rounds), digits)

    return {
        "accept": {
            **_route(rounds, lambda each: each.accept),
            "drain_s": middle(lambda each: each.drain_s, 1),
        },
        "request_response": _route(rounds, lambda each: each.request_response),
        **peer_figures(rounds),
        **load_figures(rounds),
        "constant_rate": middle(lambda each: each.constant.rate, 0),
        "idle_mb": middle(lambda each: each.idle.megabytes, 1),
        "idle_kind": rounds[0].idle.kind,
        "start_s": middle(lambda each: each.start_s, 2),
        "generator_us": middle(lambda each: each.constant.generator_us, 1),
        "machine": machine(),
        "upstream": upstream_name(),
        "connections": load.connections,
        "seconds": load.seconds,
        "rounds": len(rounds),
    }


def _route(rounds: Sequence[Round], route_of: Callable[[Round], Route]) -> Figures:
    pairs = [(route_of(each), each.constant) for each in rounds]
    return {
        "rate": round(median(route.penstock.rate for route, _ in pairs)),
        "floor_ratio": round(
            median(route.penstock.rate / route.floor.rate for route, _ in pairs), 2
        ),
        "floor_rate": round(median(route.floor.rate for route, _ in pairs)),
        "constant_ratio": round(
            median(route.penstock.rate / hello.rate for route, hello in pairs), 2
        ),
        "median_ms": round(median(route.penstock.median_ms for route, _ in pairs), 1),
        "p99_ms": round(median(route.penstock.p99_ms for route, _ in pairs), 1),
    }


def machine() -> str:
    """The size of this machine and what runs on it."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores ({_processor()}), {pages / 2**30:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"
