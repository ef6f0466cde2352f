"""Taking turns at a key: who works on one waits for whoever does so already (PostgreSQL).

What is decided by looking at the other runs of a key, such as whether a new one has to wait, holds
only if nobody changes them in the same moment. SQLite has one writer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from store.prepared import Statement, Values
from store.writer_program import Call

_TAKE = "SELECT pg_advisory_xact_lock(%s)"


def turn_of(tenant: str, automation_id: str, key: str) -> int:
    """The lock of a key: 64 bits, as PostgreSQL's advisory locks have them."""
    name = repr((tenant, automation_id, key)).encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), signed=True)


def turns_of_run(row: Values) -> Iterable[int]:
    """The locks of a new run: of its key in the order, and of that which may be held."""
    keys = {row["order_key"], row["quarantine_key"]} - {None}
    return [turn_of(row["tenant"], row["automation_id"], key) for key in keys]


def turns_of_key(row: Values) -> Iterable[int]:
    """The lock of the one key that a statement is about."""
    return [turn_of(row["which_tenant"], row["which_automation"], row["which_key"])]


def turns_to_take(statements: Iterable[tuple[Statement, Sequence[Values]]]) -> Iterator[Call]:
    """Takes every lock of a commit, always in the same order, and keeps them until its end."""
    turns = {
        turn
        for statement, rows in statements
        if statement.turns is not None
        for row in rows
        for turn in statement.turns(row)
    }
    for turn in sorted(turns):
        yield _TAKE, [(turn,)], None
