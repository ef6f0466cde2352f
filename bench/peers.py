"""Other programs of the kind, measured in the same rounds: Node-RED, and n8n where one is named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.automations import BODY
from bench.load import Load, Measured, measure
from bench.node_red import ANSWER_PATH, ECHO_PATH, NodeRedMissing, node_red
from bench.posting import Target
from bench.servers import Server, ServerFailed

NODE_RED, N8N = "node_red", "n8n"
N8N_SETTINGS = {"accept": "PENSTOCK_BENCH_N8N_ACCEPT_URL", "rr": "PENSTOCK_BENCH_N8N_RR_URL"}


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a peer answers a post at once, and where it answers with what the upstream said."""

    accept: Target | None
    request_response: Target | None


@dataclass(frozen=True, slots=True)
class PeerRound:
    """What peers reached in one round by their names, and why others were left out."""

    accept: Mapping[str, Measured] = field(default_factory=dict)
    request_response: Mapping[str, Measured] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peers:
    """Those that can be measured, and why others cannot, by their names."""

    found: Mapping[str, Peer]
    missing: Mapping[str, str]

    def accept(self, load: Load) -> dict[str, Measured]:
        """How fast each answers a post."""
        return _measured({name: peer.accept for name, peer in self.found.items()}, load)

    def request_response(self, load: Load) -> dict[str, Measured]:
        """How fast each answers with what the upstream said."""
        return _measured({name: peer.request_response for name, peer in self.found.items()}, load)


def _measured(targets: Mapping[str, Target | None], load: Load) -> dict[str, Measured]:
    return {name: measure(target, load) for name, target in targets.items() if target}


@contextmanager
def running_peers(work: Path, upstream: Server) -> Iterator[Peers]:
    """Starts the peers that the bench starts. Raises ValueError for a URL that cannot be used."""
    found: dict[str, Peer] = {}
    missing: dict[str, str] = {}
    n8n = n8n_of(os.environ)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(node_red(work, upstream.port))
        except NodeRedMissing as why:
            missing[NODE_RED] = str(why)
        except ServerFailed:
            missing[NODE_RED] = "it did not start"
        else:
            found[NODE_RED] = Peer(
                Target(server.port, ECHO_PATH, BODY, 202),
                Target(server.port, ANSWER_PATH, BODY, 200),
            )
        if n8n is None:
            missing[N8N] = "no URL is configured"
        else:
            found[N8N] = n8n
        yield Peers(found, missing)


def n8n_of(environment: Mapping[str, str]) -> Peer | None:
    """The n8n that the environment names by the URLs of its webhooks, if any."""
    urls = {kind: environment.get(name) for kind, name in N8N_SETTINGS.items()}
    if not any(urls.values()):
        return None
    targets = {kind: target_at(url) if url else None for kind, url in urls.items()}
    return Peer(targets["accept"], targets["rr"])


def target_at(url: str) -> Target:
    """A URL that answers a post with 200. Raises ValueError unless it is http://HOST[:PORT]/PATH."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"{url}: the load generator speaks plain HTTP: http://HOST:PORT/PATH")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.port or 80, path, BODY, 200, parts.hostname)
