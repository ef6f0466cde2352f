"""What `python -m bench` can be told."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence


def read_options(arguments: Sequence[str]) -> Namespace:
    """What was asked for; ends the program with its usage where that makes no sense."""
    parser = ArgumentParser(
        prog="python -m bench", description="Measures Penstock beside its floors and its peers."
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often (5)")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each load lasts (4)")
    parser.add_argument("--connections", type=int, default=16, help="how many at once (16)")
    parser.add_argument(
        "--backlog", type=int, default=100_000, help="runs that are drained, 0: none (100000)"
    )
    parser.add_argument(
        "--processes",
        type=_counts,
        default=(1, 2, 4),
        help="working processes of the embedded mode, beside each other (1,2,4)",
    )
    parser.add_argument(
        "--workers", type=_counts, default=(1, 2, 4), help="of the distributed mode (1,2,4)"
    )
    parser.add_argument(
        "--mode-rounds", type=int, default=1, help="how often both modes are measured (1)"
    )
    parser.add_argument(
        "--growth",
        action="store_true",
        help="measure with many ended runs in the store, too: takes minutes more and 4 GB of disk",
    )
    parser.add_argument(
        "--many", type=int, default=1_000_000, help="how many ended runs those are (1000000)"
    )
    parser.add_argument(
        "--write-docs",
        action="store_true",
        help="measure nothing; put bench/results.json into docs/performance.md",
    )
    return parser.parse_args(arguments)


def _counts(text: str) -> tuple[int, ...]:
    """Numbers with commas between them; none leaves a mode out."""
    counts = tuple(int(part) for part in text.split(",") if part)
    if any(count < 1 for count in counts):
        raise ArgumentTypeError(f"{text}: a mode needs a process")
    return counts
