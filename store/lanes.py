"""Runs in line: those of a key are taken up one after another, in the order of acceptance.

A run that has to wait for its turn is queued and has no due time; it gets one when those before it
have ended. `store.schema` has the conditions of both, each with its index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.expression import TextClause

from core.clock import Milliseconds
from core.event_keys import EventKey
from core.model import Run
from core.states import RunStatus
from core.writes import Write
from store.database import Database
from store.prepared import Prepared, Stage
from store.run_rows import run_columns
from store.schema import IN_TURN, LINED_UP, SUSPECT, quarantine_keys, run_positions
from store.schema import runs as table
from store.turns import turns_of_key, turns_of_run

_LINED_UP = text(LINED_UP)
_IN_TURN = text(IN_TURN)
_SUSPECT = text(SUSPECT)
_QUEUED: ColumnElement[str] = literal_column(f"'{RunStatus.QUEUED}'")
_HELD: ColumnElement[str] = literal_column(f"'{RunStatus.HELD}'")
_LANE = (table.c.tenant, table.c.automation_id, table.c.order_key)


class Lanes:
    """The lines in which the runs of the table `runs` stand, one for each key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = self._prepare_insert()
        self._pass_on = database.prepare(_pass_on(), stage=Stage.PASS_ON, turns=turns_of_key)
        self._pass_on_around = database.prepare(
            _pass_on_around(), stage=Stage.PASS_ON, turns=turns_of_key
        )
        self._hold = database.prepare(_hold(), stage=Stage.HOLD, turns=turns_of_key)
        self._free = database.prepare(_free(), turns=turns_of_key)

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
        lanes = select(*_LANE).where(_LINED_UP).distinct().subquery("lanes")
        others = table.alias("others")
        in_turn = exists().where(
            others.c.tenant == lanes.c.tenant,
            others.c.automation_id == lanes.c.automation_id,
            others.c.order_key == lanes.c.order_key,
            _IN_TURN,
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
                _IN_TURN,
            )
        )
        return row.id if row else None

    def _prepare_insert(self) -> Prepared:
        """Decided where it is inserted: whoever is there by then comes before it."""
        held = exists().where(_is_held("at_quarantine_key"))
        ahead = table.alias("ahead")
        before = and_(
            ahead.c.tenant == bindparam("at_tenant"),
            ahead.c.automation_id == bindparam("at_automation"),
            ahead.c.order_key == bindparam("at_order_key"),
        )
        waits = or_(
            exists().select_from(ahead).where(before, _IN_TURN),
            exists().select_from(ahead).where(before, _LINED_UP),
        )
        decided = {
            "status": case((held, _HELD), else_=_QUEUED),
            "due_at": case((or_(held, waits), null()), else_=_moment("at_due")),
            "position": func.coalesce(
                bindparam("at_position", type_=BigInteger), self._next_position()
            ),
        }
        columns = [column.name for column in table.columns]
        return self._database.prepare(insert(table).values(decided), columns, turns=turns_of_run)

    def _next_position(self) -> ColumnElement[int]:
        if not self._database.is_sqlite:
            return run_positions.next_value()
        last = table.alias("last")
        greatest = select(func.coalesce(func.max(last.c.position), 0) + 1)
        return greatest.where(text("position IS NOT NULL")).scalar_subquery()


def _pass_on() -> Any:
    # The first is looked for in its index, so that a long line costs what a short one does.
    first = table.alias("first")
    following = (
        select(first.c.id)
        .where(
            first.c.tenant == bindparam("which_tenant"),
            first.c.automation_id == bindparam("which_automation"),
            first.c.order_key == bindparam("which_key"),
            _LINED_UP,
        )
        .order_by(first.c.position, first.c.id)
        .limit(1)
        .scalar_subquery()
    )
    others = table.alias("others")
    in_turn = exists().where(
        others.c.tenant == bindparam("which_tenant"),
        others.c.automation_id == bindparam("which_automation"),
        others.c.order_key == bindparam("which_key"),
        _IN_TURN,
    )
    return update(table).where(table.c.id == following, ~in_turn).values(_now_due())


