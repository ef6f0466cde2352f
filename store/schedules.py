"""The live schedules: found as they come due, moved on by who makes the tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, tuple_, update

from core.clock import Milliseconds
from core.schedules import LeftOut, Schedule, WhyLeftOut
from core.writes import Write
from store.database import Database
from store.schema.automations import schedules as table

_LEFT_OUT = ("left_out_last", "left_out_count", "left_out_why")


class Schedules:
    """The table `schedules`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        names = [column.name for column in table.columns]
        changed = [name for name in names if name not in ("tenant", "automation_id")]
        insert = database.insert(table)
        self._put = database.prepare(
            insert.on_conflict_do_update(
                index_elements=["tenant", "automation_id"],
                set_={name: insert.excluded[name] for name in changed},
            ),
            names,
        )
        mine = (table.c.tenant == bindparam("which_tenant")) & (
            table.c.automation_id == bindparam("which")
        )
        self._rebind = database.prepare(
            update(table).where(mine).values(version=bindparam("new_version"))
        )
        unmoved = (
            mine
            & (table.c.version == bindparam("held_version"))
            & (table.c.next_at == bindparam("old_next_at"))
        )
        move = update(table).where(unmoved)
        self._move = database.prepare(move.values(next_at=bindparam("new_next_at")))
        self._leave_out = database.prepare(
            move.values(
                next_at=bindparam("new_next_at"),
                **{name: bindparam(f"new_{name}") for name in _LEFT_OUT},
            )
        )
        self._remove = database.prepare(delete(table).where(mine))

    def get(self, tenant: str, automation_id: str) -> Schedule | None:
        """An automation's schedule, or None."""
        return self.of(tenant, [automation_id]).get(automation_id)

    def of(self, tenant: str, automation_ids: Sequence[str]) -> Mapping[str, Schedule]:
        """The schedules of several automations, by id; of those that have one."""
        if not automation_ids:
            return {}
        rows = self._database.rows(
            select(table).where(table.c.tenant == tenant, table.c.automation_id.in_(automation_ids))
        )
        return {row.automation_id: _schedule(row) for row in rows}

    def due(
        self, now: Milliseconds, limit: int, last: Schedule | None = None
    ) -> Sequence[Schedule]:
        """What is due, of every tenant, the longest due first; with `last`, what follows it."""
        order = (table.c.next_at, table.c.tenant, table.c.automation_id)
        statement = select(table).where(table.c.next_at <= now)
        if last is not None:
            place = (last.next_at, last.tenant, last.automation_id)
            statement = statement.where(tuple_(*order) > place)
        rows = self._database.rows(statement.order_by(*order).limit(limit))
        return [_schedule(row) for row in rows]

    def next_due(self, now: Milliseconds) -> Milliseconds | None:
        """When the next tick after now comes, of any tenant."""
        row = self._database.first(select(func.min(table.c.next_at)).where(table.c.next_at > now))
        return row[0] if row else None

    def put(self, schedule: Schedule) -> Write:
        """Makes this the schedule of its automation, in place of any other."""
        return Write(
            self._put,
            {
                "tenant": schedule.tenant,
                "automation_id": schedule.automation_id,
                "version": schedule.version,
                "anchor": schedule.anchor,
                "next_at": schedule.next_at,
                **_left_out_columns(schedule.left_out),
            },
        )

    def rebind(self, tenant: str, automation_id: str, version: int) -> Write:
        """Lets another version have the schedule, whose ticks go on as they are."""
        which = {"which_tenant": tenant, "which": automation_id}
        return Write(self._rebind, {**which, "new_version": version})

    def move(
        self, schedule: Schedule, next_at: Milliseconds | None, left_out: LeftOut | None = None
    ) -> Write:
        """Goes on to the next tick, noting what was left out.

        Guarded: refused unless version and next tick are still those of `schedule`.
        """
        values: dict[str, Any] = {
            "which_tenant": schedule.tenant,
            "which": schedule.automation_id,
            "held_version": schedule.version,
            "old_next_at": schedule.next_at,
            "new_next_at": next_at,
        }
        if left_out is None:
            return Write(self._move, values, guarded=True)
        noted = {f"new_{name}": one for name, one in _left_out_columns(left_out).items()}
        return Write(self._leave_out, {**values, **noted}, guarded=True)

    def remove(self, tenant: str, automation_id: str) -> Write:
        """Ends an automation's schedule, where it has one."""
        return Write(self._remove, {"which_tenant": tenant, "which": automation_id})


def _left_out_columns(left_out: LeftOut | None) -> dict[str, Any]:
    return {
        "left_out_last": left_out.last if left_out else None,
        "left_out_count": left_out.count if left_out else 0,
        "left_out_why": left_out.why if left_out else None,
    }


def _schedule(row: Row[Any]) -> Schedule:
    left_out = None
    if row.left_out_last is not None:
        left_out = LeftOut(row.left_out_last, row.left_out_count, WhyLeftOut(row.left_out_why))
    return Schedule(
        tenant=row.tenant,
        automation_id=row.automation_id,
        version=row.version,
        anchor=row.anchor,
        next_at=row.next_at,
        left_out=left_out,
    )
