"""What can be done to a record: each edit tells, from what is there, what is to be there.

An edit is asked again when somebody else was faster, so it depends on nothing but what it is shown.
"""

from __future__ import annotations

from collections.abc import Callable

from core.errors import ConflictError, NotFoundError, StaleError
from core.records import Record, Values
from engine.records.merging import merge_patch

Edit = Callable[[Record | None], Values | None]
"""From a record (None where there is none) to its new values (None where it is to be gone)."""


def create(values: Values) -> Edit:
    """Values for a new record. Raises ConflictError where there is one."""

    def edit(current: Record | None) -> Values:
        if current is not None:
            raise ConflictError(f"there is a record {current.id} in {current.collection} already")
        return values

    return edit


def create_once(values: Values) -> Edit:
    """Values for a new record, or those it has where it was made so before."""

    def edit(current: Record | None) -> Values:
        return values if current is None else current.values

    return edit


def put(values: Values, version: int | None, *, only_new: bool) -> Edit:
    """Values in place of those there are, or of a new record.

    Raises StaleError when the record is at another version, or is there and should be new.
    """

    def edit(current: Record | None) -> Values:
        if current is None and version is not None:
            raise StaleError("the record is no longer there")
        if current is not None and only_new:
            raise StaleError(f"there is a record {current.id} already")
        check_version(current, version)
        return values

    return edit


def change(record_id: str, values: Values, version: int | None, *, merge: bool, make: bool) -> Edit:
    """Values merged into a record (RFC 7396) or put in place of its own.

    Without a record, they become one with `make`. Raises NotFoundError, StaleError.
    """

    def edit(current: Record | None) -> Values:
        if current is None and not make:
            raise NotFoundError(f"there is no record {record_id}")
        if current is None and version is not None:
            raise StaleError("the record is no longer there")
        check_version(current, version)
        held: Values = {} if current is None else current.values
        merged: Values = merge_patch(held, values) if merge else values
        return merged

    return edit


def delete(version: int | None) -> Edit:
    """Nothing in its place. Raises StaleError when it is there at another version."""

    def edit(current: Record | None) -> None:
        check_version(current, version)

    return edit


def check_version(current: Record | None, version: int | None) -> None:
    """Raises StaleError unless the record is at the version, where one is given."""
    if current is not None and version is not None and current.version != version:
        words = f"the record was changed since it was read: its version is {current.version} now"
        raise StaleError(f"{words}, not {version}")
