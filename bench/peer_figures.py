"""What peers reached, and Penstock's ratio to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from bench.load import Measured
from bench.peers import N8N
from bench.rounds import Round

Rates = Callable[[Round], tuple[Measured, Mapping[str, Measured]]]
"""What Penstock reached in a round, and what each peer did."""


def peer_figures(rounds: Sequence[Round]) -> dict[str, Any]:
    """Medians by peer, and why others were left out; ratios are taken within each round first."""
    names = {name for each in rounds for name in (*each.peers.accept, *each.peers.request_response)}
    return {
        "peers": {name: _peer(rounds, name) for name in sorted(names)},
        "peers_missing": dict(rounds[0].peers.missing),
    }


def _peer(rounds: Sequence[Round], name: str) -> dict[str, Any]:
    """A peer that stores nothing echoes; one that stores accepts."""
    routes: dict[str, Rates] = {
        "accept" if name == N8N else "echo": lambda each: (
            each.accept.penstock,
            each.peers.accept,
        ),
        "request_response": lambda each: (
            each.request_response.penstock,
            each.peers.request_response,
        ),
    }
    found = {kind: _route(rounds, name, rates) for kind, rates in routes.items()}
    return {kind: figures for kind, figures in found.items() if figures}


def _route(rounds: Sequence[Round], name: str, rates: Rates) -> dict[str, Any] | None:
    pairs = [(ours, peers[name]) for ours, peers in map(rates, rounds) if name in peers]
    if not pairs:
        return None
    return {
        "rate": round(median(peer.rate for _, peer in pairs)),
        "ratio": round(median(ours.rate / peer.rate for ours, peer in pairs), 2),
        "median_ms": round(median(peer.median_ms for _, peer in pairs), 1),
        "p99_ms": round(median(peer.p99_ms for _, peer in pairs), 1),
    }
