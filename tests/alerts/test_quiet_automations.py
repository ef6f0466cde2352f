"""Automations in which nothing happens cost nothing, and nothing that happens is missed for it."""

from __future__ import annotations

import pytest

from core.states import RunStatus
from tests.support.alerts import BEAT, HOUR, MINUTE, fail, raised, succeed, syncing, turn
from tests.support.builders import make_run
from tests.support.statements import counted_statements
from tests.support.workbench import Workbench

EVERY_RULE = {
    "failures": {"count": 2, "within": "6h"},
    "failure_rate": {"percent": 50, "within": "6h", "at_least": 2},
    "silence": {"for": "12h"},
}


def publish(bench: Workbench, automation_id: str) -> None:
    document = syncing(**EVERY_RULE)
    document["trigger"]["with"]["path"] = automation_id
    bench.publish(document, automation_id)


def questions(bench: Workbench) -> int:
    """How many the next look takes."""
    bench.clock.turn(BEAT)
    with counted_statements() as sent:
        bench.alert_watch.evaluate()
    return len(sent)


def failed(bench: Workbench, ago: int) -> None:
    """A run that failed a while ago comes to disk."""
    at = bench.clock.now() - ago
    run = make_run(status=RunStatus.FAILED, created_at=at, finished_at=at, due_at=None)
    bench.store.commit([bench.store.runs.insert(run)])


def test_twenty_quiet_automations_take_no_more_questions_than_one(bench: Workbench) -> None:
    publish(bench, "orders")
    succeed(bench)
    turn(bench, MINUTE)
    of_one = questions(bench)

    for number in range(19):
        publish(bench, f"quiet{number}")
    turn(bench, MINUTE)

    assert questions(bench) == of_one


def test_one_that_fails_takes_a_few_more_and_others_none(bench: Workbench) -> None:
    for name in ("orders", "quiet1", "quiet2"):
        publish(bench, name)
    turn(bench, MINUTE)
    of_quiet = questions(bench)

    fail(bench)
    assert of_quiet < questions(bench) <= of_quiet + 4
    turn(bench, 6 * HOUR)
    assert questions(bench) == of_quiet


def test_when_the_last_event_came_is_asked_again_only_once_that_is_long_ago(
    bench: Workbench,
) -> None:
    publish(bench, "orders")
    turn(bench, MINUTE)
    of_quiet = questions(bench)

    turn(bench, 11 * HOUR)
    succeed(bench)
    turn(bench, 57 * MINUTE)

    assert sum(questions(bench) for _ in range(20)) == 20 * of_quiet + 1


@pytest.mark.parametrize("away", [HOUR, 5 * HOUR])
def test_ends_that_come_to_disk_after_the_store_was_away_are_seen(
    bench: Workbench, away: int
) -> None:
    publish(bench, "orders")
    turn(bench, MINUTE)

    bench.clock.turn(away)
    bench.alert_watch.evaluate()
    failed(bench, ago=away - BEAT)
    turn(bench, 30_000)
    failed(bench, ago=away)
    turn(bench, BEAT)

    assert sorted(raised(bench)) == ["failure_rate", "failures"]


def test_an_end_that_takes_a_while_to_disk_is_seen(bench: Workbench) -> None:
    publish(bench, "orders")
    turn(bench, 10 * MINUTE)
    for _ in range(2):
        turn(bench, BEAT)
        failed(bench, ago=50_000)
    turn(bench, BEAT)
    assert sorted(raised(bench)) == ["failure_rate", "failures"]
