"""What tables are made of: columns and indexes that many of them have, and where all are noted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Text
from sqlalchemy import text as sql

metadata = MetaData()


def identifier(name: str) -> Column[str]:
    """The primary key, or a part of it."""
    return Column(name, Text, primary_key=True, nullable=False)


def text(name: str, *, required: bool = False) -> Column[str]:
    """A text; NULL unless it is required."""
    return Column(name, Text, nullable=not required)


def moment(name: str, *, required: bool = False) -> Column[int]:
    """Milliseconds (`core.clock`); NULL unless they are required."""
    return Column(name, BigInteger, nullable=not required)


def json(name: str, *, required: bool = False) -> Column[bytes]:
    """JSON in UTF-8, which the database does not look into; NULL unless it is required."""
    return Column(name, LargeBinary, nullable=not required)


def partial_index(
    name: str,
    *columns: str,
    where: str,
    on_postgresql: str | None = None,
    unique: bool = False,
) -> Index:
    """An index of the rows for which `where` holds, said otherwise where PostgreSQL needs it."""
    return Index(
        name,
        *columns,
        unique=unique,
        sqlite_where=sql(where),
        postgresql_where=sql(on_postgresql or where),
    )
