"""What can be found out of a database without changing it: for `penstock doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, func, select, text

from core.clock import Milliseconds
from core.errors import ConfigError
from core.findings import Finding, fault, fine, warning
from store.cipher import Cipher
from store.database import Database
from store.migrate import require_current
from store.schema.runs import executors
from store.schema.tenants import secrets

LATE: Milliseconds = 60_000
WRONG_CLOCK: Milliseconds = 5_000
FEW_CONNECTIONS = 64
"""What one web process and one worker may need together."""
_DUE = text("SELECT min(due_at) FROM runs WHERE status IN ('queued', 'waiting')")
_NOW = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")


def inspect_database(url: str, cipher: Cipher, now: Milliseconds) -> Iterator[Finding]:
    """Whether it is there, of this version, set as it must be, and what it holds is in order.

    `now` is this machine's clock. Raises StorageUnavailable, ConfigError for a bad URL.
    """
    database = Database(url)
    try:
        try:
            require_current(database)
        except ConfigError as error:
            yield fault(str(error))
            return
        yield fine("the database answers and is of this version")
        if not database.is_sqlite:
            yield from database.read(_server_findings)
            there = database.read(lambda connection: int(connection.scalar(_NOW) or 0))
            yield _clock_finding(there, now)
            now = there
        yield from database.read(lambda connection: list(_work_findings(connection, now)))
        yield from database.read(lambda connection: list(_secret_findings(connection, cipher)))
    finally:
        database.close()


def _server_findings(connection: Connection) -> list[Finding]:
    names = ("max_connections", "fsync", "full_page_writes")
    settings: Mapping[str, str] = {
        name: str(connection.scalar(text(f"SHOW {name}"))) for name in names
    }
    found = [
        fault(f"PostgreSQL has {name} off: what was accepted may be lost; turn it on")
        for name in ("fsync", "full_page_writes")
        if settings[name] != "on"
    ]
    if int(settings["max_connections"]) < FEW_CONNECTIONS:
        found.append(
            warning(
                f"PostgreSQL's max_connections is {settings['max_connections']}: a web process and "
                f"a worker may need 32 each; raise it to {FEW_CONNECTIONS} or more"
            )
        )
    if connection.scalar(text("SELECT pg_is_in_recovery()")):
        found.append(fault("this PostgreSQL is a standby and cannot be written; name the primary"))
    return found or [fine("PostgreSQL keeps what is committed, and has connections to spare")]


def _clock_finding(there: Milliseconds, here: Milliseconds) -> Finding:
    seconds = abs(there - here) / 1000
    if abs(there - here) <= WRONG_CLOCK:
        return fine("this machine's clock agrees with the database's")
    return warning(
        f"this machine's clock is {seconds:.0f} s off the database's, which counts; set it by NTP"
    )


def _work_findings(connection: Connection, now: Milliseconds) -> Iterator[Finding]:
    alive = select(func.count()).select_from(executors).where(executors.c.lease_until > now)
    count = int(connection.scalar(alive) or 0)
    due_at = connection.scalar(_DUE)
    if count:
        yield fine(f"{count} processes hold a lease and execute runs")
    else:
        yield warning("no server runs: what is due waits; start `penstock run`, or web and worker")
    if due_at is not None and now - due_at > LATE:
        yield warning(
            f"the oldest due run has waited for {(now - due_at) // 1000} s: start more workers, or "
            "look at the page Endpoints for a slow partner"
        )


def _secret_findings(connection: Connection, cipher: Cipher) -> Iterator[Finding]:
    rows = connection.execute(select(secrets.c.tenant, secrets.c.name, secrets.c.ciphertext)).all()
    unread = [f"{row.name} of {row.tenant}" for row in rows if not _opens(cipher, row.ciphertext)]
    if unread:
        yield fault(
            f"{len(unread)} of {len(rows)} secrets cannot be decrypted, such as {unread[0]}: set "
            "PENSTOCK_SECRET_KEY, or bring back the key file, as they were when it was stored"
        )
    elif rows:
        yield fine(f"{len(rows)} secrets can be decrypted")


def _opens(cipher: Cipher, ciphertext: bytes) -> bool:
    try:
        cipher.decrypt(bytes(ciphertext))
    except ConfigError:
        return False
    return True
