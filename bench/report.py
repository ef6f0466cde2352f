"""Figures kept in `bench/results.json`, and written into `docs/performance.md`."""

from __future__ import annotations

import json

from bench.markdown import Figures
from bench.servers import ROOT
from bench.tables import sections

RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
OCCASIONAL = ("growth",)
_BEGIN = "<!-- figures -->"
_END = "<!-- end of figures -->"


def write_results(figures: Figures) -> Figures:
    """Keeps the figures in `bench/results.json`; what it has now.

    What is measured only when asked for stays from the last time.
    """
    kept = {key: value for key, value in _last().items() if key in OCCASIONAL}
    whole = {**kept, **figures}
    RESULTS.write_text(json.dumps(whole, indent=2) + "\n")
    return whole


def _last() -> Figures:
    try:
        return read_results()
    except FileNotFoundError:
        return {}


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
