"""A network of its own for one process, with one cable to ours that can be pulled. Root only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.server import Server

HERE, THERE = "10.213.77.1", "10.213.77.2"
"""Addresses of nobody else's, on either end of the cable."""
NEIGHBOURS = "10.213.77.0/24"


class Namespace:
    """A network namespace; servers of the kind `server` live in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.enter = ("ip", "netns", "exec", name)

    @property
    def server(self) -> type[Server]:
        """A kind of server."""
        return type("ServerElsewhere", (Server,), {"prefix": self.enter})

    def cut(self) -> None:
        """Pulls the cable: what is sent is lost, and nobody is told."""
        _ip("link", "set", self._cable, "down")

    def heal(self) -> None:
        """Plugs it in again."""
        _ip("link", "set", self._cable, "up")
        _ip("route", "replace", THERE, "dev", self._cable)

    @property
    def _cable(self) -> str:
        return f"{self.name}a"

    def open(self) -> None:
        there = f"{self.name}b"
        _ip("netns", "add", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", there, "netns", self.name)
        # On loopback, so that our own end answers us however the cable is.
        _ip("address", "add", f"{HERE}/32", "dev", "lo")
        self.heal()
        for words in (
            ("link", "set", "lo", "up"),
            ("address", "add", f"{THERE}/32", "dev", there),
            ("link", "set", there, "up"),
            ("route", "add", HERE, "dev", there),
        ):
            _ip("-netns", self.name, *words)

    def close(self) -> None:
        for words in (
            ("netns", "delete", self.name),
            ("link", "delete", self._cable),
            ("address", "delete", f"{HERE}/32", "dev", "lo"),
        ):
            subprocess.run(["ip", *words], check=False, capture_output=True)


@contextmanager
def namespace() -> Iterator[Namespace]:
    """One that is gone in the end. Skips where this may not be done."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("a network namespace is made by root, with ip (package iproute2)")
    opened = Namespace(f"penstock{os.getpid() % 100_000}")
    try:
        try:
            opened.open()
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespace can be made here: {error.stderr.decode().strip()}")
        yield opened
    finally:
        opened.close()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
