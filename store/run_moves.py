"""The statements that move a run, each guarded by what whoever moves it knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Integer,
    bindparam,
    case,
    literal_column,
    null,
    update,
)

from core.clock import Milliseconds
from core.model import Run
from core.states import RunStatus
from core.writes import Write
from store.database import Database
from store.encoding import encode_optional
from store.prepared import Prepared
from store.schema.runs import runs as table
from store.taking_turns import before_using


class RunMoves:
    """Writes to single rows of the table `runs`, prepared once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._move = lru_cache(maxsize=None)(self._prepare_move)
        self._park = self._prepare_park()
        self._before_using = before_using(database)
        self._require = self._prepare_require()
        self._signal = lru_cache(maxsize=None)(self._prepare_signal)
        self._give_event = self._prepare_give_event()

    def move(
        self,
        run: Run,
        old: Sequence[RunStatus],
        new: RunStatus,
        changes: Mapping[str, Any],
        any_token: bool = False,
    ) -> Write:
        """Moves a run; guarded by the old states and, unless `any_token`, by the run's token.

        `changes` are further columns. With `any_token` the run's token grows by one, so that an
        executor that still holds the run finds its own writes refused.
        """
        values: dict[str, Any] = {f"old_{index}": status for index, status in enumerate(old)}
        values |= {f"new_{name}": value for name, value in changes.items()}
        values |= {"which": run.id, "which_tenant": run.tenant, "new_status": new}
        if not any_token:
            values["held_token"] = run.token
        if "output" in changes:
            values["new_output"] = encode_optional(changes["output"])
        return Write(self._move(len(old), tuple(changes), any_token), values, guarded=True)

    def park(
        self,
        run: Run,
        old: RunStatus,
        new: RunStatus,
        due_at: Milliseconds | None,
        now: Milliseconds,
    ) -> Write:
        """Lets a run wait; due at once when a signal came that `run` does not count yet."""
        values = {
            "which": run.id,
            "which_tenant": run.tenant,
            "held_token": run.token,
            "old_0": old,
            "new_status": new,
            "new_due_at": due_at,
            "counted": run.signals,
            "now": now,
        }
        return Write(self._park, values, guarded=True)

    def signal(
        self,
        tenant: str,
        run_id: str,
        waiting: RunStatus,
        ends: Sequence[RunStatus],
        now: Milliseconds,
    ) -> Write:
        """Counts a signal and makes a waiting run due; guarded: refused when the run has ended.

        It touches the row in whatever state it is: whoever parks the run at this moment waits for
        it, or is waited for, and neither misses the other.
        """
        values: dict[str, Any] = {f"end_{index}": end for index, end in enumerate(ends)}
        values |= {"which": run_id, "which_tenant": tenant, "waiting": waiting}
        return Write(self._signal(len(ends)), {**values, "now": now}, guarded=True)

    def require(self, run: Run) -> Sequence[Write]:
        """Sees to it that a run, and so its event, is there to be replayed; guarded."""
        which = {"which": run.id, "which_tenant": run.tenant}
        return [*self._before_using, Write(self._require, which, guarded=True)]

    def give_event(self, run: Run, event_id: str) -> Write:
        """Gives a held run another event; guarded: refused when it is held no more, or has that."""
        values = {"which": run.id, "which_tenant": run.tenant, "old": run.event_id}
        return Write(self._give_event, {**values, "new": event_id}, guarded=True)

    def _prepare_move(self, states: int, changed: tuple[str, ...], any_token: bool) -> Prepared:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*changed, "status")}
        matches = [
            table.c.id == bindparam("which"),
            table.c.tenant == bindparam("which_tenant"),
            table.c.status.in_([bindparam(f"old_{index}") for index in range(states)]),
        ]
        if any_token:
            values["token"] = table.c.token + 1
        else:
            matches.append(table.c.token == bindparam("held_token"))
        return self._database.prepare(update(table).where(*matches).values(values))

    def _prepare_require(self) -> Prepared:
        mine = (table.c.id == bindparam("which")) & (table.c.tenant == bindparam("which_tenant"))
        return self._database.prepare(update(table).where(mine).values(token=table.c.token))

    def _prepare_park(self) -> Prepared:
        told = table.c.signals > bindparam("counted", type_=Integer)
        due_at = case((told, _moment("now")), else_=_moment("new_due_at"))
        matches = (
            table.c.id == bindparam("which"),
            table.c.tenant == bindparam("which_tenant"),
            table.c.status == bindparam("old_0"),
            table.c.token == bindparam("held_token"),
        )
        values = {"status": bindparam("new_status"), "executor": null(), "due_at": due_at}
        return self._database.prepare(update(table).where(*matches).values(values))

    def _prepare_signal(self, ends: int) -> Prepared:
        waits = table.c.status == bindparam("waiting")
        due_at = case((waits, _moment("now")), else_=table.c.due_at)
        matches = (
            table.c.id == bindparam("which"),
            table.c.tenant == bindparam("which_tenant"),
            table.c.status.not_in([bindparam(f"end_{index}") for index in range(ends)]),
        )
        values = {"signals": table.c.signals + 1, "due_at": due_at}
        return self._database.prepare(update(table).where(*matches).values(values))

    def _prepare_give_event(self) -> Prepared:
        matches = (
            table.c.id == bindparam("which"),
            table.c.tenant == bindparam("which_tenant"),
            table.c.status == literal_column(f"'{RunStatus.HELD}'"),
            table.c.event_id == bindparam("old"),
        )
        return self._database.prepare(
            update(table).where(*matches).values(event_id=bindparam("new"))
        )


def _moment(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)
