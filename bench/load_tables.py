"""Further loads in Markdown: what came of them, and how long answers take at half load."""

from __future__ import annotations

from collections.abc import Iterator

from bench.markdown import KINDS, Figures, Row, table, times


def loads(figures: Figures) -> Iterator[str]:
    """Asynchronous end to end, large bodies, slow partners."""
    makers = (_end_to_end, _large_bodies, _slow_partners)
    rows = [row for make in makers for row in make(figures)]
    if rows:
        yield "### Other loads"
        yield table(("", "rate", "ratio", "of what", "median", "99 %"), *rows)


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
            *times(large),
        )


def _slow_partners(figures: Figures) -> Iterator[Row]:
    if slow := figures.get("slow_partners"):
        yield (
            f"{slow['callers']} callers, a partner that takes {slow['partner_ms']} ms",
            f"{slow['rate']}/s",
            f"{slow['ratio']:.2f}",
            f"{slow['allowed_rate']}/s, which the partner allows",
            *times(slow),
        )


def latency(figures: Figures) -> Iterator[str]:
    """At half of what was measured before."""
    if found := figures.get("latency"):
        rows = [
            (f"{KINDS[kind]} at {paced['rate']}/s", *times(paced), f"{paced['ratio']:.2f}")
            for kind, paced in found.items()
            if kind in KINDS
        ]
        yield "### At half load"
        yield table(("", "median", "99 %", "ratio"), *rows)
