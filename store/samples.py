"""Sample events and pinned results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, func, select, update

from core.samples import Pin, Sample, SampleSource
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode
from store.schema.trying import pins
from store.schema.trying import samples as table

_IN_TURN = func.pg_advisory_xact_lock(0x73616D70)
"""Held until the commit: the count of a later statement sees what others committed before."""


class Samples:
    """The tables `samples` and `pins`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        self._keep = database.prepare(_keep_below_a_limit())
        # SQLite has one writer; elsewhere two who count at once would not see each other's row.
        self._in_turn = (
            [] if database.is_sqlite else [Write(database.prepare(select(_IN_TURN)), {})]
        )
        of_automation = (table.c.tenant == bindparam("which_tenant")) & (
            table.c.automation_id == bindparam("which_automation")
        )
        mine = of_automation & (table.c.id == bindparam("which"))
        self._rename = database.prepare(update(table).where(mine).values(name=bindparam("name")))
        self._delete = database.prepare(delete(table).where(mine))
        self._delete_all = database.prepare(delete(table).where(of_automation))
        pinned = database.insert(pins)
        self._pin = database.prepare(
            pinned.on_conflict_do_update(
                index_elements=["tenant", "automation_id", "step_id"],
                set_={name: pinned.excluded[name] for name in ("result", "created_at")},
            ),
            [column.name for column in pins.columns],
        )
        of_pins = (pins.c.tenant == bindparam("which_tenant")) & (
            pins.c.automation_id == bindparam("which_automation")
        )
        self._unpin = database.prepare(
            delete(pins).where(of_pins, pins.c.step_id == bindparam("which"))
        )
        self._unpin_all = database.prepare(delete(pins).where(of_pins))

    def get(self, tenant: str, automation_id: str, sample_id: str) -> Sample | None:
        """One sample, or None."""
        row = self._database.first(
            select(table).where(
                table.c.id == sample_id,
                table.c.tenant == tenant,
                table.c.automation_id == automation_id,
            )
        )
        return _sample(row) if row else None

    def list(self, tenant: str, automation_id: str) -> Sequence[Sample]:
        """An automation's samples, the newest first."""
        rows = self._database.rows(
            select(table)
            .where(table.c.tenant == tenant, table.c.automation_id == automation_id)
            .order_by(table.c.id.desc())
        )
        return [_sample(row) for row in rows]

    def insert(self, sample: Sample, most: int) -> Sequence[Write]:
        """Adds a sample; guarded: refused when the automation has `most` already."""
        row = Write(
            self._insert,
            {
                "id": sample.id,
                "tenant": sample.tenant,
                "automation_id": sample.automation_id,
                "name": sample.name,
                "source": sample.source.value,
                "event": encode(sample.event),
                "created_at": sample.created_at,
            },
        )
        which = _which(sample.tenant, sample.automation_id)
        kept = Write(self._keep, {**which, "which": sample.id, "most": most}, guarded=True)
        return [row, *self._in_turn, kept]

    def rename(self, tenant: str, automation_id: str, sample_id: str, name: str) -> Write:
        """Gives a sample another name; guarded: refused when there is none."""
        values = {**_which(tenant, automation_id), "which": sample_id, "name": name}
        return Write(self._rename, values, guarded=True)

    def delete(self, tenant: str, automation_id: str, sample_id: str) -> Write:
        """Removes a sample; guarded: refused when there is none."""
        values = {**_which(tenant, automation_id), "which": sample_id}
        return Write(self._delete, values, guarded=True)

    def pins(self, tenant: str, automation_id: str) -> Sequence[Pin]:
        """The pinned results of an automation, by step id."""
        rows = self._database.rows(
            select(pins)
            .where(pins.c.tenant == tenant, pins.c.automation_id == automation_id)
            .order_by(pins.c.step_id)
        )
        return [
            Pin(row.tenant, row.automation_id, row.step_id, decode(row.result), row.created_at)
            for row in rows
        ]

    def pin(self, pin: Pin) -> Write:
        """Pins a result in place of any before."""
        return Write(
            self._pin,
            {
                "tenant": pin.tenant,
                "automation_id": pin.automation_id,
                "step_id": pin.step_id,
                "result": encode(pin.result),
                "created_at": pin.created_at,
            },
        )

    def unpin(self, tenant: str, automation_id: str, step_id: str) -> Write:
        """Removes a pin; guarded: refused when nothing is pinned."""
        values = {**_which(tenant, automation_id), "which": step_id}
        return Write(self._unpin, values, guarded=True)

    def forget(self, tenant: str, automation_id: str) -> Sequence[Write]:
        """Removes all samples and pins of an automation."""
        which = _which(tenant, automation_id)
        return [Write(self._delete_all, which), Write(self._unpin_all, which)]


def _keep_below_a_limit() -> Any:
    """Touches a new row unless there are too many with it, which misses the guard."""
    others = table.alias()
    count = (
        select(func.count())
        .where(others.c.tenant == bindparam("which_tenant"))
        .where(others.c.automation_id == bindparam("which_automation"))
        .scalar_subquery()
    )
    fits = (table.c.id == bindparam("which")) & (count <= bindparam("most", type_=Integer))
    return update(table).where(fits).values(name=table.c.name)


def _which(tenant: str, automation_id: str) -> dict[str, Any]:
    return {"which_tenant": tenant, "which_automation": automation_id}


def _sample(row: Row[Any]) -> Sample:
    return Sample(
        id=row.id,
        tenant=row.tenant,
        automation_id=row.automation_id,
        name=row.name,
        source=SampleSource(row.source),
        event=decode(row.event),
        created_at=row.created_at,
    )
