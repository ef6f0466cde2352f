"""Figures as Markdown: a section for each subject, of those that were measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Figures = dict[str, Any]
Row = Sequence[str]
PEERS = {"node_red": "Node-RED", "n8n": "n8n"}
KINDS = {"echo": "echo", "accept": "accept", "request_response": "request-response"}


def sections(figures: Figures) -> str:
    """All that was measured, and what it was taken on."""
    made = [*(section for make in _SECTIONS for section in make(figures)), _conditions(figures)]
    return "\n\n".join(made)


def _routes(figures: Figures) -> Iterator[str]:
    yield _table(
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
        *_times(route),
    )


def _times(figures: Figures) -> Row:
    return f"{figures['median_ms']} ms", f"{figures['p99_ms']} ms"


def _peers(figures: Figures) -> Iterator[str]:
    if "peers" not in figures:
        return
    rows = [
        (
            f"{PEERS[name]}: {KINDS[kind]}",
            f"{route['rate']}/s",
            f"{route['ratio']:.2f}",
            *_times(route),
        )
        for name, routes in figures["peers"].items()
        for kind, route in routes.items()
    ]
    yield "### Beside other programs"
    if rows:
        yield _table(("", "rate", "Penstock's ratio to it", "median", "99 %"), *rows)
    missing = figures["peers_missing"].items()
    if missing:
        yield "\n".join(f"{PEERS[name]} was left out: {why}." for name, why in missing)


def _loads(figures: Figures) -> Iterator[str]:
    makers = (_end_to_end, _large_bodies, _slow_partners)
    rows = [row for make in makers for row in make(figures)]
    if rows:
        yield "### Other loads"
        yield _table(("", "rate", "ratio", "of what", "median", "99 %"), *rows)


def _end_to_end(figures: Figures) -> Iterator[Row]:
    if found := figures.get("end_to_end"):
        words, rate = "asynchronous end to end: runs ended", f"{found['rate']}/s"
        accepted = f"{found['accepted_rate']}/s, accepted meanwhile"
        yield (words, rate, f"{found['ratio']:.2f}", accepted, "", "")
        yield ("", rate, f"{found['floor_ratio']:.2f}", "the floor's request-response", "", "")


def _large_bodies(figures: Figures) -> Iterator[Row]:
    if large := figures.get("large_bodies"):
        yield (
            f"accept, bodies of {large['kilobytes']} KiB",
            f"{large['rate']}/s",
            f"{large['ratio']:.2f}",
            f"{large['floor_rate']}/s, the floor",
            *_times(large),
        )


def _slow_partners(figures: Figures) -> Iterator[Row]:
    if slow := figures.get("slow_partners"):
        yield (
            f"{slow['callers']} callers, a partner that takes {slow['partner_ms']} ms",
            f"{slow['rate']}/s",
            f"{slow['ratio']:.2f}",
            f"{slow['allowed_rate']}/s, which the partner allows",
            *_times(slow),
        )


def _latency(figures: Figures) -> Iterator[str]:
    if found := figures.get("latency"):
        rows = [
            (
                f"{KINDS[kind]} at {paced['rate']}/s",
                *_times(paced),
                f"{paced['ratio']:.2f}",
            )
            for kind, paced in found.items()
        ]
        yield "### At half load"
        yield _table(("", "median", "99 %", "ratio"), *rows)


def _store(figures: Figures) -> Iterator[str]:
    rows = [*_drain(figures), *_growth(figures)]
    if rows:
        yield "### What is stored"
        yield _table(("", "rate", "ratio", "of what"), *rows)


def _drain(figures: Figures) -> Iterator[Row]:
    if drain := figures.get("drain"):
        yield (
            f"a backlog of {drain['runs']:,} runs, drained in {drain['seconds']} s",
            f"{drain['rate']}/s",
            f"{drain['ratio']:.2f}",
            f"{drain['accept_rate']}/s, accepted directly after it",
        )


def _growth(figures: Figures) -> Iterator[Row]:
    if growth := figures.get("growth"):
        for kind in ("accept", "request_response"):
            grown = growth[kind]
            yield (
                f"{KINDS[kind]} with {growth['many']:,} ended runs in the store",
                f"{grown['many_rate']}/s",
                f"{grown['ratio']:.2f}",
                f"{grown['few_rate']}/s with {growth['few']:,}",
            )


_SECTIONS: Sequence[Callable[[Figures], Iterator[str]]] = (
    _routes,
    _peers,
    _loads,
    _latency,
    _store,
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


def _table(head: Row, *rows: Row) -> str:
    """A Markdown table: its first column words, the others numbers."""
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
