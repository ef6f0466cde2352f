"""Clients of a Redis that wait in it: seen, and told to leave off."""

from __future__ import annotations

from redis import Redis


def waiting_clients(client: Redis) -> list[str]:
    """The ids of those that wait for something to come into a list."""
    return [one["id"] for one in client.client_list() if "b" in one["flags"]]


def leave_off(client: Redis) -> None:
    """What they wait for ends with an error, as Redis does it when it becomes a replica."""
    for waiting in waiting_clients(client):
        client.client_unblock(waiting, error=True)
