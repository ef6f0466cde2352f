"""The statements that move runs in their lines: what `store.lanes` prepares."""

from __future__ import annotations

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
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.expression import TextClause

from core.states import RunStatus
from store.schema.quarantine import quarantine_keys
from store.schema.runs import IN_TURN, LINED_UP, SUSPECT
from store.schema.runs import runs as table

IS_LINED_UP = text(LINED_UP)
IS_IN_TURN = text(IN_TURN)
QUEUED: ColumnElement[str] = literal_column(f"'{RunStatus.QUEUED}'")
HELD: ColumnElement[str] = literal_column(f"'{RunStatus.HELD}'")
_IS_SUSPECT = text(SUSPECT)


def pass_on() -> Any:
    """The first in line of a key becomes due, unless it is the turn of another."""
    # The first is looked for in its index, so that a long line costs what a short one does.
    first = table.alias("first")
    following = (
        select(first.c.id)
        .where(
            first.c.tenant == bindparam("which_tenant"),
            first.c.automation_id == bindparam("which_automation"),
            first.c.order_key == bindparam("which_key"),
            IS_LINED_UP,
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
        IS_IN_TURN,
    )
    return update(table).where(table.c.id == following, ~in_turn).values(_now_due())


def pass_on_around() -> Any:
    """The same in every line where there is a held or queued run of a quarantine's key."""
    theirs, others, earlier = (table.alias(name) for name in ("theirs", "others", "earlier"))
    lines = select(theirs.c.order_key).where(
        theirs.c.tenant == bindparam("which_tenant"),
        theirs.c.automation_id == bindparam("which_automation"),
        theirs.c.quarantine_key == bindparam("which_key"),
        _IS_SUSPECT,
        text("status IN ('held', 'queued')"),
        theirs.c.order_key.is_not(None),
    )
    in_turn = exists().where(_same_lane(others), IS_IN_TURN)
    precedes = or_(
        earlier.c.position < table.c.position,
        and_(earlier.c.position == table.c.position, earlier.c.id < table.c.id),
    )
    behind = exists().where(_same_lane(earlier), precedes, IS_LINED_UP)
    return (
        update(table)
        .where(
            table.c.tenant == bindparam("which_tenant"),
            table.c.automation_id == bindparam("which_automation"),
            table.c.order_key.in_(lines),
            IS_LINED_UP,
            ~in_turn,
            ~behind,
        )
        .values(_now_due())
    )


def hold() -> Any:
    """What is queued of a key becomes held, if the key is."""
    held = exists().where(is_held("which_key", "which_tenant", "which_automation"))
    return update(table).where(*_of_key("queued"), held).values(status=HELD, due_at=null())


def free() -> Any:
    """What is held of a key becomes queued."""
    held = table.alias("held")
    newest = (
        select(func.max(held.c.position))
        .where(
            held.c.tenant == bindparam("which_tenant"),
            held.c.automation_id == bindparam("which_automation"),
            held.c.quarantine_key == bindparam("which_key"),
            _IS_SUSPECT,
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
            status=QUEUED,
            # Without a line they are taken up by their due times: of these the first is the oldest.
            due_at=case((unordered, moment("now") - (newest - table.c.position)), else_=null()),
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
        _IS_SUSPECT,
        text(f"status = '{status}'"),
    )


def is_held(
    key: str, tenant: str = "at_tenant", automation_id: str = "at_automation"
) -> ColumnElement[bool]:
    """Finds the row of a key that is held; the arguments name the statement's parameters."""
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
    return {"due_at": moment("now"), "deadline": _fresh_deadline()}


def _fresh_deadline() -> ColumnElement[int]:
    return table.c.deadline + (moment("now") - table.c.created_at)


def moment(name: str) -> BindParameter[int]:
    """A parameter that is a moment: PostgreSQL has to know its type."""
    return bindparam(name, type_=BigInteger)
