"""Alerts in the store: one raised a rule, whoever sees it; what decides is found by an index."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from core.alerts import AlertFilter, AlertRule, AlertState, NoticeState
from core.clock import Clock
from core.errors import GuardMissed
from core.model import AutomationVersion, Tenant
from core.platform_events import PlatformEvent
from core.states import RunStatus
from core.writes import ListQuery, Write
from engine.alerts.telling import AlertTelling
from engine.alerts.watch import AlertWatch
from engine.events.announcer import Announcer
from engine.people.inbox import InboxService
from store import Cipher, SqlStore, open_store
from tests.support.alerts import make_alert, make_notice, syncing
from tests.support.builders import NOW, id_at, make_automation, make_run
from tests.support.people import make_user
from tests.support.workbench import TurnedClock

HOUR = 3_600_000


class Everybody:
    """A consumer that wants everything."""

    def wants(self, tenant: str, event_type: str) -> bool:
        return True

    def take(self, event: PlatformEvent) -> list[Write]:
        return []

    def taken(self) -> None:
        """Nobody works on it."""


def watch(store: SqlStore, clock: Clock) -> AlertWatch:
    announcer = Announcer(store.platform_events, (Everybody(),), {}, clock, lambda: None)
    return AlertWatch(store, AlertTelling(store, InboxService(store, clock), announcer), clock)


def test_one_alert_of_a_rule_is_raised(store: SqlStore) -> None:
    first, second = make_alert(), make_alert()
    store.commit([store.alerts.raise_(first)])
    with pytest.raises(GuardMissed):
        store.commit([store.alerts.raise_(second)])
    store.commit([store.alerts.raise_(make_alert(rule=AlertRule.SILENCE))])
    store.commit([store.alerts.raise_(make_alert(tenant="globex"))])

    store.commit([store.alerts.resolve(first, "over", NOW + 1)])
    with pytest.raises(GuardMissed):
        store.commit([store.alerts.resolve(first, "over", NOW + 2)])
    store.commit([store.alerts.raise_(second)])

    over = store.alerts.get("acme", first.id)
    assert over is not None
    assert (over.state, over.ended, over.resolved_at) == (AlertState.RESOLVED, "over", NOW + 1)
    assert store.alerts.get("globex", first.id) is None
    raised = store.alerts.raised("acme")
    assert {alert.rule for alert in raised} == {AlertRule.FAILURES, AlertRule.SILENCE}
    assert second in raised and first not in raised


def test_they_are_listed_by_state_and_automation(store: SqlStore) -> None:
    one, other = make_alert(), make_alert(automation_id="billing")
    store.commit([store.alerts.raise_(one), store.alerts.raise_(other)])
    store.commit([store.alerts.resolve(one, "over", NOW)])

    def found(**which: object) -> list[str]:
        page = store.alerts.list("acme", AlertFilter(**which), ListQuery())  # type: ignore[arg-type]
        return [alert.id for alert in page.items]

    assert found() == [other.id, one.id]
    assert found(state=AlertState.RAISED) == [other.id]
    assert found(state=AlertState.RESOLVED) == [one.id]
    assert found(automation_id="billing") == [other.id]
    page = store.alerts.list("acme", AlertFilter(), ListQuery(limit=1))
    assert page.next == other.id
    rest = store.alerts.list("acme", AlertFilter(), ListQuery(page.next, 1))
    assert [alert.id for alert in rest.items] == [one.id]


def test_those_that_were_over_before_a_moment_are_found_and_removed(store: SqlStore) -> None:
    old = make_alert(id=id_at(NOW - 9), raised_at=NOW - 9, resolved_at=NOW - 2)
    older = make_alert(id=id_at(NOW - 8), raised_at=NOW - 8, resolved_at=NOW - 5)
    lasting = make_alert(id=id_at(NOW - 9), raised_at=NOW - 9)
    foreign = make_alert(tenant="globex", resolved_at=NOW - 5)
    for one in (old, older, lasting, foreign):
        store.commit([store.alerts.raise_(one)])
        store.commit([store.alert_notices.insert(make_notice(alert_id=one.id, tenant=one.tenant))])

    assert store.alerts.over_before("acme", NOW, 10) == [old.id, older.id]
    assert store.alerts.over_before("acme", NOW, 1) == [old.id]
    assert store.alerts.over_before("acme", NOW - 2, 10) == [older.id]

    store.commit([store.alerts.delete("acme", old.id), store.alert_notices.delete("acme", old.id)])
    store.commit([store.alerts.delete("acme", foreign.id)])
    assert store.alerts.over_before("acme", NOW, 10) == [older.id]
    assert store.alerts.raised("acme") == [lasting]
    assert store.alerts.get("globex", foreign.id) == foreign
    notices = store.alert_notices.of_alerts("acme", [old.id, older.id, lasting.id])
    assert [len(of_one) for of_one in notices.values()] == [0, 1, 1]


def test_that_it_is_over_is_not_due_while_it_is_tried_to_say_that_it_was_raised(
    store: SqlStore,
) -> None:
    retried = make_notice(alert_id="a", due_at=NOW + 30)
    over = make_notice(alert_id="a", about=AlertState.RESOLVED)
    other_address = make_notice(alert_id="a", about=AlertState.RESOLVED, secret="MAIL")
    other_alert = make_notice(alert_id="b", about=AlertState.RESOLVED)
    foreign = make_notice(alert_id="a", about=AlertState.RESOLVED, tenant="globex")
    waiting = (retried, over, other_address, other_alert, foreign)
    store.commit([store.alert_notices.insert(one) for one in waiting])

    assert _due(store, NOW) == {other_address.id, other_alert.id, foreign.id}
    assert retried.id in _due(store, NOW + 30)
    assert over.id not in _due(store, NOW + 30)

    given_up = replace(retried, state=NoticeState.FAILED, error="gone", due_at=NOW)
    store.commit([store.alert_notices.settle(given_up)])
    assert over.id in _due(store, NOW)


def test_failures_are_those_of_the_automation_within_the_time(store: SqlStore) -> None:
    for moment, status in enumerate(
        (
            RunStatus.FAILED,
            RunStatus.HALTED,
            RunStatus.CANCELLED,
            RunStatus.SUCCEEDED,
            RunStatus.FAILED,
        )
    ):
        run = make_run(status=status, finished_at=NOW + moment, error=f"at {moment}", due_at=None)
        store.commit([store.runs.insert(run)])
    signs = store.alert_signs

    newest = signs.newest_failure("acme", "orders")
    assert newest is not None
    assert (newest.at, newest.error) == (NOW + 4, "at 4")
    assert signs.failures("acme", "orders", NOW - 1, NOW + 9, 100) == 3
    assert signs.failures("acme", "orders", NOW - 1, NOW + 9, 2) == 2
    assert signs.failures("acme", "orders", NOW, NOW + 1, 100) == 1
    assert signs.newest_failure("acme", "billing") is None
    assert signs.newest_failure("globex", "orders") is None
    assert signs.failed_after("acme", NOW) == {"orders": NOW + 4}
    assert signs.failed_after("acme", NOW + 4) == {}
    assert signs.failed_after("globex", NOW) == {}


def test_of_two_evaluators_over_one_database_one_raises_and_one_resolves(
    store: SqlStore, database_url: str
) -> None:
    other = open_store(database_url, Cipher(b"a key of the tests"))
    clock = TurnedClock(NOW)
    document = syncing(failures={"count": 1, "within": "1h"}, notify=["CHAT"])
    automation = make_automation(published=1, updated_at=NOW - HOUR)
    store.commit(
        [
            store.tenants.insert(Tenant("acme", "Acme", {}, NOW)),
            store.users.insert(make_user(), "-"),
            store.automations.insert(automation),
            store.automations.insert_version(
                AutomationVersion("acme", "orders", 1, document, NOW - HOUR)
            ),
        ]
    )
    watches = [watch(one, clock) for one in (store, other)]
    try:
        for cycle in range(1, 6):
            clock.turn(3 * HOUR)
            failed = make_run(status=RunStatus.FAILED, finished_at=clock.now(), due_at=None)
            store.commit([store.runs.insert(failed)])
            assert _race(watches) == 1
            clock.turn(2 * HOUR)
            assert _race(watches) == 1
            assert _told(store) == 2 * cycle
    finally:
        other.close()


def _due(store: SqlStore, now: int) -> set[str]:
    return {notice.id for notice in store.alert_notices.due(now, 10)}


def _race(watches: list[AlertWatch]) -> int:
    """How many alerts all of them moved, evaluating at the same moment."""
    start, moved = threading.Barrier(len(watches)), []

    def evaluate(one: AlertWatch) -> None:
        start.wait()
        moved.append(one.evaluate())

    threads = [threading.Thread(target=evaluate, args=[one]) for one in watches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(moved) == len(watches)
    return sum(moved)


def _told(store: SqlStore) -> int:
    """How often the admin, the outbox and the address were told, which has to be the same."""
    alerts = store.alerts.list("acme", AlertFilter(), ListQuery(limit=200)).items
    notices = store.alert_notices.of_alerts("acme", [alert.id for alert in alerts])
    [user] = store.users.list("acme")
    inbox = store.inbox.list("acme", user.id, ListQuery(limit=200)).items
    events = [one for one in store.platform_events.waiting(200) if one.type.startswith("alert.")]
    counts = {len(inbox), len(events), sum(map(len, notices.values()))}
    assert len(counts) == 1
    return counts.pop()
