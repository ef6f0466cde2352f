"""Figures as a table, in `bench/results.json` and in `docs/performance.md`."""

from __future__ import annotations

import json

from bench.figures import Figures
from bench.servers import ROOT

RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
_BEGIN = "<!-- figures -->"
_END = "<!-- end of figures -->"


def table(figures: Figures) -> str:
    """The figures as a Markdown table, with what they were taken on below it."""
    accept, answer = figures["accept"], figures["request_response"]
    rows = [
        ("", "Penstock", "floor", "ratio to the floor", "ratio to a constant", "median", "99 %"),
        ("---", "---:", "---:", "---:", "---:", "---:", "---:"),
        ("accept", *_cells(accept)),
        ("request-response", *_cells(answer)),
        ("a constant answer", "", f"{figures['constant_rate']:.0f}/s", "", "", "", ""),
        ("idle memory", f"{figures['idle_mb']} MB ({figures['idle_kind']})", *[""] * 5),
        ("start to first answer", f"{figures['start_s']} s", *[""] * 5),
    ]
    return "\n".join(
        [
            *("| " + " | ".join(row) + " |" for row in rows),
            "",
            f"Machine: {figures['machine']}. Upstream: {figures['upstream']}.",
            f"Medians of {figures['rounds']} rounds of {figures['seconds']:g} s with "
            f"{figures['connections']} connections; the load generator took "
            f"{figures['generator_us']} µs of a core for each request.",
            f"The runs accepted under load had ended {accept['drain_s']} s after it.",
        ]
    )


def _cells(route: Figures) -> tuple[str, ...]:
    return (
        f"{route['rate']}/s",
        f"{route['floor_rate']}/s",
        f"{route['floor_ratio']:.2f}",
        f"{route['constant_ratio']:.2f}",
        f"{route['median_ms']} ms",
        f"{route['p99_ms']} ms",
    )


def write_results(figures: Figures) -> None:
    """Keeps the figures in `bench/results.json`."""
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


def read_results() -> Figures:
    """The figures that were kept. Raises FileNotFoundError before the first measurement."""
    figures: Figures = json.loads(RESULTS.read_text())
    return figures


def write_docs(figures: Figures) -> None:
    """Puts the table into `docs/performance.md`, between its two marks."""
    page = PAGE.read_text()
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{PAGE.relative_to(ROOT)} lacks the lines {_BEGIN} and {_END}")
    PAGE.write_text(f"{before}{_BEGIN}\n\n{table(figures)}\n\n{_END}{after}")