def _pass_on_around() -> Any:
    theirs, others, earlier = (table.alias(name) for name in ("theirs", "others", "earlier"))
    lines = select(theirs.c.order_key).where(
        theirs.c.tenant == bindparam("which_tenant"),
        theirs.c.automation_id == bindparam("which_automation"),
        theirs.c.quarantine_key == bindparam("which_key"),
        _SUSPECT,
        text("status IN ('held', 'queued')"),
        theirs.c.order_key.is_not(None),
    )
    in_turn = exists().where(_same_lane(others), _IN_TURN)
    precedes = or_(
        earlier.c.position < table.c.position,
        and_(earlier.c.position == table.c.position, earlier.c.id < table.c.id),
    )
    behind = exists().where(_same_lane(earlier), precedes, _LINED_UP)
    return (
        update(table)
        .where(
            table.c.tenant == bindparam("which_tenant"),
            table.c.automation_id == bindparam("which_automation"),
            table.c.order_key.in_(lines),
            _LINED_UP,
            ~in_turn,
            ~behind,
        )
        .values(_now_due())
    )


def _hold() -> Any:
    held = exists().where(_is_held("which_key", "which_tenant", "which_automation"))
    return update(table).where(*_of_key("queued"), held).values(status=_HELD, due_at=null())


def _free() -> Any:
    held = table.alias("held")
    newest = (
        select(func.max(held.c.position))
        .where(
            held.c.tenant == bindparam("which_tenant"),
            held.c.automation_id == bindparam("which_automation"),
            held.c.quarantine_key == bindparam("which_key"),
            _SUSPECT,
            text("status = 'held'"),
        )
        .scalar_subquery()
    )
    unordered = table.c.order_key.is_(None)
    version = func.coalesce(bindparam("version_now", type_=BigInteger), table.c.version)
    return (
        update(table)
        .where(*_of_key("held"))
        .values(
            status=_QUEUED,
            # Without a line they are taken up by their due times: of these the first is the oldest.
            due_at=case((unordered, _moment("now") - (newest - table.c.position)), else_=null()),
            deadline=case((unordered, _fresh_deadline()), else_=table.c.deadline),
            version=case((table.c.started_at.is_(None), version), else_=table.c.version),
        )
    )


def _of_key(status: str) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """The runs of a quarantine's key in one state."""
    return (
        table.c.tenant == bindparam("which_tenant"),
        table.c.automation_id == bindparam("which_automation"),
        table.c.quarantine_key == bindparam("which_key"),
        _SUSPECT,
        text(f"status = '{status}'"),
    )


def _is_held(
    key: str, tenant: str = "at_tenant", automation_id: str = "at_automation"
) -> ColumnElement[bool]:
    return and_(
        quarantine_keys.c.tenant == bindparam(tenant),
        quarantine_keys.c.automation_id == bindparam(automation_id),
        quarantine_keys.c.key == bindparam(key),
        quarantine_keys.c.held_at.is_not(None),
    )


def _same_lane(other: Any) -> ColumnElement[bool]:
    return and_(
        other.c.tenant == table.c.tenant,
        other.c.automation_id == table.c.automation_id,
        other.c.order_key == table.c.order_key,
    )


def _now_due() -> dict[str, Any]:
    """A run's time begins with its turn: what was before it may have taken days."""
    return {"due_at": _moment("now"), "deadline": _fresh_deadline()}


def _fresh_deadline() -> ColumnElement[int]:
    return table.c.deadline + (_moment("now") - table.c.created_at)


def _moment(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)


def _which(key: EventKey) -> dict[str, Any]:
    return {
        "which_tenant": key.tenant,
        "which_automation": key.automation_id,
        "which_key": key.key,
    }
