"""Events of a few keys, posted in order by a caller of each, and what a partner was told."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.crash.callers import Posted
from tests.support.automations import two_calls
from tests.support.partner import Partner
from tests.support.server import Server

KEYS = ("ada", "bob", "cy")
EACH = 8
SETTINGS = {"order_by": "<customer>", "quarantine": {"after": 2}}

Told = list[tuple[int, str]]
"""What the partner was told of a key: the number of the event, and at which path."""


def in_order(partner: Partner) -> dict[str, Any]:
    """An automation that calls the partner twice for each event, in the order of its customer."""
    document = two_calls("accept", partner.url, settings=SETTINGS)
    for one in document["steps"][:2]:
        one["with"]["body"] = {"customer": "<customer>", "n": "<n>"}
    return document


def plan(each: int = EACH) -> list[Posted]:
    """As many events of each key; each key has a caller of its own, who posts them in order."""
    return [
        Posted("accept", f"{key}-{number}", {"customer": key, "n": number})
        for number in range(each)
        for key in KEYS
    ]


def post_on(server: Server, posts: Sequence[Posted]) -> None:
    """Each caller goes on with the first event that was not answered, in order."""

    def call(key: str) -> None:
        for one in posts:
            if one.body["customer"] == key and one.reply is None:
                assert one.send(server)
                assert one.accepted

    with ThreadPoolExecutor(len(KEYS)) as callers:
        list(callers.map(call, KEYS))


def told(partner: Partner, key: str) -> Told:
    mine = [arrival for arrival in partner.arrivals if arrival.json["customer"] == key]
    return [(arrival.json["n"], arrival.path) for arrival in mine]


def check_order(partner: Partner, each: int = EACH) -> None:
    """Whatever was sent again, nothing was sent before what came earlier was done with."""
    for key in KEYS:
        arrived = told(partner, key)
        assert arrived == sorted(arrived)
        both = ("/first", "/second")
        assert list(dict.fromkeys(arrived)) == [(n, path) for n in range(each) for path in both]
