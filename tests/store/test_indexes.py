"""What is asked often finds its rows by an index, however many have ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import event

from core.account_store import AuditFilter
from core.alerts import AlertFilter
from core.event_keys import EventKey
from core.quarantine import QuarantineFilter
from core.records import RecordFilter
from core.request_store import RequestFilter
from core.run_store import RunFilter
from core.schedules import Schedule
from core.states import RUN_FAILURES, RunStatus
from core.writes import ListQuery, Write
from store import Cipher, open_store
from store.alert_notices import AlertNotices
from store.alert_signs import AlertSigns
from store.alerts import Alerts
from store.audit import AuditLog
from store.claims import Claim, awaited_by_somebody, claim_statement, is_of, tenants_from
from store.committer import DirectCommitter
from store.database import Database
from store.lanes import Lanes
from store.quarantine import Quarantine
from store.records import Records
from store.requests import Requests
from store.runs import Runs
from store.schedules import Schedules
from store.statistics import RunStatistics
from tests.support.builders import make_run
from tests.support.statements import prepared_of

KEY = EventKey("acme", "orders", "C-17")
DUE = (RunStatus.QUEUED, RunStatus.WAITING)
CLAIM = Claim(DUE, RunStatus.RUNNING, "one", 1)

LOOKED_UP = {"quarantine_by_key", "runs_lined_up", "runs_in_turn", "runs_by_position"}
"""What a new run of a key looks into."""


def claim(database: Database) -> None:
    Runs(database, DirectCommitter(database)).claim(DUE, RunStatus.RUNNING, "one", 1, 10)


def claim_of_a_tenant(database: Database) -> None:
    statement = claim_statement(CLAIM, 10, is_of("acme"), locks=False)
    database.transact(lambda connection: connection.execute(statement))


def claim_for_callers(database: Database) -> None:
    statement = claim_statement(CLAIM, 10, awaited_by_somebody(), locks=False)
    database.transact(lambda connection: connection.execute(statement))


def tenants_in_turn(database: Database) -> None:
    database.rows(tenants_from(DUE, "acme").limit(10))


def rescue(database: Database) -> None:
    Runs(database, DirectCommitter(database)).rescue(RunStatus.RUNNING, RunStatus.QUEUED, 1)


def next_due(database: Database) -> None:
    Runs(database, DirectCommitter(database)).next_due(DUE)


def count_of_held_runs(database: Database) -> None:
    Runs(database, DirectCommitter(database)).count(RunStatus.HELD, 100)


def count_of_due_runs(database: Database) -> None:
    Runs(database, DirectCommitter(database)).count_due(DUE, 1, 100)


def due_schedules(database: Database) -> None:
    last = Schedule("acme", "nightly", 1, 0, next_at=1)
    Schedules(database).due(2, 10, last)


def next_due_schedule(database: Database) -> None:
    Schedules(database).next_due(1)


def requests_of_a_run(database: Database) -> None:
    Requests(database).list("acme", RequestFilter(run_id="r"), ListQuery(limit=5))


def failures(database: Database) -> None:
    which = RunFilter(statuses=frozenset({RunStatus.FAILED}))
    Runs(database, DirectCommitter(database)).list("acme", which, ListQuery())


def failures_of_an_automation(database: Database) -> None:
    which = RunFilter(statuses=frozenset({RunStatus.FAILED}), automation_id="orders")
    Runs(database, DirectCommitter(database)).list("acme", which, ListQuery())


def what_went_wrong(database: Database) -> None:
    which = RunFilter(statuses=RUN_FAILURES)
    Runs(database, DirectCommitter(database)).list("acme", which, ListQuery("r"))


def what_went_wrong_in_an_automation(database: Database) -> None:
    which = RunFilter(statuses=RUN_FAILURES, automation_id="orders", since=1)
    Runs(database, DirectCommitter(database)).list("acme", which, ListQuery())


def runs_of_an_automation(database: Database) -> None:
    which = RunFilter(automation_id="orders", since=1, until=2)
    Runs(database, DirectCommitter(database)).list("acme", which, ListQuery("r"))


def refusals(database: Database) -> None:
    Requests(database).list("acme", RequestFilter(outcome="5xx"), ListQuery())


def unanswered(database: Database) -> None:
    Requests(database).list("acme", RequestFilter(outcome="none"), ListQuery())


def ends(database: Database) -> None:
    RunStatistics(database).count("acme", 1, 2)


def first_end(database: Database) -> None:
    RunStatistics(database).first_end("acme", 1)


def not_ended(database: Database) -> None:
    RunStatistics(database).not_ended("acme", 5)


def changes_of_a_kind(database: Database) -> None:
    AuditLog(database).list("acme", AuditFilter(subject_kind="run"), ListQuery(limit=5))


def changes_of_a_subject(database: Database) -> None:
    AuditLog(database).newest("acme", "automation", "orders")


def changes_of_an_actor(database: Database) -> None:
    AuditLog(database).list("acme", AuditFilter(actor_id="ada"), ListQuery(limit=5))


def records_by_a_field(database: Database) -> None:
    which = RecordFilter({"city": "Oslo"})
    Records(database).list("acme", "customers", which, ListQuery("C-1"))


def records_by_two_fields(database: Database) -> None:
    which = RecordFilter({"city": "Oslo", "state": "new"})
    Records(database).list("acme", "customers", which, ListQuery("C-1"), falling=True)


def records_by_id(database: Database) -> None:
    Records(database).list("acme", "customers", RecordFilter(), ListQuery("C-1"))


def raised_alerts(database: Database) -> None:
    Alerts(database).raised("acme")


def alerts_of_an_automation(database: Database) -> None:
    Alerts(database).list("acme", AlertFilter(automation_id="orders"), ListQuery("a"))


def due_notices(database: Database) -> None:
    AlertNotices(database).due(1, 10)


def alerts_over_long_ago(database: Database) -> None:
    Alerts(database).over_before("acme", 1, 10)


def newest_failure(database: Database) -> None:
    AlertSigns(database).newest_failure("acme", "orders")


def failures_of_late(database: Database) -> None:
    AlertSigns(database).failed_after("acme", 1)


def failures_in_a_time(database: Database) -> None:
    AlertSigns(database).failures("acme", "orders", 1, 2, 10)


def last_event(database: Database) -> None:
    AlertSigns(database).last_event("acme", "orders")


def idle_lines(database: Database) -> None:
    Lanes(database).idle(5)


def whose_turn(database: Database) -> None:
    Lanes(database).first(KEY)


def held_keys(database: Database) -> None:
    Quarantine(database).list("acme", QuarantineFilter(), ListQuery())


def held_runs(database: Database) -> None:
    Quarantine(database).held_runs(KEY, ListQuery("5"))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (raised_alerts, "alerts_raised"),
        (alerts_of_an_automation, "alerts_by_automation"),
        (due_notices, "alert_notices_due"),
        (due_notices, "alert_notices_by_alert"),
        (alerts_over_long_ago, "alerts_by_tenant"),
        (newest_failure, "runs_failures"),
        (failures_of_late, "runs_ended"),
        (failures_in_a_time, "runs_failures"),
        (last_event, "runs_by_automation"),
        (idle_lines, "runs_lined_up"),
        (idle_lines, "runs_in_turn"),
        (whose_turn, "runs_in_turn"),
        (held_keys, "quarantine_held"),
        (held_keys, "runs_suspect"),
        (held_runs, "runs_suspect"),
        (claim, "runs_due"),
        (claim_of_a_tenant, "runs_due_by_tenant"),
        (claim_for_callers, "runs_due_awaited"),
        (tenants_in_turn, "runs_due_by_tenant"),
        (next_due, "runs_due"),
        (rescue, "runs_executed"),
        (count_of_held_runs, "runs_not_succeeded"),
        (count_of_due_runs, "runs_due"),
        (due_schedules, "schedules_due"),
        (next_due_schedule, "schedules_due"),
        (requests_of_a_run, "requests_by_run"),
        (changes_of_a_kind, "audit_by_kind"),
        (changes_of_a_subject, "audit_by_subject"),
        (changes_of_an_actor, "audit_by_actor"),
        (failures, "runs_not_succeeded"),
        (failures_of_an_automation, "runs_not_succeeded"),
        (what_went_wrong, "runs_gone_wrong"),
        (what_went_wrong_in_an_automation, "runs_gone_wrong"),
        (runs_of_an_automation, "runs_by_automation"),
        (refusals, "requests_refused"),
        (unanswered, "requests_unanswered"),
        (ends, "runs_ended"),
        (first_end, "runs_ended"),
        (not_ended, "runs_not_succeeded"),
        (records_by_id, "sqlite_autoindex_records_1"),
        (records_by_a_field, "sqlite_autoindex_records_1"),
        (records_by_two_fields, "sqlite_autoindex_records_1"),
    ],
)
def test_it_is_found_by_its_index(
    sqlite_url: str, ask: Callable[[Database], None], index: str
) -> None:
    open_store(sqlite_url, Cipher(b"a key of the tests")).close()
    database = Database(sqlite_url)
    plan = _plan(database, ask)
    database.close()
    assert any(f"INDEX {index}" in step for step in plan), plan
    assert not any("SCAN runs" in step and "INDEX" not in step for step in plan), plan
    assert not any("FOR ORDER BY" in step for step in plan), plan


def test_failures_of_late_are_found_by_time_where_the_database_was_analyzed(
    sqlite_url: str,
) -> None:
    """Knowing how many runs an automation has, SQLite would walk all of them by automation."""
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    for number in range(100):
        ended = make_run(automation_id=f"a{number % 50}", finished_at=number, due_at=None)
        store.commit([store.runs.insert(ended)])
    store.close()
    database = Database(sqlite_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    plan = _plan(database, failures_of_late)
    database.close()
    assert any("INDEX runs_ended" in step for step in plan), plan


def _plan(database: Database, ask: Callable[[Database], None]) -> Sequence[str]:
    """How SQLite goes about the last thing that is asked."""
    asked: list[tuple[str, Any]] = []

    def remember(*given: Any) -> None:
        asked.append(given[2:4])

    event.listen(database.engine, "before_cursor_execute", remember)
    ask(database)
    statement, parameters = asked[-1]
    with database.engine.connect() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    return [step[3] for step in steps]


@pytest.mark.parametrize(
    ("write", "indexes"),
    [
        (lambda runs: runs.insert(make_run(order_key="k", quarantine_key="k")), LOOKED_UP),
        (lambda runs: runs.pass_on(KEY, 1), {"runs_lined_up", "runs_in_turn"}),
        (lambda runs: runs.pass_on_around(KEY, 1), {"runs_suspect", "runs_in_turn"}),
        (lambda runs: runs.hold(KEY), {"runs_suspect", "quarantine_by_key"}),
        (lambda runs: runs.free(KEY, None, 1), {"runs_suspect"}),
    ],
)
def test_what_is_written_finds_its_rows_by_indexes(
    sqlite_url: str, write: Callable[[Runs], Write], indexes: set[str]
) -> None:
    open_store(sqlite_url, Cipher(b"a key of the tests")).close()
    database = Database(sqlite_url)
    made = write(Runs(database, DirectCommitter(database)))
    with database.engine.connect() as connection:
        statement = prepared_of(made)
        sql, arguments = statement.sql, statement.arguments(made.parameters)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", arguments).all()
    database.close()

    steps = [step[3] for step in plan]
    assert all(any(f"INDEX {index}" in step for step in steps) for index in indexes), steps
    assert not any(step.startswith("SCAN") and "INDEX" not in step for step in steps), steps
