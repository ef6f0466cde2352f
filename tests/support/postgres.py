"""A PostgreSQL server of the tests' own: on a free port of loopback, gone when they end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.support.debian import find_or_install

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server. `control` runs pg_ctl on it with these further words."""

    port: int
    control: Callable[..., None]

    def restart(self) -> None:
        """Ends it as a crash does, and starts it again; returns once it answers."""
        self.control("-m", "immediate", "restart")

    def new_database(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        name = f"test_{uuid4().hex}"
        address = f"postgres@{HOST}:{self.port}"
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return f"postgresql+psycopg://{address}/{name}"


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Starts a server in a folder of its own."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="penstock-postgres-"))
    # PostgreSQL refuses to run as root; Debian's package makes this user.
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    port = _free_port()
    data = folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses={HOST} -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    _run([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"], user)
    try:
        start = ["-l", str(folder / "log"), "-o", options]
        _run([*control, *start, "start"], user)
        yield PostgresServer(port, lambda *words: _run([*control, *start, *words], user))
    finally:
        _run([*control, "-m", "immediate", "stop"], user, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    return find_or_install(_find, "PostgreSQL (initdb and pg_ctl)", "postgresql")


def _find() -> Path | None:
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for name in ("pg_ctl", "postgres"):
        if on_path := shutil.which(name):
            candidates.insert(0, Path(on_path).resolve().parent)
    return next((one for one in candidates if (one / "initdb").exists()), None)


def _run(command: list[str], user: str | None, *, check: bool = True) -> None:
    done = subprocess.run(
        command, user=user, cwd="/", capture_output=True, text=True, check=False, timeout=300
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
