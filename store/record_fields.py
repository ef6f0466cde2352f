"""The index of records by their fields: a row for each field that has one plain value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, FromClause, bindparam, delete

from core.records import Record, searched_as
from core.writes import Write
from store.database import Database
from store.schema.records import record_fields as table


class RecordFields:
    """The table `record_fields`, kept in step with `records` by the writes of each change.

    A unit of work inserts before it deletes, so a change touches only the rows that differ.
    """

    def __init__(self, database: Database) -> None:
        # A row that is there already, left by nobody knows whom, is as good as a new one.
        self._insert = database.prepare(
            database.insert(table).on_conflict_do_nothing(),
            [column.name for column in table.columns],
        )
        self._delete = database.prepare(
            delete(table).where(
                *(column == bindparam(f"which_{column.name}") for column in table.columns)
            )
        )

    def changes(self, record: Record | None, previous: Record | None) -> Iterator[Write]:
        """The rows that come and go with a change of a record; None where there is none."""
        new, old = _texts(record), _texts(previous)
        for name in sorted(new.keys() | old.keys()):
            if new.get(name) == old.get(name):
                continue
            if record is not None and name in new:
                yield Write(self._insert, _row(record, name, new[name]))
            if previous is not None and name in old:
                row = _row(previous, name, old[name])
                yield Write(self._delete, {f"which_{key}": value for key, value in row.items()})


def holding(
    fields: FromClause, tenant: str, collection: str, name: str, text: str
) -> ColumnElement[bool]:
    """What finds, in an alias of the table, the records whose field has this text."""
    return (
        (fields.c.tenant == tenant)
        & (fields.c.collection == collection)
        & (fields.c.name == name.replace("\0", "\ufffd"))
        & (fields.c.value == text)
    )


def _texts(record: Record | None) -> Mapping[str, str]:
    if record is None:
        return {}
    found = ((name, searched_as(value)) for name, value in record.values.items())
    return {name: text for name, text in found if text is not None}


def _row(record: Record, name: str, text: str) -> dict[str, str]:
    return {
        "tenant": record.tenant,
        "collection": record.collection,
        "name": name,
        "value": text,
        "record_id": record.id,
    }
