"""Runs in line: those of a key are taken up one after another, in the order of acceptance.

A run that has to wait for its turn is queued and has no due time; it gets one when those before it
have ended. `store.schema.runs` has the conditions of both, each with its index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    text,
)

from core.clock import Milliseconds
from core.event_keys import EventKey
from core.model import Run
from core.usage import Counted
from core.writes import Write
from store.database import Database
from store.lane_statements import (
    HELD,
    IS_IN_TURN,
    IS_LINED_UP,
    QUEUED,
    free,
    hold,
    is_held,
    moment,
    pass_on,
    pass_on_around,
)
from store.prepared import Stage
from store.run_rows import run_columns
from store.schema.runs import run_positions
from store.schema.runs import runs as table
from store.turns import turns_of_key, turns_of_run
from store.usage import CountedInsert

_LANE = (table.c.tenant, table.c.automation_id, table.c.order_key)


class Lanes:
    """The lines in which the runs of the table `runs` stand, one for each key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = self._prepare_insert()
        self._pass_on = database.prepare(pass_on(), stage=Stage.PASS_ON, turns=turns_of_key)
        self._pass_on_around = database.prepare(
            pass_on_around(), stage=Stage.PASS_ON, turns=turns_of_key
        )
        self._hold = database.prepare(hold(), stage=Stage.HOLD, turns=turns_of_key)
        self._free = database.prepare(free(), turns=turns_of_key)

    def insert(self, run: Run) -> Write:
        """Adds a queued run: held if its key is, due if nothing of its key is before it."""
        lane = {
            "at_tenant": run.tenant,
            "at_automation": run.automation_id,
            "at_order_key": run.order_key,
            "at_quarantine_key": run.quarantine_key,
            "at_due": run.due_at,
            "at_position": run.position,
        }
        return Write(self._insert, {**run_columns(run), **lane})

    def pass_on(self, lane: EventKey, now: Milliseconds) -> Write:
        """The first in line becomes due, unless it is the turn of another of its key."""
        return Write(self._pass_on, {**_which(lane), "now": now})

    def pass_on_around(self, key: EventKey, now: Milliseconds) -> Write:
        """The same in every line where there is a held or queued run of a quarantine's key."""
        return Write(self._pass_on_around, {**_which(key), "now": now})

    def hold(self, key: EventKey) -> Write:
        """What is queued of a key that is held by now is held, too."""
        return Write(self._hold, _which(key))

    def free(self, key: EventKey, version: int | None, now: Milliseconds) -> Write:
        """What is held of a key is queued again, in line or, where there is none, due in order.

        Those that have not begun take `version`, where one is given.
        """
        return Write(self._free, {**_which(key), "version_now": version, "now": now})

    def idle(self, most: int) -> Sequence[EventKey]:
        """Lines in which runs wait although it is nobody's turn."""
        lanes = select(*_LANE).where(IS_LINED_UP).distinct().subquery("lanes")
        others = table.alias("others")
        in_turn = exists().where(
            others.c.tenant == lanes.c.tenant,
            others.c.automation_id == lanes.c.automation_id,
            others.c.order_key == lanes.c.order_key,
            IS_IN_TURN,
        )
        rows = self._database.rows(select(lanes).where(~in_turn).limit(most))
        return [EventKey(row.tenant, row.automation_id, row.order_key) for row in rows]

    def first(self, lane: EventKey) -> str | None:
        """The id of the run whose turn it is."""
        row = self._database.first(
            select(table.c.id).where(
                table.c.tenant == lane.tenant,
                table.c.automation_id == lane.automation_id,
                table.c.order_key == lane.key,
                IS_IN_TURN,
            )
        )
        return row.id if row else None

    def _prepare_insert(self) -> CountedInsert:
        """Decided where it is inserted: whoever is there by then comes before it."""
        held = exists().where(is_held("at_quarantine_key"))
        ahead = table.alias("ahead")
        before = and_(
            ahead.c.tenant == bindparam("at_tenant"),
            ahead.c.automation_id == bindparam("at_automation"),
            ahead.c.order_key == bindparam("at_order_key"),
        )
        waits = or_(
            exists().select_from(ahead).where(before, IS_IN_TURN),
            exists().select_from(ahead).where(before, IS_LINED_UP),
        )
        decided = {
            "status": case((held, HELD), else_=QUEUED),
            "due_at": case((or_(held, waits), null()), else_=moment("at_due")),
            "position": func.coalesce(
                bindparam("at_position", type_=BigInteger), self._next_position()
            ),
        }
        columns = [column.name for column in table.columns]
        return CountedInsert(
            self._database,
            insert(table).values(decided),
            columns,
            Counted.RUNS,
            "created_at",
            turns=turns_of_run,
        )

    def _next_position(self) -> ColumnElement[int]:
        if not self._database.is_sqlite:
            return run_positions.next_value()
        last = table.alias("last")
        greatest = select(func.coalesce(func.max(last.c.position), 0) + 1)
        return greatest.where(text("position IS NOT NULL")).scalar_subquery()


def _which(key: EventKey) -> dict[str, Any]:
    return {
        "which_tenant": key.tenant,
        "which_automation": key.automation_id,
        "which_key": key.key,
    }
