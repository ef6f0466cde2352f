"""Partner systems that post from several threads, and remember what they were answered."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from tests.support.automations import post
from tests.support.server import Reply, Server

PATHS = ("accept", "answer", "note")
"""Where automations listen: 202 at once, a step's answer, the end of a run that sends nothing."""


@dataclass
class Posted:
    """One post. Without a reply it was neither accepted nor refused."""

    path: str
    key: str
    body: Mapping[str, Any]
    reply: Reply | None = None

    @property
    def accepted(self) -> bool:
        return self.reply is not None and 200 <= self.reply.status < 300

    def send(self, server: Server) -> bool:
        """Posts; whether there was an answer."""
        try:
            self.reply = post(server, self.path, self.body, {"Idempotency-Key": self.key})
        except (OSError, HTTPException):
            return False
        return True


def plan_posts(chance: random.Random, count: int, first: int = 0) -> list[Posted]:
    """Posts with keys of their own, from the number `first` on, as many for each path."""
    paths = [PATHS[number % len(PATHS)] for number in range(count)]
    chance.shuffle(paths)
    return [
        Posted(path, f"order-{number}", {"order": number})
        for number, path in enumerate(paths, first)
    ]


def post_all(server: Server, posts: list[Posted], callers: int = 6, *, stop: bool = True) -> None:
    """Posts from several threads at once; with `stop` each of them gives up without an answer."""

    def call(mine: list[Posted]) -> None:
        for one in mine:
            if not one.send(server) and stop:
                return

    with ThreadPoolExecutor(callers) as threads:
        list(threads.map(call, [posts[first::callers] for first in range(callers)]))


@contextmanager
def posting(server: Server, posts: list[Posted], *, stop: bool = True) -> Iterator[None]:
    """Posts meanwhile, and waits for the callers at the end."""
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(post_all, server, posts, stop=stop)
        yield
        done.result()


def post_again(server: Server, posts: Sequence[Posted]) -> None:
    """What a careful caller does: what was not answered is sent again, with the same key."""
    left = [one for one in posts if one.reply is None]
    post_all(server, left)
    assert all(one.accepted for one in left)
