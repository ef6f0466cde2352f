"""A PostgreSQL server of the tests' own: on a free port of loopback, gone when they end."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server."""

    port: int

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
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"], user)
        yield PostgresServer(port)
    finally:
        _run([*control, "-m", "immediate", "stop"], user, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        found = _install()
    if found is None:
        pytest.skip(
            "PostgreSQL's initdb and pg_ctl are missing and only root could install them: install "
            "the package postgresql, or put its programs on PATH"
        )
    return found


def _install() -> Path | None:
    """Debian's package; one test process at a time, the others find what it brought."""
    with (Path(tempfile.gettempdir()) / "penstock-tests-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _find() is None:
            _run(["apt-get", "update", "-qq"], None)
            _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"], None)
    return _find()


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
