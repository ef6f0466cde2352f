"""Answers on their way to callers that wait in another process."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import select

from core.clock import Milliseconds
from core.outcomes import Answer
from core.writes import Write
from store.cipher import Cipher
from store.database import Database
from store.schema.runs import answers as table


class Answers:
    """The table `answers`. An answer may hold what a secret let through, so it is encrypted."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        self._insert = database.prepare(
            database.insert(table).on_conflict_do_nothing(index_elements=["run_id"]),
            [column.name for column in table.columns],
        )

    def keep(self, tenant: str, run_id: str, answer: Answer, until: Milliseconds) -> Write:
        """Keeps the answer of a run. The first one counts."""
        return Write(
            self._insert,
            {
                "run_id": run_id,
                "tenant": tenant,
                "ciphertext": self._cipher.encrypt(_written(answer)),
                "kept_until": until,
            },
        )

    def of(self, run_ids: Sequence[str]) -> Mapping[str, Answer]:
        """The answers there are, by run, of whichever tenant."""
        rows = self._database.rows(
            select(table.c.run_id, table.c.ciphertext).where(table.c.run_id.in_(run_ids))
        )
        return {row.run_id: _read(self._cipher.decrypt(bytes(row.ciphertext))) for row in rows}


def _written(answer: Answer) -> str:
    body = base64.b64encode(answer.body).decode()
    return orjson.dumps([answer.status, answer.headers, body]).decode()


def _read(text: str) -> Answer:
    status, headers, body = orjson.loads(text)
    return Answer(status, tuple((name, value) for name, value in headers), base64.b64decode(body))
