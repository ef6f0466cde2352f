"""Figures as Markdown: a section for each subject, of those that were measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.load_tables import latency, loads
from bench.markdown import KINDS, Figures, Row, table, times
from bench.store_tables import modes, store

PEERS = {"node_red": "Node-RED", "n8n": "n8n"}


def sections(figures: Figures) -> str:
    """All that was measured, and what it was taken on."""
    made = [*(section for make in _SECTIONS for section in make(figures)), _conditions(figures)]
    return "\n\n".join(made)


def _routes(figures: Figures) -> Iterator[str]:
    yield table(
        ("", "Penstock", "floor", "ratio to the floor", "ratio to a constant", "median", "99 %"),
        ("accept", *_cells(figures["accept"])),
        ("request-response", *_cells(figures["request_response"])),
        ("a constant answer", "", f"{figures['constant_rate']:.0f}/s", "", "", "", ""),
        ("idle memory", f"{figures['idle_mb']} MB ({figures['idle_kind']})", *[""] * 5),
        ("start to first answer", f"{figures['start_s']} s", *[""] * 5),
    )


def _cells(route: Figures) -> Row:
    return (
        f"{route['rate']}/s",
        f"{route['floor_rate']}/s",
        f"{route['floor_ratio']:.2f}",
        f"{route['constant_ratio']:.2f}",
        *times(route),
    )


def _peers(figures: Figures) -> Iterator[str]:
    if "peers" not in figures:
        return
    rows = [
        (
            f"{PEERS[name]}: {KINDS[kind]}",
            f"{route['rate']}/s",
            f"{route['ratio']:.2f}",
            *times(route),
        )
        for name, routes in figures["peers"].items()
        for kind, route in routes.items()
    ]
    yield "### Beside other programs"
    if rows:
        yield table(("", "rate", "Penstock's ratio to it", "median", "99 %"), *rows)
    missing = figures["peers_missing"].items()
    if missing:
        yield "\n".join(f"{PEERS[name]} was left out: {why}." for name, why in missing)


_SECTIONS: Sequence[Callable[[Figures], Iterator[str]]] = (
    _routes,
    _peers,
    loads,
    latency,
    store,
    modes,
)


def _conditions(figures: Figures) -> str:
    return "\n".join(
        [
            f"Machine: {figures['machine']}. Upstream: {figures['upstream']}.",
            f"Medians of {figures['rounds']} rounds of {figures['seconds']:g} s with "
            f"{figures['connections']} connections; the load generator took "
            f"{figures['generator_us']} µs of a core for each request.",
            f"The runs accepted under load had ended {figures['accept']['drain_s']} s after it.",
        ]
    )
