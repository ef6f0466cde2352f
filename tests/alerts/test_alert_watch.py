"""Alerts are raised once, are over once, and are told of both times; each by its rule."""

from __future__ import annotations

import pytest

from core.alerts import AlertState
from core.writes import ListQuery
from tests.support.alerts import (
    BEAT,
    HOUR,
    MINUTE,
    alerts,
    fail,
    raised,
    succeed,
    syncing,
    told,
    turn,
)
from tests.support.builders import make_document, step
from tests.support.people import make_user
from tests.support.workbench import TENANT, Workbench

FIVE_AN_HOUR = {"count": 5, "within": "1h"}


def test_so_many_failures_raise_an_alert_once(bench: Workbench) -> None:
    bench.publish(syncing(failures=FIVE_AN_HOUR))
    fail(bench, 4)
    turn(bench, BEAT)
    assert raised(bench) == []

    fail(bench)
    turn(bench, BEAT)
    fail(bench, 3)
    turn(bench, MINUTE)

    [alert] = alerts(bench)
    assert (alert.rule, alert.state) == ("failures", AlertState.RAISED)
    assert alert.seen.startswith("5 runs of Sync partner failed within 1 h; the last: sync: ")
    assert "422" in alert.seen
    assert told(bench) == ["Alert: Sync partner"]


def test_it_is_over_once_and_may_be_raised_again(bench: Workbench) -> None:
    bench.publish(syncing(failures=FIVE_AN_HOUR))
    fail(bench, 5)
    turn(bench, BEAT)

    turn(bench, 2 * HOUR)
    assert told(bench) == ["Alert: Sync partner", "Over: Sync partner"]
    [alert] = alerts(bench)
    assert alert.state is AlertState.RESOLVED
    assert alert.ended == "No run of Sync partner failed within 1 h any more."

    fail(bench, 5)
    turn(bench, MINUTE)
    assert told(bench) == ["Alert: Sync partner", "Over: Sync partner", "Alert: Sync partner"]
    assert len(alerts(bench)) == 2


def test_the_admin_gets_the_words_and_a_way_to_the_automation(bench: Workbench) -> None:
    bench.publish(syncing(failures={"count": 1}))
    fail(bench)
    turn(bench, BEAT)

    [item] = bench.service.inbox.list(make_user(id="ada"), ListQuery()).items
    assert (item.kind, item.link) == ("alert", "/automations/orders")
    assert item.text.startswith("1 run of Sync partner failed within 1 h; the last: sync: ")


def test_failures_that_go_on_keep_an_alert_although_they_are_too_few(bench: Workbench) -> None:
    bench.publish(syncing(failures=FIVE_AN_HOUR))
    fail(bench, 5)
    turn(bench, BEAT)

    for _ in range(8):
        turn(bench, 14 * MINUTE)
        fail(bench)
    assert told(bench) == ["Alert: Sync partner"]

    turn(bench, 16 * MINUTE)
    assert told(bench) == ["Alert: Sync partner", "Over: Sync partner"]
    assert "runs of Sync partner failed within 1 h, and none in the last 15 min." in str(
        alerts(bench)[0].ended
    )


def test_cancelled_runs_are_no_failures_and_halted_ones_are(bench: Workbench) -> None:
    bench.dispatcher.full = True
    bench.publish(syncing(failures={"count": 1}))
    bench.post()
    bench.service.runs.cancel(TENANT, bench.last_run().id)
    turn(bench, BEAT)
    assert raised(bench) == []

    bench.dispatcher.full = False
    halting = step(
        "sync", "send-webhook", {"url": "https://partner.example", "codes": {"halt": ["422"]}}
    )
    bench.publish(make_document(halting, settings={"alerts": {"failures": {"count": 1}}}), "orders")
    fail(bench)
    assert bench.last_run().status == "halted"
    turn(bench, BEAT)
    assert raised(bench) == ["failures"]


def test_a_rate_is_raised_once_there_are_enough_runs(bench: Workbench) -> None:
    bench.publish(syncing(failure_rate={"percent": 50, "within": "1h", "at_least": 10}))
    fail(bench, 9)
    turn(bench, BEAT)
    assert raised(bench) == []

    succeed(bench, 9)
    turn(bench, BEAT)

    [alert] = alerts(bench)
    assert alert.seen.startswith(
        "50 % of the runs of Sync partner failed within 1 h (9 of 18); the last: sync: "
    )


def test_a_rate_is_over_when_it_is_clearly_below(bench: Workbench) -> None:
    bench.publish(syncing(failure_rate={"percent": 50, "within": "1h"}))
    fail(bench, 10)
    turn(bench, BEAT)

    succeed(bench, 11)
    turn(bench, BEAT)
    assert raised(bench) == ["failure_rate"]

    succeed(bench, 4)
    turn(bench, BEAT)
    assert alerts(bench)[0].ended == (
        "40 % of the runs of Sync partner failed within 1 h (10 of 25)."
    )


def test_a_rate_in_a_short_window_counts_its_minutes(bench: Workbench) -> None:
    bench.publish(syncing(failure_rate={"percent": 50, "within": "5m", "at_least": 2}))
    succeed(bench, 10)
    turn(bench, 6 * MINUTE)

    fail(bench, 2)
    turn(bench, BEAT)

    assert "(2 of 2)" in alerts(bench)[0].seen


