"""A PostgreSQL server of our own: on a free port of loopback, gone when it is not needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.services.programs import HOST, find_or_install, free_port


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server. `control` runs pg_ctl on it with these further words."""

    port: int
    control: Callable[..., None]

    def restart(self) -> None:
        """Ends it as a crash does, and starts it again; returns once it answers."""
        self.control("-m", "immediate", "restart")

    def new_database(self, template: str | None = None) -> str:
        """The SQLAlchemy URL of a new database: an empty one, or a copy of the one at that URL."""
        name = f"penstock_{uuid4().hex}"
        address = f"postgres@{HOST}:{self.port}"
        copied = "" if template is None else f" TEMPLATE {template.rpartition('/')[2]}"
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{copied}")
        return f"postgresql+psycopg://{address}/{name}"


@contextmanager
def running_postgres(
    settings: Sequence[str] = (), parent: Path | None = None
) -> Iterator[PostgresServer]:
    """Starts a server with settings such as `fsync=off`, in a new folder, of `parent` if that goes.

    Raises ProgramMissing, or RuntimeError with what a program said.
    """
    programs = programs_folder()
    # PostgreSQL refuses to run as root; Debian's package makes this user.
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None and parent is not None and not _lets_others_in(parent):
        parent = None
    folder = Path(tempfile.mkdtemp(prefix="penstock-postgres-", dir=parent))
    if user is not None:
        shutil.chown(folder, user)
    port = free_port()
    data = folder / "data"
    given = "".join(f" -c {setting}" for setting in settings)
    # Without a socket in a folder, whose path may be too long for one.
    options = f"-p {port} -k '' -c listen_addresses={HOST}{given}"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    start = ["-l", str(folder / "log"), "-o", options]
    try:
        _run([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"], user)
        _run([*control, *start, "start"], user)
        yield PostgresServer(port, lambda *words: _run([*control, *start, *words], user))
    finally:
        _run([*control, "-m", "immediate", "stop"], user, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def programs_folder() -> Path:
    """Where PostgreSQL's programs are. Raises ProgramMissing."""
    return find_or_install(_find, "PostgreSQL (initdb and pg_ctl)", "postgresql")


def _lets_others_in(folder: Path) -> bool:
    """Whether another user can reach what is in a folder."""
    whole = folder.resolve()
    return all(each.stat().st_mode & 0o001 for each in (whole, *whole.parents))


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
