"""What is stored, and where, in Markdown: backlogs, growth, both modes."""

from __future__ import annotations

from collections.abc import Iterator

from bench.markdown import KINDS, Figures, Row, table

_NOUNS = {"embedded": ("process", "processes"), "distributed": ("worker", "workers")}


def store(figures: Figures) -> Iterator[str]:
    """A backlog that is drained, and many ended runs."""
    rows = [*_drain(figures), *_growth(figures)]
    if rows:
        yield "### What is stored"
        yield table(("", "rate", "ratio", "of what"), *rows)


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


def modes(figures: Figures) -> Iterator[str]:
    """By mode and number of processes."""
    if "modes" not in figures:
        return
    yield "### Both modes"
    rows = [
        (f"{mode}, {_processes(mode, int(count))}", *_rates(kinds))
        for mode, counts in figures["modes"].items()
        for count, kinds in counts.items()
    ]
    if rows:
        yield table(("", "accept", "ratio", "request-response", "ratio", "ended", "ratio"), *rows)
    missing = figures["modes_missing"].items()
    if missing:
        yield "\n".join(f"{what} was left out: {why}." for what, why in missing)


def _processes(mode: str, count: int) -> str:
    one, several = _NOUNS[mode]
    return f"{count} {one if count == 1 else several}"


def _rates(kinds: Figures) -> Row:
    return [
        cell for each in kinds.values() for cell in (f"{each['rate']}/s", f"{each['ratio']:.2f}")
    ]
