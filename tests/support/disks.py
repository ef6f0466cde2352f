"""Disks that fill up: a small one of a test's own, or a limit to how far files may grow."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.server import Server

PIECE = 65_536


class Disk(Protocol):
    """What a server's data is on."""

    def fill(self, server: Server) -> None:
        """Leaves no room for more."""
        ...

    def make_room(self, server: Server) -> None:
        """There is room again."""
        ...


class SmallDisk:
    """A file system in memory, full when its last byte is."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self, _server: Server) -> None:
        with self._filler.open("ab", buffering=0) as filler:
            size = PIECE
            while size:
                try:
                    filler.write(bytes(size))
                except OSError:
                    size //= 2

    def make_room(self, _server: Server) -> None:
        self._filler.unlink()


class LimitedFiles:
    """No file of the server's may grow beyond what its log of changes is now (`setrlimit`).

    What nobody but root can mount, everybody can say of a process of theirs, as the one that
    writes.
    """

    def fill(self, server: Server) -> None:
        self._limit(server, (server.data_dir / "penstock.db-wal").stat().st_size)

    def make_room(self, server: Server) -> None:
        # The limit of a process that was killed has gone with it.
        if server.process.poll() is None:
            self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server: Server, size: int) -> None:
        limits = (size, resource.RLIM_INFINITY)
        resource.prlimit(server.writer(), resource.RLIMIT_FSIZE, limits)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk of this size at a folder, until the end. Skips where this may not be done."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m"
    command = ["mount", "-t", "tmpfs", "-o", size, "penstock-tests", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("a small disk is mounted, and only root may do that")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
