"""Figures kept in `bench/results.json`, and written into `docs/performance.md`."""

from __future__ import annotations

import json

from bench.figures import Figures
from bench.servers import ROOT
from bench.tables import sections

RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
_BEGIN = "<!-- figures -->"
_END = "<!-- end of figures -->"


def write_results(figures: Figures) -> None:
    """Keeps the figures in `bench/results.json`."""
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


def read_results() -> Figures:
    """The figures that were kept. Raises FileNotFoundError before the first measurement."""
    figures: Figures = json.loads(RESULTS.read_text())
    return figures


def write_docs(figures: Figures) -> None:
    """Puts them into `docs/performance.md`, between its two marks."""
    page = PAGE.read_text()
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{PAGE.relative_to(ROOT)} lacks the lines {_BEGIN} and {_END}")
    PAGE.write_text(f"{before}{_BEGIN}\n\n{sections(figures)}\n\n{_END}{after}")