def test_a_rate_over_hours_takes_what_is_counted_already(bench: Workbench) -> None:
    bench.publish(syncing(failure_rate={"percent": 50, "within": "6h"}))
    succeed(bench, 12)
    turn(bench, HOUR)
    bench.service.statistics.roll_up()
    fail(bench, 11)
    turn(bench, BEAT)
    assert raised(bench) == []

    fail(bench)
    turn(bench, BEAT)
    assert "(12 of 24)" in alerts(bench)[0].seen


def test_silence_is_raised_and_the_next_event_ends_it(bench: Workbench) -> None:
    bench.publish(syncing(silence={"for": "2h"}))
    succeed(bench)
    turn(bench, 119 * MINUTE)
    assert raised(bench) == []

    turn(bench, 2 * MINUTE)
    [alert] = alerts(bench)
    assert alert.seen == "No event came for Sync partner for 2 h; the last: 2027-01-15 08:00:00 UTC"

    fail(bench)
    turn(bench, BEAT)
    assert told(bench) == ["Alert: Sync partner", "Over: Sync partner"]
    assert str(alerts(bench)[0].ended).startswith("An event came for Sync partner again: 2027-")


def test_without_any_event_silence_counts_from_the_publication(bench: Workbench) -> None:
    bench.alert_watch.evaluate()
    turn(bench, HOUR)
    bench.publish(syncing(silence={"for": "2h"}))
    turn(bench, 119 * MINUTE)
    assert raised(bench) == []

    turn(bench, 2 * MINUTE)
    assert alerts(bench)[0].seen.endswith("for 2 h; there was none before")


def test_a_replay_is_no_event(bench: Workbench) -> None:
    bench.publish(syncing(silence={"for": "2h"}))
    succeed(bench)
    turn(bench, HOUR)
    bench.service.runs.replay(TENANT, bench.last_run().id)
    turn(bench, 61 * MINUTE)
    assert raised(bench) == ["silence"]


def test_while_it_is_disabled_nothing_is_raised_and_alerts_end_silently(bench: Workbench) -> None:
    bench.publish(syncing(silence={"for": "2h"}, failures={"count": 1, "within": "6h"}))
    fail(bench)
    turn(bench, 3 * HOUR)
    assert sorted(raised(bench)) == ["failures", "silence"]

    bench.service.automations.set_enabled(TENANT, "orders", enabled=False)
    turn(bench, 3 * HOUR)
    assert raised(bench) == []
    assert {str(one.ended)[:33] for one in alerts(bench)} == {
        "It is not watched for this any mor"[:33]
    }
    assert told(bench) == ["Alert: Sync partner"] * 2

    bench.service.automations.set_enabled(TENANT, "orders", enabled=True)
    turn(bench, 119 * MINUTE)
    assert raised(bench) == []
    turn(bench, 2 * MINUTE)
    assert raised(bench) == ["silence"]


def test_alerts_of_a_deleted_automation_end_silently(bench: Workbench) -> None:
    bench.publish(syncing(failures={"count": 1}))
    fail(bench)
    turn(bench, BEAT)
    bench.service.automations.delete(TENANT, "orders")
    turn(bench, BEAT)
    assert raised(bench) == []
    assert told(bench) == ["Alert: Sync partner"]


def test_a_rule_that_is_taken_away_takes_its_alert_along(bench: Workbench) -> None:
    bench.publish(syncing(failures={"count": 1}, silence={"for": "2h"}))
    fail(bench)
    turn(bench, BEAT)
    bench.publish(syncing(silence={"for": "2h"}))
    turn(bench, BEAT)
    assert raised(bench) == []
    assert told(bench) == ["Alert: Sync partner"]


@pytest.mark.parametrize("down", [5 * HOUR, 48 * HOUR])
def test_the_time_in_which_penstock_was_down_is_no_silence(bench: Workbench, down: int) -> None:
    bench.publish(syncing(silence={"for": "2h"}))
    succeed(bench)
    turn(bench, HOUR)

    # An outage, or a clock that jumps: nothing is evaluated for a long time.
    bench.clock.turn(down)
    turn(bench, 59 * MINUTE)
    assert raised(bench) == []

    turn(bench, 3 * MINUTE)
    assert raised(bench) == ["silence"]


def test_a_restart_changes_nothing(bench: Workbench) -> None:
    bench.publish(syncing(silence={"for": "2h"}))
    succeed(bench)
    for _ in range(12):
        turn(bench, 10 * MINUTE)
        bench.clock.turn(25_000)
    turn(bench, BEAT)
    assert raised(bench) == ["silence"]


def test_a_clock_that_is_put_back_raises_and_ends_nothing(bench: Workbench) -> None:
    bench.publish(syncing(silence={"for": "2h"}, failures={"count": 2, "within": "1h"}))
    fail(bench, 2)
    turn(bench, 121 * MINUTE)
    fail(bench, 2)
    turn(bench, MINUTE)
    before = told(bench)
    assert raised(bench) == ["failures"]

    bench.clock.turn(-3 * HOUR)
    bench.alert_watch.evaluate()
    turn(bench, 30 * MINUTE)
    assert told(bench) == before


def test_an_automation_without_rules_is_left_alone(bench: Workbench) -> None:
    bench.publish(syncing())
    fail(bench, 20)
    turn(bench, 5 * MINUTE)
    assert alerts(bench) == []
    assert bench.store.alert_signs.watches(TENANT) == {}
