"""Programs of Debian's packages that are started here."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

HOST = "127.0.0.1"
Found = TypeVar("Found")


class ProgramMissing(Exception):
    """A program is neither here nor can it be installed; the message says what would help."""


def find_or_install(find: Callable[[], Found | None], what: str, *packages: str) -> Found:
    """What `find` gives, after installing packages where that is needed and root runs this.

    One process at a time installs, the others find what it brought. Raises ProgramMissing.
    """
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        found = _install(find, packages)
    if found is None:
        raise ProgramMissing(
            f"{what} is missing and only root could install it: install {' '.join(packages)}, or "
            "put its programs on PATH"
        )
    return found


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _install(find: Callable[[], Found | None], packages: Sequence[str]) -> Found | None:
    with (Path(tempfile.gettempdir()) / "penstock-tests-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find() is None:
            _run(["apt-get", "update", "-qq"])
            _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])
    return find()


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, cwd="/", capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr or done.stdout}")
